//! Decodes text that its schema accepts. Numbers are exact, and a value that the type rejects is reported with its
//! path.
//!
//! `serde_json` passes on a number as a rounded double, and reports errors by line and column. This module reads a
//! number as the type requests it: an integer from its digits, a float rounded once. A value that the schema accepts
//! and the type rejects is reported with its path.

mod blame;
mod error;
mod key;
mod members;
mod number;
mod probe;
mod raw;
mod reader;

pub(super) use self::{
    blame::{TypeRejection, read, try_out},
    error::TypeError,
    key::Key,
    number::{Wish, visit},
    raw::Raw,
};

/// The name of the newtype with which `serde_json` requests the text of a value.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";
