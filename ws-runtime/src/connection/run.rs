//! The life of a connection: `open`, messages in order, `close`.

use std::{
    future::{Future, poll_fn},
    ops::ControlFlow::{Break, Continue},
    pin::pin,
    sync::Arc,
    task::{Poll, ready},
};

use super::{
    RouteState,
    driver::{Done, Driver, Next},
    fast_path::FastPath,
    handover::Host,
    inbound::InboundEvent,
    replies::{FollowUp, Settled},
};
use crate::{
    admission::TaskGuard,
    events::{Escaped, event},
    panics::{catch, drop_quietly},
    route::Route,
    socket::{Socket, Termination},
};

/// Serves a connection until it has ended and its last handler has returned. Its stream may arrive later. `host.opened`
/// is dropped when `open` has returned or waits.
///
/// # Cancel safety
/// Dropping the future drops the running handler, and `close` is not called.
#[expect(clippy::manual_async_fn, reason = "the future of an async fn would store its arguments twice")]
pub(super) fn run<R: Route>(registration: Registration<R>, host: Host) -> impl Future<Output = ()> + Send {
    async move {
        let registration = &registration;
        let mut driver = Driver::new(&registration.state, &registration.socket, host.arrival);
        let settled = {
            let (mut opening, mut opened) = (pin!(open(&mut driver)), Some(host.opened));
            poll_fn(|cx| {
                let polled = catch(|| opening.as_mut().poll(cx));
                if let Some(opened) = opened.take() {
                    registration.catch_up_with_shutdown();
                    drop(opened);
                }
                caught(polled)
            })
            .await
        };
        // A connection spends nearly all its time below, so only the driver is stored from here on.
        let is_open = driver.unless_panicked(settled) == Some(Settled::Open);
        poll_fn(|cx| driver.poll_arrival_or_abort(cx)).await;
        if is_open {
            let lived = {
                let mut living = pin!(live(&mut driver));
                poll_fn(|cx| caught(catch(|| living.as_mut().poll(cx)))).await
            };
            driver.unless_panicked(lived);
        }
        drop_quietly(std::mem::take(&mut driver.feed));
        driver.socket.leave_topics();
        driver.linger().await;
        Box::pin(close(&mut driver)).await;
    }
}

/// Converts a panic of application code that is not caught elsewhere, for example in a `Drop`. The future that panicked
/// cannot be polled again, so the connection ends as after any other panic.
fn caught<T>(polled: Result<Poll<T>, Box<str>>) -> Poll<Result<T, Box<str>>> {
    match polled {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    }
}

/// A registered socket. Dropping it does the cleanup that must happen however the connection ends.
pub(super) struct Registration<R: Route> {
    state: Arc<RouteState<R>>,
    socket: Socket<R>,
    slot: usize,
    _running: TaskGuard,
}

impl<R: Route> Registration<R> {
    /// Registers a socket.
    pub(super) fn enter(state: Arc<RouteState<R>>, socket: Socket<R>, running: TaskGuard) -> Self {
        let slot = state.shared.enter(socket.member());
        Self { state, socket, slot, _running: running }
    }

    /// Closes the socket if it was registered after a shutdown had closed all others.
    fn catch_up_with_shutdown(&self) {
        self.state.shared.catch_up_with_shutdown(self.socket.write_half());
    }
}

impl<R: Route> Drop for Registration<R> {
    fn drop(&mut self) {
        self.socket.leave_topics();
        let clean = self.socket.write_half().finish().clean;
        self.state
            .shared
            .note_end(clean && self.socket.write_half().status().termination() == Termination::Nothing);
        self.state.shared.depart(self.slot);
    }
}

/// Calls `open`. It is first polled before the 101 is sent.
async fn open<R: Route>(driver: &mut Driver<'_, R>) -> Settled {
    let opened = driver.during(Route::open(&driver.state.route, driver.socket)).await;
    match driver.handle_outcome(opened) {
        Continue(()) => {}
        Break(FollowUp::Replies(streams)) => driver.feed = streams,
        Break(follow_up) => return Box::pin(driver.attend(follow_up)).await,
    }
    Settled::Open
}

/// Calls `close`.
async fn close<R: Route>(driver: &mut Driver<'_, R>) {
    let (state, socket) = (driver.state, driver.socket);
    let closed = socket.write_half().finish();
    if let Done::Panicked(text) = driver.during(Route::close(&state.route, socket, closed)).await {
        let (route, panic) = (state.shared.path, Escaped(text));
        event!(state.shared.events, ERROR, route, socket = %socket.id(), %panic, "the `close` handler panicked");
    }
}

/// Handles all events between `open` and the last frame. Rare work is in separate boxed futures, which keeps the future
/// of a connection small.
async fn live<R: Route>(driver: &mut Driver<'_, R>) {
    let mut handler = pin!(None);
    loop {
        let next = poll_fn(|cx| {
            let (route, socket) = (&driver.state.route, driver.socket);
            loop {
                let done = if let Some(running) = handler.as_mut().as_pin_mut() {
                    ready!(driver.poll_handler(running, cx))
                } else {
                    match driver.fast_path(handler.as_mut(), |body| Route::message(route, socket, body), cx) {
                        FastPath::Over => match ready!(driver.poll_next(cx)) {
                            Next::Arrived => continue,
                            Next::Event(InboundEvent::Message(body)) => {
                                driver.invalid.end();
                                handler.set(Some(Route::message(route, socket, body)));
                                continue;
                            }
                            next => return Poll::Ready(Continue(next)),
                        },
                        FastPath::Waiting => ready!(driver.poll_meanwhile(cx)),
                        FastPath::Done(done) => done,
                        FastPath::Event(event) => return Poll::Ready(Continue(Next::Event(event))),
                    }
                };
                handler.set(None);
                if let Break(follow_up) = driver.handle_outcome(done) {
                    return Poll::Ready(Break(follow_up));
                }
            }
        });
        let attending = {
            let settled = match next.await {
                Continue(Next::Event(event)) => Break(FollowUp::Event(event)),
                Continue(Next::Fed(Some(outcome))) => driver.handle_outcome(Done::Returned(outcome)),
                Continue(Next::Arrived | Next::Fed(None)) => Continue(()),
                Continue(Next::Drained) => Break(FollowUp::Drained),
                Continue(Next::End) => return,
                Break(follow_up) => Break(follow_up),
            };
            let Break(follow_up) = settled else { continue };
            Box::pin(driver.attend(follow_up))
        };
        if attending.await == Settled::Over {
            return;
        }
    }
}
