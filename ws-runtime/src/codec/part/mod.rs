//! The four parts of a request that are text: captures, query string, headers and cookies.
//!
//! All of them are [`Pairs`] of a name and a text. A type parses what it requests from the text: a string is the text
//! unchanged, a number is exact. For a type that accepts any kind of value (an untagged enum, a decimal that accepts
//! strings and numbers) the schema decides: a text is a number only if it is written as programs write it (`7`, not
//! `007`, `1e3` or `1.10`), or if the type accepts no such text. Then the values are validated like messages, with the
//! same errors.
//!
//! # What a part can be
//! The type is a struct with named fields, or a map: of strings, numbers as in JSON (`7`, not `+7`), booleans (`true`,
//! `false`), unit enums, newtypes of these, an `Option`, and a `Vec` (the name repeated, or once). `default`, `rename`
//! and `flatten` of plain structs work. An empty text is an empty string, or `None` for an `Option` of another type. A
//! repeated name is rejected where one value is expected; for a cookie the first is used, which is the more specific
//! (RFC 6265 §5.4). A text that is not UTF-8 is an error if its name is declared, and absent otherwise, also in a map.
//! Nested structs, enums with data, and flattened enums are rejected at start-up.

#[cfg(not(feature = "server"))]
mod alone;
#[cfg(feature = "server")]
mod captures;
#[cfg(feature = "server")]
mod coerce;
mod pairs;
#[cfg(feature = "server")]
mod plan;
mod read;
mod segment;
#[cfg(feature = "server")]
mod text;

#[cfg(not(feature = "server"))]
pub use self::alone::{Captures, PartPlan};
#[cfg(feature = "server")]
pub use self::{captures::Captures, plan::PartPlan};
pub use self::{pairs::Pairs, read::Part, segment::Segment};
