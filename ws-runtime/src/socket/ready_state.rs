//! The state of a socket, as in browsers.

/// The state of a socket. The numbers are those of a browser's `readyState`. There is no `CONNECTING`, because a
/// handler never sees that state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// Messages can be sent and received.
    Open = 1,
    /// A close frame was sent or received, or the peer is lost.
    Closing = 2,
    /// The connection has ended.
    Closed = 3,
}
