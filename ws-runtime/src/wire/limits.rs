//! What a peer may make us hold: the limits that the decoder enforces.

use std::time::Duration;

/// Limits of one connection's inbound side. `None` is no limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The longest message in bytes, all fragments together.
    pub(crate) max_message: Option<usize>,
    /// The most frames that one message may consist of.
    pub(crate) max_fragments: Option<usize>,
    /// How long a message may be under way from its first byte to its last. The decoder has no clock; it says since which
    /// frame a message is under way, and the driver keeps the time.
    pub(crate) fragment_timeout: Option<Duration>,
}
