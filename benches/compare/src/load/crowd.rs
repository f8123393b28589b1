//! Many sockets under one `epoll`.

use std::{
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use mio::{Events, Interest, Poll, Token};

use super::connection::{Connection, open};
use crate::Failure;

/// Time without progress after which a server counts as stalled.
const STALLED: Duration = Duration::from_secs(5);
/// Size of a read in bytes. With a smaller one, the client would be the bottleneck.
const SCRATCH: usize = 512 << 10;
const EVENTS: usize = 4096;

pub(super) struct Crowd {
    poll: Poll,
    pub(super) events: Events,
    /// The open sockets. The token of an event is an index into this list.
    pub(super) sockets: Vec<Connection>,
    pub(super) scratch: Vec<u8>,
}

impl Crowd {
    pub(super) fn open(address: SocketAddr, path: &str, sockets: usize) -> Result<Self, Failure> {
        Self::of((0..sockets).map(|_| open(address, path, None)))
    }

    pub(super) fn of(streams: impl Iterator<Item = Result<TcpStream, Failure>>) -> Result<Self, Failure> {
        let poll = Poll::new()?;
        let mut sockets = Vec::new();
        for stream in streams {
            let mut socket = Connection::new(stream?)?;
            let interests = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut socket.stream, Token(sockets.len()), interests)?;
            sockets.push(socket);
        }
        Ok(Self { poll, events: Events::with_capacity(EVENTS), sockets, scratch: vec![0; SCRATCH] })
    }

    /// Waits for an event on one of the sockets.
    pub(super) fn wait(&mut self) -> Result<(), Failure> {
        self.poll.poll(&mut self.events, Some(STALLED))?;
        if self.events.is_empty() {
            return Err("the server has stalled".into());
        }
        Ok(())
    }
}
