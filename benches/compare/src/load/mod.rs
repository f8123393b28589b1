//! The clients: one thread, one `epoll`, prepared frames, so that the server is the bottleneck.
//!
//! Does not depend on which server it drives.

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
    /// Sockets send messages of one size, each with a number in flight, and wait for the replies.
    Echo { sockets: usize, window: usize, size: usize, form: Form },
    /// One socket sends small messages to all others, with a number in flight. One of the others may read nothing.
    Room { sockets: usize, window: usize, stuck: bool },
    /// Sockets send one message each and then stay idle.
    Idle { sockets: usize },
    /// Sockets open and close, one after the other.
    Connect,
}

/// The kind of message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Binary,
    /// An object with one string, which returns inside another object.
    Json,
}

/// The result of one run.
#[derive(Clone)]
pub(crate) struct Sample {
    /// CPU time of the server in microseconds for each message, delivery or connection; or memory for each connection
    /// in KiB.
    pub(crate) cost: f64,
    /// In microseconds, if it was measured.
    pub(crate) p99: Option<f64>,
    /// The number of messages, deliveries or connections.
    pub(crate) per_second: f64,
}

/// Puts a server under load for some time after its warm-up.
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
