//! The life of one connection: open, messages in their order, close.

use std::{
    any::Any,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Poll, ready},
};

use super::{
    Entry,
    answer::{Rest, Settled},
    burst::Burst,
    driver::{Done, Driver, Next},
    event::Event,
    tasks::Running,
};
use crate::{
    route::Route,
    socket::{Reader, Socket, Wish},
};

/// Serves one connection until it has ended and its last handler has returned. `rest` is what the client sent right behind
/// its handshake. The socket is among the connected ones from this call on.
///
/// # Cancel safety
/// Dropping the future drops the running handler, and `close` is not called.
pub(crate) fn run<R: Route>(
    entry: Arc<Entry<R>>,
    socket: Socket<R>,
    reader: Reader,
    rest: Vec<u8>,
    running: Running,
) -> impl Future<Output = ()> + Send {
    let place = entry.hub.enter(socket.member());
    let present = Present { entry, socket, place, _running: running };
    // What a future is given it has room for as long as it lives, so it is given little.
    let stream = Box::new((reader, rest));
    async move {
        let Present { entry, socket, .. } = &present;
        let (reader, rest) = *stream;
        let mut driver = Driver::new(entry, socket, reader, rest);
        if open(&mut driver).await == Settled::Open {
            live(&mut driver).await;
        }
        driver.feed.clear();
        socket.leave_topics();
        driver.linger().await;
        let closed = socket.line().finish();
        if let Done::Panicked(text) = driver.during(entry.route.close(socket, closed)).await {
            tracing::error!(route = entry.hub.path, socket = socket.id(), panic = %text, "`close` panicked");
        }
    }
}

/// A socket among the connected ones. What has to happen however a connection ends, happens when this is dropped.
struct Present<R: Route> {
    entry: Arc<Entry<R>>,
    socket: Socket<R>,
    place: usize,
    _running: Running,
}

impl<R: Route> Drop for Present<R> {
    fn drop(&mut self) {
        self.socket.leave_topics();
        let clean = self.socket.line().finish().clean;
        self.entry.hub.note_end(clean && self.socket.line().report().wish() == Wish::Nothing);
        self.entry.hub.depart(self.place);
    }
}

/// Tells the route that the socket is open.
async fn open<R: Route>(driver: &mut Driver<'_, R>) -> Settled {
    let opened = driver.during(driver.entry.route.open(driver.socket)).await;
    match driver.settle(opened) {
        Ok(()) => {}
        Err(Rest::Replies(streams)) => driver.feed = streams,
        Err(rest) => return Box::pin(driver.attend(rest)).await,
    }
    Settled::Open
}

/// Everything from then on to the last frame. What seldom happens has a future of its own, so that a connection is no
/// larger than what it waits for.
async fn live<R: Route>(driver: &mut Driver<'_, R>) {
    let (route, socket) = (&driver.entry.route, driver.socket);
    let mut handler = pin!(None);
    loop {
        let next = poll_fn(|cx| {
            loop {
                let done = if let Some(running) = handler.as_mut().as_pin_mut() {
                    ready!(driver.poll_handler(running, cx))
                } else {
                    match driver.burst(handler.as_mut(), |body| route.message(socket, body), cx) {
                        Burst::Over => match ready!(driver.poll_next(cx)) {
                            Next::Arrived => continue,
                            Next::Event(Event::Message(body, _)) => {
                                driver.invalid = 0;
                                handler.set(Some(route.message(socket, body)));
                                continue;
                            }
                            next => return Poll::Ready(Ok(next)),
                        },
                        Burst::Waiting => ready!(driver.poll_meanwhile(cx)),
                        Burst::Done(done) => done,
                        Burst::Event(event) => return Poll::Ready(Ok(Next::Event(event))),
                    }
                };
                handler.set(None);
                if let Err(rest) = driver.settle(done) {
                    return Poll::Ready(Err(rest));
                }
            }
        });
        let settled = match next.await {
            Ok(Next::Event(event)) => Err(Rest::Event(event)),
            Ok(Next::Fed(Some(outcome))) => driver.settle(Done::Returned(outcome)),
            Ok(Next::Arrived | Next::Fed(None)) => Ok(()),
            Ok(Next::Drained) => Err(Rest::Drained),
            Ok(Next::End) => return,
            Err(rest) => Err(rest),
        };
        if let Err(rest) = settled
            && Box::pin(driver.attend(rest)).await == Settled::Over
        {
            return;
        }
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> Box<str> {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").into()
}
