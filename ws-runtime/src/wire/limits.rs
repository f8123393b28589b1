//! Limits for inbound messages.

use std::time::Duration;

/// The limits for inbound messages of a connection. `None` means unlimited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The maximum length of a message, in bytes, over all its fragments.
    pub(crate) max_message: Option<usize>,
    /// The maximum number of frames in a message.
    pub(crate) max_fragments: Option<usize>,
    /// The maximum time from the first byte of a message to its last. The driver enforces it, because the decoder has
    /// no clock.
    pub(crate) fragment_timeout: Option<Duration>,
}
