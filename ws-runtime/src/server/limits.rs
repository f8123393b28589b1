//! Defaults for all routes, and limits for all connections together.

use std::time::Duration;

use super::Server;
use crate::{handshake::ForwardedField, route::OnInvalid, wire::Deflate};

impl Server {
    /// Limits the length of a message over all its fragments, in bytes. Default: 1 MiB. `None` means unlimited. If it
    /// is exceeded, the connection is closed with 1009.
    pub fn max_payload_length(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_payload_length = Some(bytes.into());
        self
    }

    /// Limits the number of frames in a message. Default: 16,384. `None` means unlimited. If it is exceeded, the
    /// connection is closed with 1008.
    pub fn max_fragments(mut self, frames: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.max_fragments = Some(frames.into());
        self
    }

    /// Limits the time from the first byte of a message to its last. Default: 30 s. `None` means unlimited. If it is
    /// exceeded, the connection is closed with 1008.
    pub fn fragment_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.fragment_timeout = Some(timeout.into());
        self
    }

    /// Limits how long a peer may be silent. Default: 120 s. `None` means unlimited. If it is exceeded, the connection
    /// is closed with 1001. Only inbound bytes count as activity. A live peer answers the pings of
    /// [`ping_interval`](Self::ping_interval). Without pings, it must send messages.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.idle_timeout = Some(timeout.into());
        self
    }

    /// Sets the interval at which a silent peer is pinged. Default: 25 s, or half of
    /// [`idle_timeout`](Self::idle_timeout) if that is shorter. `None` means that no pings are sent. Proxies cut idle
    /// connections after 50 s (a common HAProxy setting), 55 s (Heroku) or 60 s (nginx).
    ///
    /// Pings are also sent without an `idle_timeout`. If both are set, the interval must be shorter than the timeout,
    /// or live clients would be closed before their first ping. Otherwise the server does not start.
    pub fn ping_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.ping_interval = Some(interval.into());
        self
    }

    /// Limits the outbound queue of a socket, in bytes. Default: 16 MiB. If the queue is full, messages are dropped.
    /// `None` means unlimited: no queue is ever full, `drain` is not called, and the options for a full queue have no
    /// effect.
    pub fn backpressure_limit(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.backpressure_limit = Some(bytes.into());
        self
    }

    /// Sets whether a message for a full queue closes the socket, with 1013, instead of being dropped. Default: off.
    pub fn close_on_backpressure_limit(mut self, on: bool) -> Self {
        self.assembly.defaults.close_on_backpressure_limit = Some(on);
        self
    }

    /// Keeps the latest message of each key while the queue of a socket is full, instead of dropping all messages. The
    /// key is the value at a JSON pointer (RFC 6901) in a response, such as `/symbol`. Default: off, which is also the
    /// meaning of `None`.
    ///
    /// Kept messages are queued in the order of sending as soon as there is room, and are themselves limited to
    /// `backpressure_limit`. Messages without the key and binary messages are still dropped, or close the socket. Two
    /// kinds of messages with the same key replace each other, so choose a pointer that distinguishes them. Every
    /// published message of such a route is parsed for its key. A message to one socket is parsed only if the queue is
    /// full.
    ///
    /// This applies to routes with a JSON response that do not set `latest_by_key` in their attribute. If the pointer
    /// in an attribute does not exist in the schema of the response, the server does not start.
    pub fn latest_by_key(mut self, pointer: impl Into<Option<&'static str>>) -> Self {
        self.assembly.defaults.latest_by_key = Some(pointer.into());
        self
    }

    /// Limits the memory queued for all sockets together, in bytes. Default: 1 GiB. `None` means unlimited.
    ///
    /// If a message would exceed the limit, the call that queues it first cuts off the sockets with the fullest queues,
    /// until there is room. Their peers read too slowly for a close frame to arrive, and a browser reports 1006. Their
    /// `close` handler gets 1013 (try again later). If that does not free enough memory, the message is dropped. A
    /// message larger than the limit is dropped at once, and no socket is cut off for it.
    ///
    /// The total counts memory: queues with their capacity, published messages that are not delivered yet, and messages
    /// kept by [`latest_by_key`](Self::latest_by_key). A message of 8 KiB or more that is published to many sockets is
    /// shared and counts once. The queues that hold it have equal shares. For each socket, up to 1 KiB that the network
    /// accepts at once is not counted.
    pub fn outbound_total(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.outbound_total = bytes.into();
        self
    }

    /// Limits the memory that all sockets together hold for inbound messages, in bytes. Default: 1 GiB. `None` means
    /// unlimited.
    ///
    /// If it is exceeded, the sockets that hold the most memory are closed with 1013 (try again later), until the rest
    /// is within the limit. Their memory is released. Their running handlers continue.
    ///
    /// The total counts memory, including capacity: messages that wait for a handler, as they were sent, unfinished
    /// messages, and messages that wait to be decoded on another thread or are being decoded. Memory is counted when a
    /// connection waits, so the input of one turn may exceed the limit until then. Messages that were passed to
    /// handlers are not counted, and neither is the memory into which messages are inflated and decoded: at most
    /// [`max_payload_length`](Self::max_payload_length) for each decoding thread and each running handler.
    /// [`max_header_bytes`](Self::max_header_bytes) limits handshakes.
    pub fn inbound_total(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.inbound_total = bytes.into();
        self
    }

    /// Limits the number of messages that a peer may send per second, including control frames. A fragmented message
    /// counts once. Default: off, `None` means unlimited. Above the limit, the connection is closed with 1008.
    pub fn rate_limit(mut self, frames: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.rate_limit = Some(frames.into());
        self
    }

    /// Limits the number of consecutive invalid messages. Default: off, `None` means unlimited. Above the limit, the
    /// connection is closed with 1008.
    pub fn max_invalid(mut self, messages: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.max_invalid = Some(messages.into());
        self
    }

    /// Sets whether `publish` on a socket also reaches that socket, if it is subscribed. Default: off.
    pub fn publish_to_self(mut self, on: bool) -> Self {
        self.assembly.defaults.publish_to_self = Some(on);
        self
    }

    /// Limits the number of topics to which a socket is subscribed. Default: 1,024. `None` means unlimited. If it would
    /// be exceeded, `subscribe` returns an error.
    ///
    /// Without this limit, a client that chooses its topics could fill the memory.
    pub fn max_subscriptions(mut self, topics: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_subscriptions = Some(topics.into());
        self
    }

    /// Limits the length of a topic to which a socket subscribes, in bytes. Default: 256. `None` means unlimited. If it
    /// is exceeded, `subscribe` returns an error.
    pub fn max_topic_length(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_topic_length = Some(bytes.into());
        self
    }

    /// Sets the response to an invalid message if the `error` handler does not send one. Default: [`OnInvalid::Reply`].
    pub fn on_invalid(mut self, answer: OnInvalid) -> Self {
        self.assembly.defaults.on_invalid = Some(answer);
        self
    }

    /// Sets whether the rejection (422) of a request that does not match its types includes the permitted values,
    /// patterns and limits. Default: off: the response then has only the path and keyword of each error, because it is
    /// sent before `before_handle` can authenticate the client.
    pub fn refusal_details(mut self, on: bool) -> Self {
        self.assembly.defaults.refusal_details = Some(on);
        self
    }

    /// Limits the duration of the closing handshake. Default: 10 s. `None` means unlimited. If it is exceeded, the
    /// connection is dropped.
    pub fn close_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.close_timeout = Some(timeout.into());
        self
    }

    /// Compresses messages for clients that offer it (permessage-deflate, RFC 7692). Default: off, which is also the
    /// meaning of `None`. See [`Deflate`].
    pub fn per_message_deflate(mut self, deflate: impl Into<Option<Deflate>>) -> Self {
        self.assembly.defaults.per_message_deflate = Some(deflate.into());
        self
    }

    /// Limits the time for the head of a request to arrive, and then the time for the handlers of the handshake to
    /// decide. Default: 10 s. If it is exceeded, the client gets 408, or the connection is closed. The same time limits
    /// how long a client may read no byte of a response, including responses of the fallback. It cannot be zero.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.assembly.handshake_timeout = timeout;
        self
    }

    /// Limits how long a client may send no byte of a request body while the fallback reads it. Default: 30 s. `None`
    /// means unlimited. If it is exceeded, the client gets 408, and the future of the fallback is dropped. If the
    /// fallback has moved the body to another task, the body ends with an error.
    pub fn body_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.body_timeout = timeout.into();
        self
    }

    /// Limits the total length of the request line and headers, in bytes. Default: 16 KiB. Minimum: 8 KiB. If it is
    /// exceeded, the client gets 431, or 414 if the request target alone is too long.
    pub fn max_header_bytes(mut self, bytes: usize) -> Self {
        self.assembly.head.max_bytes = Some(bytes);
        self
    }

    /// Limits the number of headers in a request. Default: 100. It cannot be zero. If it is exceeded, the client gets
    /// 431.
    pub fn max_headers(mut self, fields: usize) -> Self {
        self.assembly.head.max_headers = Some(fields);
        self
    }

    /// Limits the number of concurrent connections, counted from accept. Connections with a slow handshake and plain
    /// HTTP connections count too. Default: off, which is also the meaning of `None`. If it would be exceeded, the
    /// client gets 503 with `Retry-After`, and its request is not read.
    pub fn max_connections(mut self, connections: impl Into<Option<usize>>) -> Self {
        self.assembly.connections.all = connections.into();
        self
    }

    /// Limits the number of concurrent connections from one address, counted as for
    /// [`max_connections`](Self::max_connections). Default: off, which is also the meaning of `None`. If it would be
    /// exceeded, the client gets 503 with `Retry-After`.
    ///
    /// All IPv6 addresses of a /64 network count as one address, because they are assigned together. An IPv4 address
    /// counts as the same address in every form: plain, IPv4-mapped (`::ffff:192.0.2.1`), behind NAT64
    /// (`64:ff9b::192.0.2.1`, RFC 6052) or 6to4 (`2002:c000:201::`, RFC 3056). All clients without an address count as
    /// one address.
    ///
    /// The address is that of the TCP peer. If the peer is one of the [`trusted_proxies`](Self::trusted_proxies), it is
    /// the address that the proxy reports, and only sockets and their handshakes count.
    pub fn max_connections_per_address(mut self, connections: impl Into<Option<usize>>) -> Self {
        self.assembly.connections.per_address = connections.into();
        self
    }

    /// Sets the trusted proxies in front of the server: addresses (`10.0.0.1`) and networks (`10.0.0.0/8`). Default:
    /// none. An IPv4 proxy is also trusted if it connects through NAT64 (`64:ff9b::10.0.0.1`).
    ///
    /// For a connection from a trusted proxy, [`Socket::remote_addr`](crate::Socket::remote_addr) and related methods
    /// return the address in `X-Forwarded-For`, or in the header that [`forwarded_field`](Self::forwarded_field)
    /// selects. This is the right-most entry that is not itself a trusted proxy, because the client may have forged all
    /// entries to its left. The port is 0 if the proxy omits it.
    ///
    /// If the header contains no such address, `remote_addr` is `None`, never the address of the proxy. That is the
    /// case if the header is missing, if it contains only trusted proxies, or if the entry is `unknown`, obfuscated
    /// (`_x`) or malformed.
    pub fn trusted_proxies<P: Into<String>>(mut self, proxies: impl IntoIterator<Item = P>) -> Self {
        self.assembly.trusted_proxies = proxies.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the header in which [`trusted_proxies`](Self::trusted_proxies) report the client. Default:
    /// `X-Forwarded-For`. No other header is used, because a proxy that does not write a header forwards the client's
    /// value of it.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{ForwardedField, Server};
    ///
    /// let server = Server::new().trusted_proxies(["10.0.0.0/8"]).forwarded_field(ForwardedField::Forwarded);
    /// ```
    pub fn forwarded_field(mut self, field: ForwardedField) -> Self {
        self.assembly.forwarded_field = field;
        self
    }

    /// Limits how long a shutdown waits for handlers and queues. Default: 30 s. If it is exceeded, they are aborted.
    /// With zero, they are aborted at once.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.assembly.shutdown_timeout = timeout;
        self
    }

    /// Spreads the closes of a shutdown evenly over this time. Default: zero, which closes all sockets at once. Clients
    /// that reconnect immediately then do not arrive all together at the other instances of the application.
    ///
    /// A socket is served as before until its turn; new connections are refused from the beginning. The time is part of
    /// [`shutdown_timeout`](Self::shutdown_timeout) and must be shorter than that.
    pub fn shutdown_spread(mut self, duration: Duration) -> Self {
        self.assembly.shutdown_spread = duration;
        self
    }

    /// Sets the number of shards into which the connections are divided. Each has one task that delivers publishes.
    /// Default: the number of cores. It cannot be zero.
    pub fn shards(mut self, shards: usize) -> Self {
        self.assembly.shards = shards;
        self
    }
}
