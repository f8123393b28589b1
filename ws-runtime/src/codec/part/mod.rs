//! The four parts of a request that come as text: the path's captures, the query string, header fields and cookies.
//!
//! All of them are [`Pairs`] of a name and a text. A type reads what it asks for from the text itself: a
//! string is the text as it is, a number is exact. To a type that does not ask (an untagged enum, a decimal that takes strings and
//! numbers), its schema decides: a text is a number only if it is written as programs write it (`7`, not `007`, `1e3` or
//! `1.10`) or if the type takes no such text. Then the same validation as that
//! of messages follows, with the same issues.
//!
//! # What a part can be
//! A struct with named fields (or a map): of strings, numbers as JSON writes them (`7`, not `+7`), booleans (`true`,
//! `false`), unit enums, newtypes of those, an `Option`, and a `Vec` (the name repeated, or once). `default`, `rename` and
//! `flatten` of plain structs work. An empty text is an empty string; where an `Option` of something else is asked for, it
//! is `None`. A name that is given twice is refused where one value is asked for, but for a cookie, where the first is the
//! more specific (RFC 6265 §5.4). A text that is not UTF-8 is an error where its name is declared, and absent otherwise, also for
//! a map. Nested structs, enums with data, and flattened enums are refused at start-up.

mod captures;
mod coerce;
mod pairs;
mod plan;
mod read;
mod text;

pub use self::{
    captures::{Captures, Segment},
    pairs::Pairs,
    plan::PartPlan,
    read::Part,
};
