//! Reading a type from text that keeps its schema already: exactly, and with the place where the type refuses it.
//!
//! `serde_json` hands a number over as the double that it rounds it to, and says of an error the line and the column. Here
//! a number is what the type asks for: an integer is read from its digits, a float is rounded once. A type that refuses what
//! its schema allows is told apart by its place in the message.

mod blame;
mod error;
mod key;
mod number;
mod probe;
mod raw;
mod reader;

pub(super) use self::{
    blame::{Refusal, read},
    error::Refused,
    key::Key,
    number::{Wish, visit},
    raw::Raw,
};

/// How `serde_json` asks for the text of a value, by the name of a newtype.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";
