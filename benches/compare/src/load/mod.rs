//! The clients: one thread, one `epoll`, frames made beforehand, so that the server is the dearer side.
//!
//! It must not know which server it drives.

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

/// What clients do.
#[derive(Clone, Copy)]
pub(crate) enum Load {
    /// So many sockets send messages of one size, each with so many under way, and wait for the answers.
    Echo { sockets: usize, window: usize, size: usize, form: Form },
    /// One of so many sockets sends small messages to all the others, so many under way at once. One of the others may
    /// be one that reads nothing.
    Room { sockets: usize, window: usize, stuck: bool },
    /// So many sockets send one message each, and no more.
    Idle { sockets: usize },
    /// One socket after another opens and closes.
    Connect,
}

/// What a message is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Binary,
    /// An object with one string, which comes back in another object.
    Json,
}

/// What came of one run.
#[derive(Clone)]
pub(crate) struct Sample {
    /// CPU time of the server in microseconds for each message, delivery or connection; or memory for each connection in KiB.
    pub(crate) cost: f64,
    /// In microseconds, where it was taken.
    pub(crate) p99: Option<f64>,
    /// Messages, deliveries or connections.
    pub(crate) per_second: f64,
}

/// Puts a server under a load for a time, after it has warmed up.
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
