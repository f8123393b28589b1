//! The settings of compression.

/// The settings of permessage-deflate (RFC 7692). [`Server::per_message_deflate`](crate::Server::per_message_deflate)
/// sets them for all routes, `per_message_deflate` in an attribute for one.
///
/// Compression is off by default: it costs time and memory on both ends, and if a secret is compressed together with
/// text of an attacker, the length of the result helps to guess the secret. Clients that do not offer compression get
/// uncompressed messages.
///
/// | | default | |
/// |---|---|---|
/// | `threshold` | 1024 bytes | shorter messages are not compressed: they fit into one packet anyway, and preparing a stream takes longer than copying them |
/// | `level` | 3 | 1 is fastest, 9 smallest; for JSON, 6 takes 50 % longer for 1 to 10 % less output, 1 takes half the time for a third more |
/// | `server_no_context_takeover` | on | each outbound message is compressed independently, so a socket keeps no context |
/// | `client_no_context_takeover` | on | the same for inbound messages, if the client complies |
/// | `server_max_window_bits`, `client_max_window_bits` | 15 | the window size as a power of two |
///
/// The sender compresses a message in one piece: a megabyte takes ten to twenty milliseconds. Messages longer than
/// 65,280 bytes are compressed on at most (workers − 1) threads at a time, but at least on one, so that one worker is
/// left to the other sockets. If all of these are busy, such a message is sent uncompressed. A publish is compressed at
/// most twice: once with the server's window, and once with the smallest window, for clients that asked for a smaller
/// one. `max_payload_length` counts inflated bytes, and inflating stops there.
///
/// # Takeover
/// With `server_no_context_takeover` off, a message may refer to earlier ones, which makes small, similar messages much
/// smaller. Use a lower `threshold` for them. From its first such message, a socket keeps about 320 KB until it has
/// been silent for a `ping_interval` or receives a publish. Publishes are compressed for all sockets alike, so the
/// socket's own context restarts after each. With `client_no_context_takeover` off, a socket keeps the last bytes that
/// its client sent, up to the client's window.
///
/// # Examples
/// ```
/// use ws_runtime::{Deflate, Server};
///
/// Server::new().per_message_deflate(Deflate::new().threshold(512).level(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflate {
    pub(super) level: u8,
    pub(super) server: Side,
    pub(super) client: Side,
    pub(crate) threshold: usize,
}

/// The settings of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) bits: u8,
    pub(super) takeover: bool,
}

impl Deflate {
    /// Enables compression with the defaults.
    pub const fn new() -> Self {
        let side = Side { bits: 15, takeover: false };
        Self { level: 3, server: side, client: side, threshold: 1024 }
    }

    /// Sets the minimum length of messages that are compressed, in bytes. Default: 1024. With 0, every message is
    /// compressed.
    pub const fn threshold(self, bytes: usize) -> Self {
        Self { threshold: bytes, ..self }
    }

    /// Sets the compression level, from 1 (fastest) to 9 (smallest). Default: 3.
    ///
    /// # Panics
    /// If the level is out of range. In a `const`, this is a compile error.
    pub const fn level(self, level: u8) -> Self {
        assert!(matches!(level, 1..=9), "the level must be from 1 to 9");
        Self { level, ..self }
    }

    /// Sets the window for outbound messages as a power of two, from 9 to 15. Default: 15. A client may ask for a
    /// smaller one.
    ///
    /// # Panics
    /// If the value is out of range. In a `const`, this is a compile error.
    pub const fn server_max_window_bits(self, bits: u8) -> Self {
        Self { server: self.server.with_bits(bits), ..self }
    }

    /// Sets the window for inbound messages as a power of two, from 9 to 15. Default: 15. If a client cannot be
    /// limited, it is asked to compress each message independently, so that its context is not kept.
    ///
    /// # Panics
    /// If the value is out of range. In a `const`, this is a compile error.
    pub const fn client_max_window_bits(self, bits: u8) -> Self {
        Self { client: self.client.with_bits(bits), ..self }
    }

    /// Sets whether the server compresses each message independently. Default: on. If it is off, a client may still ask
    /// for it.
    pub const fn server_no_context_takeover(self, on: bool) -> Self {
        Self { server: Side { takeover: !on, ..self.server }, ..self }
    }

    /// Sets whether the client must compress each message independently. Default: on.
    pub const fn client_no_context_takeover(self, on: bool) -> Self {
        Self { client: Side { takeover: !on, ..self.client }, ..self }
    }
}

impl Side {
    /// The smallest window that zlib supports; RFC 7692 §7.1.2 also permits 8.
    pub(super) const LEAST: u8 = 9;

    const fn with_bits(self, bits: u8) -> Self {
        assert!(matches!(bits, Self::LEAST..=15), "window bits must be from 9 to 15");
        Self { bits, ..self }
    }
}

impl Default for Deflate {
    fn default() -> Self {
        Self::new()
    }
}
