//! The resolved options of a route.

use std::time::Duration;

use crate::{
    session::KeepaliveRule,
    wire::{Deflate, Limits},
};

/// The options for the connections of a route. `None` means unlimited, or off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    pub(crate) keepalive: KeepaliveRule,
    pub(crate) backpressure_limit: Option<usize>,
    pub(crate) close_on_backpressure_limit: bool,
    /// A JSON pointer into a response. `None` means that a full queue drops messages.
    pub(crate) latest_by_key: Option<&'static str>,
    pub(crate) rate_limit: Option<u32>,
    pub(crate) max_invalid: Option<u32>,
    pub(crate) publish_to_self: bool,
    /// The maximum number of topics of a socket.
    pub(crate) max_subscriptions: Option<usize>,
    /// The maximum length of a topic, in bytes.
    pub(crate) max_topic_length: Option<usize>,
    pub(crate) close_timeout: Option<Duration>,
    pub(crate) deflate: Option<Deflate>,
}

#[cfg(test)]
impl Settings {
    /// Settings with all limits and compression off.
    pub(super) fn off() -> Self {
        Self {
            limits: Limits { max_message: None, max_fragments: None, fragment_timeout: None },
            keepalive: KeepaliveRule::new(None, None).expect("both are off"),
            backpressure_limit: None,
            close_on_backpressure_limit: false,
            latest_by_key: None,
            rate_limit: None,
            max_invalid: None,
            publish_to_self: false,
            max_subscriptions: None,
            max_topic_length: None,
            close_timeout: None,
            deflate: None,
        }
    }
}
