//! How a connection begins: with `open` before the 101 leaves, so that what `open` did is certain to whoever sees the 101; all
//! else when the stream is here.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
};

use tokio::sync::oneshot;

use super::{
    Entry,
    inbox::Arrival,
    run::{Present, run},
    tasks::Running,
};
use crate::{
    route::Route,
    socket::{Directory, Socket, Transport, Wish, split},
    wire::Close,
};

/// Begins a connection, before its 101 leaves. What counted the handshake counts the connection from then on.
pub(crate) type Begin = Box<dyn FnOnce(Running) -> Start + Send>;

/// Goes on with a connection as a task of its own, of just its size.
pub(crate) type Start = Box<dyn FnOnce(Option<Handover>) + Send>;

/// The stream after the 101, and what the client sent right behind its handshake. There is none if the 101 could not be sent.
pub(crate) type Handover = (Transport, Vec<u8>);

/// A connection whose `open` is called before its 101, as far as it comes without waiting, and which is a task from then on.
pub(super) fn begin<R: Route>(entry: Arc<Entry<R>>, socket: Socket<R>, directory: Weak<Directory>) -> Begin {
    Box::new(move |running| {
        let (stream, arrival) = oneshot::channel();
        let present = Present::enter(entry, socket.clone(), running);
        let mut connection = Box::pin(run(present, arrival, false));
        // It is polled by its task as soon as that is there, so whatever wakes it before then may wake nobody.
        let early = match connection.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Early::Waits(connection),
            Poll::Ready(left) => Early::Done(left),
        };
        // The sweeps of a shutdown have seen this socket, or have set this before they looked.
        let directory = directory.upgrade();
        if directory.as_ref().is_none_or(|directory| directory.is_stopped()) {
            socket.line().close(Some(&Close::GOING_AWAY));
        }
        if directory.is_none_or(|directory| directory.is_aborted()) {
            socket.line().wish(Wish::Abort);
        }
        Box::new(move |handover| {
            if let Some((transport, rest)) = handover {
                let (reader, writer) = split(transport);
                socket.line().start(writer);
                // Whoever receives it is here.
                let _ = stream.send((reader, rest));
            } else {
                // Who waits for the stream learns by this that there is none.
                drop(stream);
                socket.line().lose();
            }
            match early {
                Early::Waits(connection) => drop(tokio::spawn(connection)),
                Early::Done(Some((present, arrival))) => drop(tokio::spawn(run(present, arrival, true))),
                Early::Done(None) => {}
            }
        })
    })
}

/// What `open` came to before the 101.
enum Early<F, R: Route> {
    /// It has to wait, or has returned a stream of replies. This stays where it was polled.
    Waits(Pin<Box<F>>),
    /// It is done, and the rest of the connection is yet to begin. (`None` is the end of a connection, which has had its stream.)
    Done(Option<(Present<R>, Arrival)>),
}
