//! Decoding and encoding of messages and request parts, with validation.
//!
//! The declared type determines the format. Exactly `String` is unchanged text, exactly `Bytes` or `Vec<u8>` is a
//! binary frame, and any other type with serde and schemars is JSON text. The content is never inspected to guess a
//! format. This module does not depend on sockets.

mod decode;
mod encode;
mod invalid;
#[cfg(feature = "server")]
mod json;
#[cfg(not(feature = "server"))]
#[path = "no_json.rs"]
mod json;
mod mixed;
mod part;
mod plan;
#[cfg(feature = "server")]
mod strict;
#[cfg(feature = "server")]
mod typed;
#[cfg(feature = "server")]
mod unwritable;

#[cfg(feature = "server")]
pub(crate) use self::plan::WireForm;
pub use self::{
    decode::Decode,
    encode::{Encode, EncodeError, Encoded},
    invalid::{Invalid, On},
    mixed::Mixed,
    part::{Captures, Pairs, Part, PartPlan, Segment},
    plan::Plan,
};
#[cfg(feature = "server")]
pub(crate) use self::{
    invalid::{error_frame, expiring_frame},
    plan::Telling,
};
pub use crate::{
    message::{Incoming, Kind, Text},
    schema::{Issue, SchemaError},
};

#[cfg(test)]
mod tests;
