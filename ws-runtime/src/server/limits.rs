//! Defaults for all routes, and limits for all connections together.

use std::time::Duration;

use super::Server;
use crate::{handshake::ForwardedField, route::OnInvalid, wire::Deflate};

impl Server {
    /// Limits the length of a message, all its fragments together, in bytes. Default: 1 MiB. Past it the connection is
    /// closed with 1009.
    pub fn max_payload_length(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_payload_length = Some(bytes.into());
        self
    }

    /// Limits the number of frames of a message. Default: 16,384. Past it the connection is closed with 1008.
    pub fn max_fragments(mut self, frames: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.max_fragments = Some(frames.into());
        self
    }

    /// Limits the time from the first byte of a message to its last. Default: 30 s. Past it the connection is closed
    /// with 1008.
    pub fn fragment_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.fragment_timeout = Some(timeout.into());
        self
    }

    /// Limits how long a peer may be silent. Default: 120 s. Only inbound bytes count, not outbound ones. Past it the
    /// connection is closed with 1001. A live peer answers the pings of [`ping_interval`](Self::ping_interval); without
    /// pings it must send something by itself.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.idle_timeout = Some(timeout.into());
        self
    }

    /// Sets the silence of a peer after which a connection sends a ping, and then the next one; `None` sends none.
    /// Default: 25 s, or half of [`idle_timeout`](Self::idle_timeout) if that is shorter. Proxies cut idle connections
    /// after 50 s (a common HAProxy setting), 55 s (Heroku) or 60 s (nginx).
    ///
    /// Pings are sent without an `idle_timeout` too. If both are set, the interval must be shorter, because live
    /// clients would otherwise be closed before their first ping; the server does not start.
    pub fn ping_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.ping_interval = Some(interval.into());
        self
    }

    /// Limits the queue of one socket, in bytes. Default: 16 MiB. Messages beyond it are dropped. Without a limit no
    /// queue is ever full: `drain` is not called, and the options for a full queue have no effect.
    pub fn backpressure_limit(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.backpressure_limit = Some(bytes.into());
        self
    }

    /// Sets whether a socket with a full queue is closed, with 1013, instead of missing messages. Default: off.
    pub fn close_on_backpressure_limit(mut self, on: bool) -> Self {
        self.assembly.defaults.close_on_backpressure_limit = Some(on);
        self
    }

    /// Keeps the latest message of each key while the queue of a socket is full, instead of dropping all of them.
    /// Default: off. The key is the value at a JSON pointer (RFC 6901) in a response, such as `/symbol`.
    ///
    /// Kept messages are queued in the order of sending as soon as there is room, and are themselves limited to
    /// `backpressure_limit`. Messages without the key, and binary ones, are still dropped, or close the socket. Two
    /// kinds of messages with the same key replace each other, so choose a pointer that distinguishes them. Each
    /// message published on such a route is parsed once for its key; a sent one only if the queue is full.
    ///
    /// It applies to routes with a JSON response that do not set it in their attribute. A pointer in an attribute that
    /// leads nowhere in the schema of the response keeps the server from starting.
    pub fn latest_by_key(mut self, pointer: impl Into<Option<&'static str>>) -> Self {
        self.assembly.defaults.latest_by_key = Some(pointer.into());
        self
    }

    /// Limits the memory queued for all sockets together, in bytes. Default: 1 GiB. `None` means unlimited.
    ///
    /// Past the limit, the call that queues cuts off the sockets with the fullest queues before it returns, until there
    /// is room. Their peers read too slowly for a close frame to arrive, and see 1006; `close` gets 1013 (RFC 6455
    /// §7.4, registry: try again later). A message is dropped only if that is not enough. A message larger than the
    /// limit is dropped at once, and no socket is cut off for it.
    ///
    /// The total counts memory: queues with their capacity, published messages that are not delivered yet, and messages
    /// kept by [`latest_by_key`](Self::latest_by_key). A message of 8 KiB or more that is published to many sockets is
    /// shared and counts once; the queues that hold it have equal shares. Up to 1 KiB for each socket that the network
    /// accepts at once is not counted.
    pub fn outbound_total(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.outbound_total = bytes.into();
        self
    }

    /// Limits the memory that all sockets together hold for inbound messages, in bytes. Default: 1 GiB. `None` means
    /// unlimited.
    ///
    /// Past the limit, the sockets that hold most are closed with 1013 (RFC 6455 §7.4, registry: try again later),
    /// until the rest is within it. Their memory is released; their running handlers continue.
    ///
    /// The total counts memory, capacity included: messages that wait for a handler, as sent; the unfinished message;
    /// and one that waits to be decoded on another thread, or is being decoded. It is counted when a connection waits,
    /// so the input of one turn may exceed the limit for that long. Messages passed to handlers are not counted, nor
    /// what a message inflates and decodes to: one message of at most [`max_payload_length`](Self::max_payload_length)
    /// for each decoding thread and each running handler. [`max_header_bytes`](Self::max_header_bytes) limits
    /// handshakes.
    pub fn inbound_total(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.inbound_total = bytes.into();
        self
    }

    /// Limits the messages that a peer may send in a second, control frames included. Default: off. Past it the
    /// connection is closed with 1008. A fragmented message counts once.
    pub fn rate_limit(mut self, frames: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.rate_limit = Some(frames.into());
        self
    }

    /// Limits the invalid messages in a row. Default: off. Past it the connection is closed with 1008.
    pub fn max_invalid(mut self, messages: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.max_invalid = Some(messages.into());
        self
    }

    /// Sets whether `publish` on a socket reaches that socket too, if it is subscribed. Default: off.
    pub fn publish_to_self(mut self, on: bool) -> Self {
        self.assembly.defaults.publish_to_self = Some(on);
        self
    }

    /// Limits the number of topics that one socket is subscribed to. Default: 1,024. `None` means unlimited. Past it
    /// `subscribe` returns an error.
    ///
    /// Otherwise a client that chooses its topics could fill the memory.
    pub fn max_subscriptions(mut self, topics: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_subscriptions = Some(topics.into());
        self
    }

    /// Limits the length of a topic that a socket subscribes to, in bytes. Default: 256. `None` means unlimited. Past
    /// it `subscribe` returns an error.
    pub fn max_topic_length(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_topic_length = Some(bytes.into());
        self
    }

    /// Sets the response to an invalid message if `error` does not decide. Default: [`OnInvalid::Reply`].
    pub fn on_invalid(mut self, answer: OnInvalid) -> Self {
        self.assembly.defaults.on_invalid = Some(answer);
        self
    }

    /// Sets whether the rejection of a request that does not match its types (422) includes the permitted values,
    /// patterns and limits. Default: off. Without it the response has the path and keyword of each error, because it is
    /// sent before `before_handle` can authenticate the client.
    pub fn refusal_details(mut self, on: bool) -> Self {
        self.assembly.defaults.refusal_details = Some(on);
        self
    }

    /// Limits the duration of the closing handshake. Default: 10 s. Past it the connection is dropped.
    pub fn close_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.close_timeout = Some(timeout.into());
        self
    }

    /// Compresses messages for clients that offer it (permessage-deflate, RFC 7692). Default: off. See [`Deflate`].
    pub fn per_message_deflate(mut self, deflate: impl Into<Option<Deflate>>) -> Self {
        self.assembly.defaults.per_message_deflate = Some(deflate.into());
        self
    }

    /// Limits the time for the head of a request to arrive, and then for its handlers to decide. Default: 10 s. Past it
    /// the client gets 408, or the connection is closed. The same time limits how long a client may read nothing of a
    /// response, also of the fallback's. It cannot be zero.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.assembly.handshake_timeout = timeout;
        self
    }

    /// Limits how long a client may send nothing of a request body that the fallback reads. Default: 30 s. Past it the
    /// client gets 408, the future of the fallback is dropped, and a body that the fallback has moved elsewhere ends
    /// with an error.
    pub fn body_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.body_timeout = timeout.into();
        self
    }

    /// Limits the request line and headers together, in bytes. Default: 16 KiB; minimum: 8 KiB. Past it the client gets
    /// 431, or 414 if the request target alone is too long.
    pub fn max_header_bytes(mut self, bytes: usize) -> Self {
        self.assembly.head.max_bytes = Some(bytes);
        self
    }

    /// Limits the number of headers in a request. Default: 100. It cannot be zero. Past it the client gets 431.
    pub fn max_headers(mut self, fields: usize) -> Self {
        self.assembly.head.max_headers = Some(fields);
        self
    }

    /// Limits the number of concurrent connections, counted from accept: those with a slow handshake, and those that
    /// speak plain HTTP, count too. Default: off. Past it a client gets 503 with `Retry-After`, without being read.
    pub fn max_connections(mut self, connections: impl Into<Option<usize>>) -> Self {
        self.assembly.connections.all = connections.into();
        self
    }

    /// Limits the number of concurrent connections from one address, counted as for
    /// [`max_connections`](Self::max_connections). Default: off. Past it a client gets 503 with `Retry-After`.
    ///
    /// All IPv6 addresses with the same first 64 bits count as one, because that many are assigned together. An IPv4
    /// address counts as one in every notation: plain, IPv4-mapped (`::ffff:192.0.2.1`), behind NAT64
    /// (`64:ff9b::192.0.2.1`, RFC 6052) or 6to4 (`2002:c000:201::`, RFC 3056). All clients without an address share
    /// one.
    ///
    /// The address is that of the TCP peer. For one of the [`trusted_proxies`](Self::trusted_proxies), it is the
    /// address that the proxy reports, and only sockets and their handshakes count.
    pub fn max_connections_per_address(mut self, connections: impl Into<Option<usize>>) -> Self {
        self.assembly.connections.per_address = connections.into();
        self
    }

    /// Sets the trusted proxies in front of the server: addresses, `10.0.0.1`, and networks, `10.0.0.0/8`. Default:
    /// none. An IPv4 proxy is also trusted through NAT64, as `64:ff9b::10.0.0.1`.
    ///
    /// For a connection from one of them, [`Socket::remote_addr`](crate::Socket::remote_addr) and related methods
    /// return the address in `X-Forwarded-For`, or in the header that [`forwarded_field`](Self::forwarded_field)
    /// selects: the right-most entry that is not itself a trusted proxy, because the client may have forged all entries
    /// left of it. The port is 0 if the proxy omits it.
    ///
    /// If the header names nobody, `remote_addr` is `None` and never the address of the proxy: without the header, if
    /// it contains only trusted proxies, or if the entry is `unknown`, obfuscated (`_x`) or unreadable.
    pub fn trusted_proxies<P: Into<String>>(mut self, proxies: impl IntoIterator<Item = P>) -> Self {
        self.assembly.trusted_proxies = proxies.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the header in which [`trusted_proxies`](Self::trusted_proxies) report the client. Default:
    /// `X-Forwarded-For`. The other header is not read: a proxy that does not write it forwards what the client sent.
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

    /// Limits how long a shutdown waits for handlers and queues. Default: 30 s. Past it they are aborted; with zero, at
    /// once.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.assembly.shutdown_timeout = timeout;
        self
    }

    /// Sets the number of shards that the connections are divided into, each with one task that delivers publishes.
    /// Default: the number of cores. It cannot be zero.
    pub fn shards(mut self, shards: usize) -> Self {
        self.assembly.shards = shards;
        self
    }
}
