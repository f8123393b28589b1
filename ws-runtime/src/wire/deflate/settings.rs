//! What may be set about compression.

/// Compression of messages by permessage-deflate (RFC 7692): for all routes by
/// [`Server::per_message_deflate`](crate::Server::per_message_deflate), for one by `per_message_deflate` in its attribute.
///
/// It is off unless set, because it costs time and memory on both ends, and because a secret that is compressed together with
/// what an attacker chooses can be guessed by the length of the result. A client that does not offer it is spoken to without.
///
/// | | default | |
/// |---|---|---|
/// | `threshold` | 1024 bytes | shorter messages leave as they are: they fit one packet either way, and preparing a stream takes longer than copying them |
/// | `level` | 3 | 1 is fastest, 9 smallest; of JSON, 6 takes half as long again for a hundredth to a tenth less, 1 half the time for a third more |
/// | `server_no_context_takeover` | on | each message is compressed by itself: a socket keeps no memory for it |
/// | `client_no_context_takeover` | on | the same for what the client sends, as far as it heeds it |
/// | `server_max_window_bits`, `client_max_window_bits` | 15 | how far back a message may refer, as a power of two bytes |
///
/// A message is compressed in one piece, by whoever sends it: a megabyte takes some ten milliseconds. A published message is
/// compressed at most twice: once for all sockets with the server's window, and once, for the smallest window, for those whose
/// client asked for less. `max_payload_length` counts inflated bytes, and no more
/// is ever inflated.
///
/// # Takeover
/// Where `server_no_context_takeover` is off, a message may refer to those before it, which makes small messages that are much
/// alike a good deal smaller; set a lower threshold for them. A socket then keeps about 320 KB from its first such message
/// until it has been silent for a `ping_interval`, or receives something published: that is compressed for all alike, so
/// the socket's own context begins anew behind it. Where `client_no_context_takeover` is off, a socket keeps the last bytes
/// that the client has sent, up to its window.
///
/// # Examples
/// ```
/// use ws_runtime::{Deflate, Server};
///
/// Server::new().per_message_deflate(Deflate::new().threshold(512).level(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deflate {
    pub(crate) on: bool,
    pub(super) level: u8,
    pub(super) server: Side,
    pub(super) client: Side,
    pub(crate) threshold: usize,
}

/// What may be set about one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) bits: u8,
    pub(super) takeover: bool,
}

impl Deflate {
    /// No compression: for a route of a server that compresses.
    pub const OFF: Self = Self { on: false, ..Self::new() };

    /// Compression with the defaults.
    pub const fn new() -> Self {
        let side = Side { bits: 15, takeover: false };
        Self { on: true, level: 3, server: side, client: side, threshold: 1024 }
    }

    /// Sets the length from which on a message is compressed, in bytes; 1024 unless set. With 0 every message is.
    pub const fn threshold(self, bytes: usize) -> Self {
        Self { threshold: bytes, ..self }
    }

    /// Sets the level, from 1, which is fastest, to 9, which makes messages smallest; 3 unless set.
    ///
    /// # Panics
    /// If it is none of them; in a `const` that is a compile error.
    pub const fn level(self, level: u8) -> Self {
        assert!(matches!(level, 1..=9), "a level is from 1 to 9");
        Self { level, ..self }
    }

    /// Sets how far back what the server sends may refer, as a power of two bytes: from 9 to 15, which it is unless set. A
    /// client may ask for less.
    ///
    /// # Panics
    /// If it is none of them; in a `const` that is a compile error.
    pub const fn server_max_window_bits(self, bits: u8) -> Self {
        Self { server: self.server.with_bits(bits), ..self }
    }

    /// Sets how far back what the client sends may refer, as a power of two bytes: from 9 to 15, which it is unless set. A
    /// client that cannot be told so is told not to take its context over, so that nothing has to be kept for it.
    ///
    /// # Panics
    /// If it is none of them; in a `const` that is a compile error.
    pub const fn client_max_window_bits(self, bits: u8) -> Self {
        Self { client: self.client.with_bits(bits), ..self }
    }

    /// Sets whether each message of the server is compressed by itself; on unless set. A client may ask for it.
    pub const fn server_no_context_takeover(self, on: bool) -> Self {
        Self { server: Side { takeover: !on, ..self.server }, ..self }
    }

    /// Sets whether the client is to compress each message by itself; on unless set.
    pub const fn client_no_context_takeover(self, on: bool) -> Self {
        Self { client: Side { takeover: !on, ..self.client }, ..self }
    }
}

impl Side {
    /// The smallest window that zlib can compress in; RFC 7692 §7.1.2 knows 8 too.
    pub(super) const LEAST: u8 = 9;

    const fn with_bits(self, bits: u8) -> Self {
        assert!(matches!(bits, Self::LEAST..=15), "window bits are from 9 to 15");
        Self { bits, ..self }
    }
}

impl Default for Deflate {
    fn default() -> Self {
        Self::new()
    }
}
