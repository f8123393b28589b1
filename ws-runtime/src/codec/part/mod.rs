//! The four parts of a request that are text: captures, query string, headers and cookies.
//!
//! Each of the four parts is a list of [`Pairs`] of a name and a text. A type parses the value that it requests from
//! the text: a string is the text unchanged, and a number is exact. If a type accepts any kind of value (an untagged
//! enum, a decimal that accepts strings and numbers), the schema decides. A text is then a number only if it is in the
//! usual notation (`7`, not `007`, `1e3` or `1.10`), or if the type does not accept it as a string. The values are then
//! validated like messages, with the same errors.
//!
//! # Types of parts
//! The type is a struct with named fields, or a map. Its values are strings, numbers as in JSON (`7`, not `+7`),
//! booleans (`true`, `false`), unit enums, newtypes of these, an `Option`, or a `Vec` (for a name that may repeat).
//! `default`, `rename` and `flatten` of plain structs are supported. An empty text is an empty string, or `None` for an
//! `Option` of another type. If the type expects one value, a repeated name is rejected. Only for a cookie, the first
//! value is used, which belongs to the more specific path (RFC 6265 §5.4). A text that is not UTF-8 is an error if a
//! type declares its name. Otherwise it is ignored, also in a map. Nested structs, enums with data, and flattened enums
//! are rejected at start-up.

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
