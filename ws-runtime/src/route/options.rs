//! What the attribute or the server sets: unset fields leave the word to the next wider level.

use std::time::Duration;

use crate::{
    handshake::Origins,
    session::{KeepaliveRule, PingTooLate},
    socket::Settings,
    wire::{Deflate, Limits},
};

/// The options that a route or the server may set. `None` is unset; a size, count or time of zero turns a limit off, and so
/// does an empty text.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is documented at the server's method of its name")]
pub struct Options {
    pub max_payload_length: Option<usize>,
    pub max_fragments: Option<u32>,
    pub fragment_timeout: Option<Duration>,
    pub idle_timeout: Option<Duration>,
    pub ping_interval: Option<Duration>,
    pub backpressure_limit: Option<usize>,
    pub close_on_backpressure_limit: Option<bool>,
    pub latest_by_key: Option<&'static str>,
    pub rate_limit: Option<u32>,
    pub max_invalid: Option<u32>,
    pub publish_to_self: Option<bool>,
    pub max_subscriptions: Option<usize>,
    pub max_topic_length: Option<usize>,
    pub on_invalid: Option<OnInvalid>,
    pub close_timeout: Option<Duration>,
    pub per_message_deflate: Option<Deflate>,
    pub refusal_details: Option<bool>,
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
        ping_interval: None,
        backpressure_limit: None,
        close_on_backpressure_limit: None,
        latest_by_key: None,
        rate_limit: None,
        max_invalid: None,
        publish_to_self: None,
        max_subscriptions: None,
        max_topic_length: None,
        on_invalid: None,
        close_timeout: None,
        per_message_deflate: None,
        refusal_details: None,
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

/// A year: beyond it a time is a slip of the pen, and timers cannot count it.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// The largest limit of a size, in bytes; beyond it no limit is meant.
const LARGEST: usize = u32::MAX as usize;

impl Options {
    /// Finds an option that cannot have its value, with the reason. The attributes check literals; what a constant holds is known
    /// only here.
    pub(crate) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let times = [
            ("fragment_timeout", self.fragment_timeout),
            ("idle_timeout", self.idle_timeout),
            ("ping_interval", self.ping_interval),
            ("close_timeout", self.close_timeout),
        ];
        let sizes = [
            ("max_payload_length", self.max_payload_length),
            ("backpressure_limit", self.backpressure_limit),
            ("per_message_deflate(threshold)", self.per_message_deflate.map(|deflate| deflate.threshold)),
        ];
        let long = times.into_iter().find(|(_, time)| time.is_some_and(|time| time > LONGEST));
        let large = sizes.into_iter().find(|(_, size)| size.is_some_and(|size| size > LARGEST));
        let long = long.map(|(name, _)| (name, "the maximum is one year"));
        long.or(large.map(|(name, _)| (name, "the maximum is 4294967295 bytes")))
    }

    /// Settles each option: the attribute's value, then the server's, then the default. An error if they contradict each other.
    pub(crate) fn settle(&self, server: &Self) -> Result<Settings, PingTooLate> {
        let size = |route: Option<usize>, server: Option<usize>, default: usize| {
            Some(route.or(server).unwrap_or(default)).filter(|&size| size > 0)
        };
        let time = |route: Option<Duration>, server: Option<Duration>, default: u64| {
            Some(route.or(server).unwrap_or(Duration::from_secs(default))).filter(|time| !time.is_zero())
        };
        let keepalive = KeepaliveRule::settle(
            self.idle_timeout.or(server.idle_timeout),
            self.ping_interval.or(server.ping_interval),
        )?;
        let count = |route: Option<u32>, server: Option<u32>| route.or(server).filter(|&count| count > 0);
        let flag = |route: Option<bool>, server: Option<bool>, default| route.or(server).unwrap_or(default);
        Ok(Settings {
            limits: Limits {
                max_message: size(self.max_payload_length, server.max_payload_length, 1 << 20),
                max_fragments: size(
                    self.max_fragments.map(|frames| frames as usize),
                    server.max_fragments.map(|frames| frames as usize),
                    16_384,
                ),
                fragment_timeout: time(self.fragment_timeout, server.fragment_timeout, 30),
            },
            keepalive,
            backpressure_limit: size(self.backpressure_limit, server.backpressure_limit, 16 << 20),
            close_on_backpressure_limit: flag(
                self.close_on_backpressure_limit,
                server.close_on_backpressure_limit,
                false,
            ),
            latest_by_key: self.latest_by_key.or(server.latest_by_key).filter(|key| !key.is_empty()),
            rate_limit: count(self.rate_limit, server.rate_limit),
            max_invalid: count(self.max_invalid, server.max_invalid),
            publish_to_self: flag(self.publish_to_self, server.publish_to_self, false),
            max_subscriptions: size(self.max_subscriptions, server.max_subscriptions, 1024),
            max_topic_length: size(self.max_topic_length, server.max_topic_length, 256),
            close_timeout: time(self.close_timeout, server.close_timeout, 10),
            deflate: self.per_message_deflate.or(server.per_message_deflate).filter(|deflate| deflate.on),
        })
    }
}
