//! The life of one connection: open, messages in their order, close.

use std::{any::Any, future::Future, sync::Arc};

use super::{
    Entry,
    answer::Settled,
    driver::{Done, Driver, Next},
    inbox::{Event, decode},
};
use crate::{
    route::{Error, Route},
    socket::{Reader, Socket},
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
) -> impl Future<Output = ()> + Send {
    let place = entry.hub.enter(socket.member());
    let present = Present { entry, socket, place };
    async move {
        let Present { entry, socket, .. } = &present;
        let mut driver = Driver::new(entry, socket, reader, rest);
        live(&mut driver).await;
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
}

impl<R: Route> Drop for Present<R> {
    fn drop(&mut self) {
        self.socket.leave_topics();
        self.socket.line().finish();
        self.entry.hub.depart(self.place);
    }
}

async fn live<R: Route>(driver: &mut Driver<'_, R>) {
    let (route, socket) = (&driver.entry.route, driver.socket);
    let opened = driver.during(route.open(socket)).await;
    if driver.settle(opened, true).await == Settled::Over {
        return;
    }
    loop {
        let settled = match driver.next().await {
            Next::Event(event) => turn(driver, event).await,
            Next::Fed(outcome) => match outcome {
                Some(outcome) => driver.settle(Done::Returned(outcome), false).await,
                None => Settled::Open,
            },
            Next::Drained => {
                let done = driver.during(route.drain(socket)).await;
                driver.observe(done).await
            }
            Next::End => return,
        };
        if settled == Settled::Over {
            return;
        }
    }
}

/// Handles one event.
async fn turn<R: Route>(driver: &mut Driver<'_, R>, event: Event<R>) -> Settled {
    let (route, socket) = (&driver.entry.route, driver.socket);
    let event = match event {
        Event::Raw(message) => match driver.during(route.transform_message(socket, message)).await {
            Done::Returned(message) => decode(message.into(), driver.entry),
            Done::Panicked(text) => Event::Panicked(text, 0),
            Done::Aborted => return Settled::Over,
        },
        event => event,
    };
    match event {
        Event::Message(body, _) => {
            driver.invalid = 0;
            let done = driver.during(route.message(socket, body)).await;
            driver.settle(done, false).await
        }
        Event::Invalid(invalid, _) => driver.invalid(invalid).await,
        Event::Panicked(text, _) => driver.error(Error::Panicked(text)).await,
        Event::Ping(payload) => {
            let done = driver.during(route.ping(socket, payload)).await;
            driver.observe(done).await
        }
        Event::Pong(payload) => {
            let done = driver.during(route.pong(socket, payload)).await;
            driver.observe(done).await
        }
        Event::Fault(close) => {
            tracing::debug!(route = driver.entry.hub.path, socket = socket.id(), %close, "the peer is failed");
            driver.fail(&close);
            Settled::Over
        }
        // `transform_message` was called already.
        Event::Raw(_) => Settled::Open,
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> Box<str> {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").into()
}
