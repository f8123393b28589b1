//! What a server sets for all of its routes, and what it limits for all of its connections together.

use std::time::Duration;

use super::Server;
use crate::{handshake::ForwardedField, route::OnInvalid, wire::Deflate};

impl Server {
    /// Limits a message, all its fragments together, in bytes; 1 MiB unless set. Past it the connection is closed with 1009.
    pub fn max_payload_length(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_payload_length = Some(bytes.into());
        self
    }

    /// Limits the frames that one message may consist of; 16,384 unless set. Past it the connection is closed with 1008.
    pub fn max_fragments(mut self, frames: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.max_fragments = Some(frames.into());
        self
    }

    /// Limits how long a message may take from its first byte to its last; 30 s unless set. Past it the connection is closed
    /// with 1008.
    pub fn fragment_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.fragment_timeout = Some(timeout.into());
        self
    }

    /// Limits how long a peer may send nothing at all; 120 s unless set. Only inbound bytes count, not outbound ones. Past it
    /// the connection is closed with 1001. A live peer answers the pings of [`ping_interval`](Self::ping_interval); without
    /// them it must send something by itself.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.idle_timeout = Some(timeout.into());
        self
    }

    /// Sets after how much silence of its peer a connection sends a ping, and after how much more it sends the next one; `None`
    /// sends none. Unless set, it is 25 s or half of [`idle_timeout`](Self::idle_timeout), whichever is shorter: proxies cut
    /// idle connections after 50 s (HAProxy's usual setting), 55 s (Heroku) or 60 s (nginx).
    ///
    /// Pings are sent without an `idle_timeout` too. Where both are set, the interval must be shorter, or live clients would be
    /// closed before their first ping: otherwise the server does not start.
    pub fn ping_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.ping_interval = Some(interval.into());
        self
    }

    /// Limits what is queued for one socket, in bytes; 16 MiB unless set. What is sent beyond it is dropped. Without a limit
    /// no queue is ever full: `drain` is not called, and what is set for a full queue does nothing.
    pub fn backpressure_limit(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.backpressure_limit = Some(bytes.into());
        self
    }

    /// Whether a socket whose queue is full is closed, with 1013, instead of missing messages; off unless set.
    pub fn close_on_backpressure_limit(mut self, on: bool) -> Self {
        self.assembly.defaults.close_on_backpressure_limit = Some(on);
        self
    }

    /// Keeps, where a socket's queue is full, the latest message of each key instead of dropping them all; off unless set. The
    /// key is what a JSON pointer (RFC 6901) leads to in a response, `/symbol` for example.
    ///
    /// What is kept is queued in the order of sending as soon as there is room, and is itself limited to
    /// `backpressure_limit`. Messages without the key, and binary ones, go on being dropped, or close the socket. Two kinds of
    /// message with the same key replace each other, so choose a pointer that tells them apart. Each message that is published
    /// on such a route is looked into once; one that is sent only if the queue is full.
    ///
    /// Of the routes whose attribute says nothing, it holds for those whose response is JSON. An attribute's pointer that leads
    /// nowhere in the schema of its response keeps the server from starting.
    pub fn latest_by_key(mut self, pointer: impl Into<Option<&'static str>>) -> Self {
        self.assembly.defaults.latest_by_key = Some(pointer.into());
        self
    }

    /// Limits the memory that is queued for all sockets together, in bytes; 1 GiB unless set. `None` is no limit.
    ///
    /// Past the limit, the call that queues cuts off the sockets with the fullest queues before it returns, until there is room.
    /// Their peers read too slowly for a close frame to arrive, and see 1006; `close` gets 1013 (RFC 6455 §7.4, registry: try again
    /// later). Only a message for which that is not enough is dropped; one larger than the limit is dropped at once, and nobody
    /// is cut off for it.
    ///
    /// The total counts memory: queues with their capacity, published messages that are not handed out yet, and messages kept by
    /// [`latest_by_key`](Self::latest_by_key). A message of 8 KiB or more that is published to many sockets is shared and counts
    /// once; each queue that holds it has an equal part of it. Up to 1 KiB of a socket that the network takes at once is not
    /// counted.
    pub fn outbound_total(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.outbound_total = bytes.into();
        self
    }

    /// Limits the memory that all sockets together hold of what their clients sent, in bytes; 1 GiB unless set. `None` is no limit.
    ///
    /// Past the limit, the sockets that hold most are closed with 1013 (RFC 6455 §7.4, registry: try again later), until the rest
    /// is within it. What they held is released; their running handlers go on.
    ///
    /// The total counts memory, capacity included: messages that wait for a handler, as they were sent; the message that has not
    /// arrived whole; and one that waits to be decoded on another thread, or is. It is counted when a connection waits, so what
    /// arrives in one turn of a connection may be beyond the limit for that long. What a handler was given is not counted, nor
    /// what a message inflates and decodes to: that is one message of at most [`max_payload_length`](Self::max_payload_length) for
    /// each thread that decodes and each running handler. An opening handshake is limited by
    /// [`max_header_bytes`](Self::max_header_bytes).
    pub fn inbound_total(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.inbound_total = bytes.into();
        self
    }

    /// Limits the messages a second that a peer may send, control frames included; off unless set. Past it the connection is
    /// closed with 1008. A message in fragments is one.
    pub fn rate_limit(mut self, frames: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.rate_limit = Some(frames.into());
        self
    }

    /// Limits the invalid messages in a row; off unless set. Past it the connection is closed with 1008.
    pub fn max_invalid(mut self, messages: impl Into<Option<u32>>) -> Self {
        self.assembly.defaults.max_invalid = Some(messages.into());
        self
    }

    /// Whether `publish` on a socket reaches that socket too, if it is subscribed; off unless set.
    pub fn publish_to_self(mut self, on: bool) -> Self {
        self.assembly.defaults.publish_to_self = Some(on);
        self
    }

    /// Limits the topics that one socket is subscribed to; 1,024 unless set. `None` is no limit. Past it `subscribe` returns an error.
    ///
    /// A client that names its topics itself would otherwise fill the memory.
    pub fn max_subscriptions(mut self, topics: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_subscriptions = Some(topics.into());
        self
    }

    /// Limits the name of a topic that a socket subscribes to, in bytes; 256 unless set. `None` is no limit. Past it `subscribe`
    /// returns an error.
    pub fn max_topic_length(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.assembly.defaults.max_topic_length = Some(bytes.into());
        self
    }

    /// What an invalid message gets where `error` does not say; [`OnInvalid::Reply`] unless set.
    pub fn on_invalid(mut self, answer: OnInvalid) -> Self {
        self.assembly.defaults.on_invalid = Some(answer);
        self
    }

    /// Whether a request that does not fit its types (422) is told what would: the values, patterns and limits that the types
    /// allow. Off unless set: the answer then has the path and the keyword of each error, because it is sent before
    /// `before_handle` can authenticate anybody.
    pub fn refusal_details(mut self, on: bool) -> Self {
        self.assembly.defaults.refusal_details = Some(on);
        self
    }

    /// Limits how long the closing handshake may take; 10 s unless set. Past it the connection is dropped.
    pub fn close_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.defaults.close_timeout = Some(timeout.into());
        self
    }

    /// Compresses messages for clients that offer it (permessage-deflate, RFC 7692); off unless set. See [`Deflate`].
    pub fn per_message_deflate(mut self, deflate: impl Into<Option<Deflate>>) -> Self {
        self.assembly.defaults.per_message_deflate = Some(deflate.into());
        self
    }

    /// Limits how long a request's head may take to arrive, and then its handlers to decide; 10 s unless set. Past it the
    /// client gets 408, or the connection is closed. So is one that takes nothing of a response, the fallback's too, for as
    /// long. It cannot be zero.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.assembly.handshake_timeout = timeout;
        self
    }

    /// Limits how long a client may send nothing of a request's body that the fallback reads; 30 s unless set. Past it the client
    /// gets 408, the fallback's future is dropped, and a body that the fallback has moved elsewhere ends with an error.
    pub fn body_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.assembly.body_timeout = timeout.into();
        self
    }

    /// Limits a request's line and header fields together, in bytes; 16 KiB unless set, and at least 8 KiB. Past it the client
    /// gets 431, or 414 if the request's target alone is too long.
    pub fn max_header_bytes(mut self, bytes: usize) -> Self {
        self.assembly.head.max_bytes = Some(bytes);
        self
    }

    /// Limits the header fields of a request; 100 unless set, and not zero. Past it the client gets 431.
    pub fn max_headers(mut self, fields: usize) -> Self {
        self.assembly.head.max_headers = Some(fields);
        self
    }

    /// Limits the connections at a time, from the moment that each is accepted: those that are slow with their handshake, and
    /// those that speak plain HTTP, count too. Off unless set. Past it a client gets 503 with `Retry-After`, unread.
    pub fn max_connections(mut self, connections: impl Into<Option<usize>>) -> Self {
        self.assembly.connections.all = connections.into();
        self
    }

    /// Limits the connections at a time from one address, counted as for [`max_connections`](Self::max_connections). Off unless
    /// set. Past it a client gets 503 with `Retry-After`.
    ///
    /// All IPv6 addresses with the same first 64 bits are one, for that many are given out together. An IPv4 address is one
    /// however it is written: as such, in IPv6 (`::ffff:192.0.2.1`), behind NAT64 (`64:ff9b::192.0.2.1`, RFC 6052) or 6to4
    /// (`2002:c000:201::`, RFC 3056). All clients without an address share one.
    ///
    /// The address is the TCP peer's. Where that is one of [`trusted_proxies`](Self::trusted_proxies), it is the client's that
    /// the proxy names, and only sockets and their handshakes count.
    pub fn max_connections_per_address(mut self, connections: impl Into<Option<usize>>) -> Self {
        self.assembly.connections.per_address = connections.into();
        self
    }

    /// Sets the proxies in front of the server that are believed: addresses, `10.0.0.1`, and networks, `10.0.0.0/8`. None unless
    /// set. An IPv4 proxy is also believed through NAT64, as `64:ff9b::10.0.0.1`.
    ///
    /// For a connection from one of them, [`Socket::remote_addr`](crate::Socket::remote_addr) and its like are the address that
    /// `X-Forwarded-For` names, or the field that [`forwarded_field`](Self::forwarded_field) chooses: the right-most entry that is
    /// not itself a trusted proxy, because the client may have invented all entries left of it. The port is 0 where the proxy
    /// leaves it out.
    ///
    /// Where the field names nobody, `remote_addr` is `None`, never the proxy's own address: without the field, if it holds only
    /// trusted proxies, or if the entry is `unknown`, obfuscated (`_x`) or cannot be read.
    pub fn trusted_proxies<P: Into<String>>(mut self, proxies: impl IntoIterator<Item = P>) -> Self {
        self.assembly.trusted_proxies = proxies.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the field in which [`trusted_proxies`](Self::trusted_proxies) name the client; `X-Forwarded-For` unless set. The
    /// other field is not read: a proxy that does not write it passes on what the client sent.
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

    /// Limits how long a shutdown waits for handlers and queues; 30 s unless set. Past it they are aborted; with zero, at once.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.assembly.shutdown_timeout = timeout;
        self
    }

    /// Sets into how many shards the connections are divided, each with one task that hands out what is published; as many as
    /// there are cores unless set, and not zero.
    pub fn shards(mut self, shards: usize) -> Self {
        self.assembly.shards = shards;
        self
    }
}
