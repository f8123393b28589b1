//! The error of subscribing.

use std::fmt;

/// The error for a subscription that would exceed a limit of the route.
///
/// The limits prevent a client that chooses topics from filling the memory of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the socket is not subscribed"]
#[non_exhaustive]
pub enum SubscribeError {
    /// The socket already has `max_subscriptions` topics.
    TooManySubscriptions {
        /// `max_subscriptions`.
        limit: usize,
    },
    /// The topic is longer than `max_topic_length`.
    TopicTooLong {
        /// The length of the topic in bytes.
        length: usize,
        /// `max_topic_length` in bytes.
        limit: usize,
    },
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManySubscriptions { limit } => {
                write!(f, "the socket is already subscribed to {limit} topics, which is `max_subscriptions`")
            }
            Self::TopicTooLong { length, limit } => {
                write!(f, "the topic is {length} bytes long, and `max_topic_length` is {limit}")
            }
        }
    }
}

impl std::error::Error for SubscribeError {}
