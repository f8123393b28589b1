//! The inbound half of a connection: from bytes to messages that wait for their handler.

mod frames;
mod inbox;
mod queue;
mod read_buffer;

pub(super) use self::{
    frames::{decode, decode_any},
    inbox::Inbox,
    queue::{Heavy, InboundEvent},
};
