//! How a connection begins: with `open` before the 101 leaves, so that what `open` did is certain to whoever sees the 101; all
//! else when the stream is here.

use std::sync::{Arc, Weak};

use tokio::sync::oneshot;

use super::{
    Entry,
    run::{Present, run},
};
use crate::{
    admission::TaskGuard,
    route::Route,
    socket::{Directory, Socket, Transport, Wish, split},
    wire::Close,
};

/// Begins a connection, before its 101 leaves. What counted the handshake counts the connection from then on.
pub(crate) type Begin = Box<dyn FnOnce(TaskGuard) -> Begun + Send>;

/// Hands the stream over to a connection that has begun.
pub(crate) type Start = Box<dyn FnOnce(Option<Handover>) + Send>;

/// The stream after the 101, and what the client sent right behind its handshake. There is none if the 101 could not be sent.
pub(crate) type Handover = (Transport, Vec<u8>);

/// A connection that has begun.
pub(crate) struct Begun {
    pub(crate) start: Start,
    /// Over, by the loss of its sender, when `open` has come as far as it comes without waiting.
    pub(crate) opening: Option<oneshot::Receiver<()>>,
}

/// A connection that is a task of its own, of just its size, and calls `open` before its 101.
pub(crate) fn begin<R: Route>(entry: Arc<Entry<R>>, socket: Socket<R>, directory: Weak<Directory>) -> Begin {
    Box::new(move |running| {
        let (stream, arrival) = oneshot::channel();
        let (opened, opening) = oneshot::channel();
        let present = Present::enter(entry, socket.clone(), running);
        tokio::spawn(run(present, arrival, opened));
        let start: Start = Box::new(move |handover| {
            // The sweeps of a shutdown have seen this socket, or have set this before they looked.
            let directory = directory.upgrade();
            if directory.as_ref().is_none_or(|directory| directory.is_stopped()) {
                socket.line().close(Some(&Close::GOING_AWAY));
            }
            if directory.is_none_or(|directory| directory.is_aborted()) {
                socket.line().wish(Wish::Abort);
            }
            // Without a stream its end of the channel is dropped, and tells the connection so.
            if let Some((transport, rest)) = handover {
                let (reader, writer) = split(transport);
                // Whoever receives it is here, or the connection is over already.
                let _ = stream.send((reader, writer, rest));
            }
        });
        Begun { start, opening: Some(opening) }
    })
}
