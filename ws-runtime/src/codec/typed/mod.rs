//! Decodes text that is valid by its schema: exactly, and with the path of a value that its type rejects.
//!
//! `serde_json` passes a number on as a rounded double, and reports errors by line and column. Here a number is read as
//! the type requests: an integer from its digits, a float rounded once. A value that its schema accepts and its type
//! rejects is reported with its path.

mod blame;
mod error;
mod key;
mod number;
mod probe;
mod raw;
mod reader;

pub(super) use self::{
    blame::{TypeRejection, read},
    error::TypeError,
    key::Key,
    number::{Wish, visit},
    raw::Raw,
};

/// The name of the newtype by which `serde_json` requests the text of a value.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";
