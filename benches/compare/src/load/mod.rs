//! The clients: one thread, one `epoll`, and prepared frames, so that the server is the bottleneck.
//!
//! The clients are the same for every server.

mod connect;
mod connection;
mod crowd;
mod echo;
mod frame;
mod idle;
mod meter;
mod room;

use std::time::Duration;

use crate::{Failure, server::Server};

/// The behaviour of the clients.
#[derive(Clone, Copy)]
pub(crate) enum Load {
    /// Sockets send messages of one size and wait for the replies. Each has a fixed number of messages in flight.
    Echo { sockets: usize, window: usize, size: usize, form: Form },
    /// One socket sends small messages to all others, with a fixed number in flight. One of the others may read
    /// nothing.
    Room { sockets: usize, window: usize, stuck: bool },
    /// Sockets send one message each and then stay idle.
    Idle { sockets: usize },
    /// Sockets open and close, one after another.
    Connect,
}

/// The kind of message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Binary,
    /// An object with one string, which the reply contains in another object.
    Json,
}

/// The result of one run.
#[derive(Clone)]
pub(crate) struct Sample {
    /// CPU time of the server in microseconds per message, delivery or connection, or its memory in KiB per connection.
    pub(crate) cost: f64,
    /// 99th percentile of the latency in microseconds; `None` if it was not measured.
    pub(crate) p99: Option<f64>,
    /// Number of messages, deliveries or connections.
    pub(crate) per_second: f64,
}

/// Puts a server under load for this time, after its warm-up.
pub(crate) fn drive(load: Load, path: &str, server: &Server, time: Duration) -> Result<Sample, Failure> {
    match load {
        Load::Echo { sockets, window, size, form } => {
            echo::run(server, path, time, &echo::Echo { sockets, window, size, form })
        }
        Load::Room { sockets, window, stuck } => room::run(server, path, time, sockets, window, stuck),
        Load::Idle { sockets } => idle::run(server, path, time, sockets),
        Load::Connect => connect::run(server, path, time),
    }
}
