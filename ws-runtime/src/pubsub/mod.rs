//! Topics: their subscribers, and the published frames that are not delivered yet.
//!
//! Publishing appends the bytes of a frame to the log of its topic, once for each shard. Every subscriber has a
//! [`Cursor`] into the log. The flusher of the shard offers each subscriber the frames after its cursor, in slices, and
//! yields between two slices. Each format has a separate log. This module sees frames as bytes and subscribers as a
//! trait; the code that writes to sockets is in a higher module.

mod log;
mod places;
mod published;
mod shard;
mod topic;
mod topics;

pub use self::published::Published;
pub(crate) use self::{
    log::LogView,
    places::Places,
    shard::Shard,
    topic::{Cursor, FrameRef, Frames, Subscriber, Topic, catch_up, catch_up_apart, is_behind},
    topics::{Sender, Topics},
};
