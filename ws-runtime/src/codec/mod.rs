//! Between messages and types: which form a type has on the wire, and whether a value keeps its schema.
//!
//! The declared type decides: exactly `String` is the text as it is, exactly `Bytes` or `Vec<u8>` a binary frame, any other
//! serde and schemars type is JSON text. Content is never looked at to guess. This floor knows nothing of sockets.

mod decode;
mod encode;
mod invalid;
mod mixed;
mod part;
mod plan;
mod strict;
mod typed;

pub(crate) use self::plan::Form;
pub use self::{
    decode::Decode,
    encode::{Encode, EncodeError, Encoded},
    invalid::{Invalid, On},
    mixed::Mixed,
    part::{Captures, Pairs, Part, PartPlan, Segment},
    plan::Plan,
};
pub(crate) use self::{invalid::error_frame, plan::Telling};

#[cfg(test)]
mod tests;
