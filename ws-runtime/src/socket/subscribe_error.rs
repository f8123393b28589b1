//! Why a socket cannot subscribe to a topic.

use std::fmt;

/// A topic that a socket cannot subscribe to: a limit of its route is reached.
///
/// The limits keep a client that names its topics itself from filling the server's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the socket is not subscribed"]
#[non_exhaustive]
pub enum SubscribeError {
    /// The socket has `max_subscriptions` topics already.
    TooManySubscriptions {
        /// `max_subscriptions`.
        limit: usize,
    },
    /// The name of the topic is longer than `max_topic_length`.
    TopicTooLong {
        /// The length of the name in bytes.
        length: usize,
        /// `max_topic_length` in bytes.
        limit: usize,
    },
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManySubscriptions { limit } => {
                write!(f, "the socket is subscribed to {limit} topics already, which is `max_subscriptions`")
            }
            Self::TopicTooLong { length, limit } => {
                write!(f, "the topic is {length} bytes long, and `max_topic_length` is {limit}")
            }
        }
    }
}

impl std::error::Error for SubscribeError {}
