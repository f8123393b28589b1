//! Topics: who is subscribed, and what was published that they have not got yet.
//!
//! A frame is published by appending its bytes, once a shard, to the topic's log. Every subscriber has a [`Cursor`] into it;
//! a shard's flusher offers each subscriber what lies between its cursor and the end, in slices, with a turn for everybody
//! else between two slices. Subscribers who get their frames in another format have a log of their own. This floor knows frames as bytes and subscribers as a trait; what writes stands above.

mod log;
mod places;
mod published;
mod shard;
mod topic;
mod topics;

pub use self::published::Published;
pub(crate) use self::{
    log::Window,
    places::Places,
    shard::Shard,
    topic::{Cursor, Frames, Parcel, Subscriber, Topic, catch_up, catch_up_apart, is_behind},
    topics::{Sender, Topics},
};
