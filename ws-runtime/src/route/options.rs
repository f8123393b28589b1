//! What the attribute or the server sets: unset fields leave the word to the next wider level.

use std::time::Duration;

use crate::handshake::Origins;

/// The options that a route or the server may set. `None` is unset; a size, count or time of zero turns a limit off.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is documented at the server's method of its name")]
pub struct Options {
    pub max_payload_length: Option<usize>,
    pub max_fragments: Option<usize>,
    pub fragment_timeout: Option<Duration>,
    pub idle_timeout: Option<Duration>,
    pub send_pings: Option<bool>,
    pub backpressure_limit: Option<usize>,
    pub close_on_backpressure_limit: Option<bool>,
    pub rate_limit: Option<u32>,
    pub max_invalid: Option<u32>,
    pub publish_to_self: Option<bool>,
    pub on_invalid: Option<OnInvalid>,
    pub close_timeout: Option<Duration>,
    pub require_protocol: bool,
    pub origins: Origins,
}

impl Options {
    /// Nothing is set.
    pub const UNSET: Self = Self {
        max_payload_length: None,
        max_fragments: None,
        fragment_timeout: None,
        idle_timeout: None,
        send_pings: None,
        backpressure_limit: None,
        close_on_backpressure_limit: None,
        rate_limit: None,
        max_invalid: None,
        publish_to_self: None,
        on_invalid: None,
        close_timeout: None,
        require_protocol: false,
        origins: Origins::SameHost,
    };
}

/// What an invalid message gets where `error` does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnInvalid {
    /// A text frame that says what is wrong; the connection stays open.
    Reply,
    /// Nothing.
    Ignore,
    /// The connection is closed: 1003 for the wrong kind of frame, 1007 for the wrong content.
    Close,
}
