//! When a connection reads: not before it has its stream, nor while it is paused or enough waits to be handled.

use std::task::{Context, Poll, ready};

use tokio::time::Instant;

use super::driver::Driver;
use crate::{
    route::Route,
    socket::Flag,
    turn::{Turn, defer},
};

impl<R: Route> Driver<'_, R> {
    /// Reads while that is allowed, and decodes it.
    pub(super) fn read(&mut self, cx: &mut Context<'_>) {
        self.settle_inbox();
        while self.poll_read(cx).is_ready() {
            self.settle_inbox();
            if self.turn.is_over() {
                return defer(cx);
            }
        }
    }

    /// Waits for the stream, which HTTP has until the 101 is out, or for the word that none comes.
    pub(super) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.inbox.awaits_stream() {
            ready!(self.inbox.poll_arrival(cx));
            if self.inbox.is_broken() {
                self.write_half().lose();
            }
            // The client could say nothing before its 101, so its silence begins here.
            self.keepalive.hear(Instant::now());
            self.turn = Turn::begin();
            self.ask();
        }
        Poll::Ready(())
    }

    /// Reads once, if that is allowed and all that was read before is decoded; decodes that otherwise.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.poll_arrival(cx));
        self.inbox.take_up();
        if self.inbox.is_fresh() {
            self.settle_inbox();
            return Poll::Ready(());
        }
        // Whoever pauses waits for a message, not for the closing handshake.
        let paused = self.status.has(Flag::Paused) && !self.is_ending();
        let was_held_back = std::mem::replace(&mut self.held_back, paused || self.inbox.is_full());
        if self.held_back || was_held_back {
            // The peer is held back by us, so its silence says nothing; unless it does not read what it has asked for, when
            // only that it goes on reading is a sign of life. A message that we leave unread is late by our doing either way.
            let (now, queued) = (Instant::now(), self.write_half().buffered());
            if !self.status.has(Flag::High) || queued < self.queued {
                self.keepalive.hear(now);
            }
            self.inbox.hold(now);
            self.queued = queued;
        }
        if self.held_back {
            return Poll::Pending;
        }
        ready!(self.inbox.poll_read(cx));
        if self.inbox.has_ended() {
            // To a handler both are the same, the peer is gone; but one that has only ended its own direction may read on.
            if self.inbox.is_broken() {
                self.write_half().lose();
            } else {
                self.write_half().end();
            }
            self.ask();
        } else {
            self.keepalive.hear(Instant::now());
        }
        self.limit_ending();
        Poll::Ready(())
    }
}
