//! The accept key of a handshake (RFC 6455 §4.2.2).

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Derives `Sec-WebSocket-Accept` from `Sec-WebSocket-Key`.
pub(crate) fn accept_key(key: &[u8]) -> String {
    derive_accept_key(key)
}
