//! The result of sending a message to several sockets.

/// The result of sending a message to several sockets. The result for a single socket is [`Delivery`](crate::Delivery).
///
/// # Examples
/// ```
/// use ws_runtime::{Published, Socket, ws_route};
///
/// struct Chat;
///
/// #[ws_route("/chat", body = String, response = String)]
/// impl Chat {
///     fn message(&self, ws: &Socket<Self>, text: String) -> Option<String> {
///         match ws.broadcast(&text) {
///             Published::Sent { receivers: 0, .. } => Some("nobody is here".to_owned()),
///             Published::Sent { .. } => None,
///             _ => Some("that cannot be sent".to_owned()),
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "sockets may have missed the message; write `let _ =` where that does not matter"]
#[non_exhaustive]
pub enum Published {
    /// The message was queued for the receivers.
    Sent {
        /// The number of sockets for which the message was queued.
        receivers: usize,
        /// The number of sockets that do not receive the message, because their queue is at `backpressure_limit` or all
        /// queues together are at `outbound_total`.
        dropped: usize,
    },
    /// The message was refused, because the value fails its own schema or cannot be encoded. No socket receives it, and
    /// the reason is logged.
    Refused,
}

impl Published {
    /// Returns the number of sockets for which the message was queued.
    pub const fn receivers(self) -> usize {
        match self {
            Self::Sent { receivers, .. } => receivers,
            Self::Refused => 0,
        }
    }

    /// Returns the number of sockets that do not receive the message because they read too slowly.
    pub const fn dropped(self) -> usize {
        match self {
            Self::Sent { dropped, .. } => dropped,
            Self::Refused => 0,
        }
    }

    /// Returns true if the message was refused.
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused)
    }
}
