//! Typed WebSocket routes.
#![forbid(unsafe_code)]

mod codec;
mod schema;
mod wire;

pub use self::{
    codec::{
        CapturePlan, Captures, Decode, Encode, EncodeError, Encoded, Invalid, Mixed, On, Pairs, Part, PartPlan, Plan,
        Segment,
    },
    schema::{Issue, SchemaError},
    wire::{Close, Closed, Initiator, Kind, Message, Text},
};
