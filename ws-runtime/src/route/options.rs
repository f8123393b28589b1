//! Options of the attribute and of the server. An option that a route does not set has the server's value, and
//! otherwise the default.

use std::time::Duration;

use crate::{
    handshake::Origins,
    session::{KeepaliveRule, PingTooLate},
    socket::Settings,
    wire::{Deflate, Limits},
};

/// The options of a route or a server. The outer `None` means unset. For options that can be turned off, the inner
/// `None` means off.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each option is documented at the server's method of the same name")]
pub struct Options {
    pub max_payload_length: Option<Option<usize>>,
    pub max_fragments: Option<Option<u32>>,
    pub fragment_timeout: Option<Option<Duration>>,
    pub idle_timeout: Option<Option<Duration>>,
    pub ping_interval: Option<Option<Duration>>,
    pub backpressure_limit: Option<Option<usize>>,
    pub close_on_backpressure_limit: Option<bool>,
    pub latest_by_key: Option<Option<&'static str>>,
    pub rate_limit: Option<Option<u32>>,
    pub max_invalid: Option<Option<u32>>,
    pub publish_to_self: Option<bool>,
    pub max_subscriptions: Option<Option<usize>>,
    pub max_topic_length: Option<Option<usize>>,
    pub on_invalid: Option<OnInvalid>,
    pub close_timeout: Option<Option<Duration>>,
    pub per_message_deflate: Option<Option<Deflate>>,
    pub refusal_details: Option<bool>,
    pub require_protocol: bool,
    pub origins: Origins,
}

impl Options {
    /// No option is set.
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

/// The response to an invalid message if the `error` handler does not choose one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnInvalid {
    /// Sends a text frame with the errors. The connection stays open.
    Reply,
    /// Sends no response.
    Ignore,
    /// Closes the connection: 1003 for the wrong kind of frame, 1007 for invalid content.
    Close,
}

/// The longest time, one year. A longer one is a mistake, and timers cannot represent every longer time.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The maximum of a size limit, in bytes. A larger value is a mistake.
const LARGEST: usize = u32::MAX as usize;

/// An option with an invalid value, and the reason.
pub(crate) struct WrongValue {
    pub(crate) option: &'static str,
    pub(crate) value: String,
    pub(crate) why: &'static str,
}

impl Options {
    /// Returns the options with invalid values. The attributes check literals. Constants, and values set at run time,
    /// are known only here.
    pub(crate) fn wrong(&self) -> Vec<WrongValue> {
        let times = [
            ("fragment_timeout", self.fragment_timeout),
            ("idle_timeout", self.idle_timeout),
            ("ping_interval", self.ping_interval),
            ("close_timeout", self.close_timeout),
        ];
        let threshold = self.per_message_deflate.flatten().map(|deflate| deflate.threshold);
        let counts = [
            ("max_fragments", self.max_fragments),
            ("rate_limit", self.rate_limit),
            ("max_invalid", self.max_invalid),
        ];
        let sizes = [
            ("max_payload_length", self.max_payload_length),
            ("backpressure_limit", self.backpressure_limit),
            ("max_subscriptions", self.max_subscriptions),
            ("max_topic_length", self.max_topic_length),
        ];
        let pointer = self.latest_by_key.flatten().filter(|pointer| !pointer.starts_with('/'));
        let pointer = pointer.map(|pointer| WrongValue {
            option: "latest_by_key",
            value: format!("`{pointer}`"),
            why: "a JSON pointer starts with `/`, as in `/symbol`",
        });
        let checked =
            times
                .map(|(option, time)| (option, time.flatten().and_then(check_time)))
                .into_iter()
                .chain(sizes.map(|(option, size)| (option, size.flatten().and_then(check_size))))
                .chain(counts.map(|(option, count)| {
                    (option, count.flatten().filter(|&count| count == 0).map(|_| ZERO))
                }))
                .chain([(
                    "per_message_deflate(threshold)",
                    threshold.filter(|&size| size > LARGEST).map(|_| LARGE),
                )]);
        checked
            .filter_map(|(option, wrong)| {
                let (value, why) = wrong?;
                Some(WrongValue { option, value: value.to_owned(), why })
            })
            .chain(pointer)
            .collect()
    }

    /// Resolves each option: the value of the attribute, then of the server, then the default. Fails if the ping
    /// interval is too long for the idle timeout.
    pub(crate) fn resolve(&self, server: &Self) -> Result<Settings, PingTooLate> {
        let flag = |route: Option<bool>, server: Option<bool>, default| route.or(server).unwrap_or(default);
        let frames = limit(self.max_fragments, server.max_fragments, Some(16_384));
        let idle_timeout = limit(self.idle_timeout, server.idle_timeout, Some(KeepaliveRule::TIMEOUT));
        Ok(Settings {
            limits: Limits {
                max_message: limit(self.max_payload_length, server.max_payload_length, Some(1 << 20)),
                max_fragments: frames.map(|frames| frames as usize),
                fragment_timeout: limit(
                    self.fragment_timeout,
                    server.fragment_timeout,
                    Some(Duration::from_secs(30)),
                ),
            },
            keepalive: match self.ping_interval.or(server.ping_interval) {
                None => KeepaliveRule::with_usual_pings(idle_timeout),
                Some(interval) => KeepaliveRule::new(idle_timeout, interval)?,
            },
            backpressure_limit: limit(self.backpressure_limit, server.backpressure_limit, Some(16 << 20)),
            close_on_backpressure_limit: flag(
                self.close_on_backpressure_limit,
                server.close_on_backpressure_limit,
                false,
            ),
            latest_by_key: limit(self.latest_by_key, server.latest_by_key, None),
            rate_limit: limit(self.rate_limit, server.rate_limit, None),
            max_invalid: limit(self.max_invalid, server.max_invalid, None),
            publish_to_self: flag(self.publish_to_self, server.publish_to_self, false),
            max_subscriptions: limit(self.max_subscriptions, server.max_subscriptions, Some(1024)),
            max_topic_length: limit(self.max_topic_length, server.max_topic_length, Some(256)),
            close_timeout: limit(self.close_timeout, server.close_timeout, Some(Duration::from_secs(10))),
            deflate: limit(self.per_message_deflate, server.per_message_deflate, None),
        })
    }
}

/// Resolves one option from the values of the route, the server and the default. In the arguments, `None` means unset;
/// in the result, it means off.
#[expect(
    clippy::option_option,
    reason = "unset, off and on are three states, and `off` is `None` everywhere"
)]
fn limit<T>(route: Option<Option<T>>, server: Option<Option<T>>, default: Option<T>) -> Option<T> {
    route.or(server).unwrap_or(default)
}

/// An invalid value in words, and the reason why it is invalid.
type Wrong = (&'static str, &'static str);

pub(crate) const ZERO: Wrong =
    ("0", "to turn it off, write `off` in the attribute, or pass `None` to the method");
const LONG: Wrong = ("that large", "the maximum is one year");
const LARGE: Wrong = ("that large", "the maximum is 4294967295 bytes");

fn check_time(time: Duration) -> Option<Wrong> {
    if time.is_zero() { Some(ZERO) } else { (time > LONGEST).then_some(LONG) }
}

fn check_size(size: usize) -> Option<Wrong> {
    if size == 0 { Some(ZERO) } else { (size > LARGEST).then_some(LARGE) }
}
