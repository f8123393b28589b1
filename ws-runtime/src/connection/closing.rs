//! The end of a connection: failing it, and ensuring that its last frame arrives.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use super::{driver::Driver, replies::FAILED};
use crate::{
    events::{Escaped, event},
    route::Route,
    session::may_drop,
    turn::defer,
    wire::{Close, CloseCause},
};

/// The close frame for a connection that holds too much inbound memory. 1013 means that the client may try again later.
const TOO_MUCH: Close = Close::new(1013, "inbound memory limit exceeded");

impl<R: Route> Driver<'_, R> {
    /// Fails the connection: sends the close frame and shuts down the write half. From then on, input is read only to
    /// let that frame arrive, and is discarded.
    pub(super) fn fail(&mut self, close: &Close) {
        self.write_half().close(Some(close));
        self.failed = true;
        self.inbox.mute(self.turn);
        self.begin_deadline();
    }

    /// Fails the connection because the peer violated the protocol, or a limit on frames and messages.
    pub(super) fn fail_peer(&mut self, close: &Close) {
        self.write_half().note_cause(CloseCause::Protocol(close.clone()));
        self.fail(close);
    }

    /// Answers the peer's close frame, unless that has been done.
    pub(super) fn answer_close(&mut self) {
        if let Some(echo) = self.inbox.take_owed() {
            self.write_half().close(echo.close().as_ref());
        }
    }

    /// Drops all waiting input after our close frame was sent. Only the peer's close frame still matters.
    pub(super) fn discard(&mut self) {
        self.failed |= self.inbox.discard(self.turn);
        self.begin_deadline();
        self.ask();
    }

    /// Fails the connection because the inbound total is exceeded and this connection holds the most memory.
    #[cold]
    pub(super) fn give_way(&mut self, cx: &mut Context<'_>) {
        if !self.failed {
            self.fail(&TOO_MUCH);
            // The next wake-up applies the close timeout.
            defer(cx);
        }
    }

    /// Returns the value. If application code panicked outside of a handler call, fails the connection.
    pub(super) fn unless_panicked<T>(&mut self, outcome: Result<T, Box<str>>) -> Option<T> {
        outcome.map_err(|panic| self.fail_after_panic(&panic)).ok()
    }

    #[cold]
    fn fail_after_panic(&mut self, panic: &str) {
        let (route, socket) = (self.state.shared.path, self.socket.id());
        let (events, panic) = (&self.state.shared.events, Escaped(panic));
        event!(events, ERROR, route, %socket, %panic, "application data panicked in its `Drop`");
        self.fail(&FAILED);
    }

    /// Returns true after [`fail`](Self::fail). Only the last frames are then sent.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Waits until the last frame has arrived, as far as that can be known. Reads meanwhile, because unread input would
    /// cause the kernel to reset the connection.
    pub(super) async fn linger(&mut self) {
        self.begin_deadline();
        self.inbox.mute(self.turn);
        self.holding.release();
        poll_fn(|cx| {
            self.ask();
            if may_drop(self.facts(), Poll::Pending) {
                return Poll::Ready(());
            }
            let shut = self.write_half().poll_shutdown(cx);
            while !self.inbox.has_ended() && self.poll_read(cx).is_ready() {
                if self.turn.is_over() {
                    defer(cx);
                    break;
                }
            }
            if may_drop(self.facts(), shut.map(|shut| shut.is_ok())) {
                return Poll::Ready(());
            }
            if self.clock.poll_deadline(cx).is_ready() {
                return Poll::Ready(());
            }
            self.waited = true;
            let status = self.write_half().rest(cx);
            self.look_again(status, cx);
            Poll::Pending
        })
        .await;
    }
}
