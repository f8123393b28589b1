//! Limits that the decoder enforces on inbound messages.

use std::time::Duration;

/// Inbound limits of one connection. `None` means unlimited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The maximum length of a message in bytes, all fragments together.
    pub(crate) max_message: Option<usize>,
    /// The maximum number of frames of a message.
    pub(crate) max_fragments: Option<usize>,
    /// The maximum time from the first byte of a message to its last. The decoder has no clock; it reports since which
    /// frame a message is unfinished, and the driver measures the time.
    pub(crate) fragment_timeout: Option<Duration>,
}
