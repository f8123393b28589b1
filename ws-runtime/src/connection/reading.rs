//! When a connection reads: not before it has its stream, and not while it is paused or enough input waits.

use std::task::{Context, Poll, ready};

use tokio::time::Instant;

use super::driver::Driver;
use crate::{
    route::Route,
    socket::Flag,
    turn::{Turn, defer},
};

impl<R: Route> Driver<'_, R> {
    /// Reads and decodes, if reading is allowed.
    pub(super) fn read(&mut self, cx: &mut Context<'_>) {
        self.queue_input();
        while self.poll_read(cx).is_ready() {
            self.queue_input();
            if self.turn.is_over() {
                return defer(cx);
            }
        }
    }

    /// Waits for the stream, which HTTP owns until the 101 is sent, or for the notice that none comes.
    pub(super) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.inbox.awaits_stream() {
            ready!(self.inbox.poll_arrival(cx));
            if self.inbox.is_broken() {
                self.write_half().lose();
            }
            // The client could send nothing before its 101, so its idle time begins here.
            self.clock.hear(Instant::now());
            self.turn = Turn::begin();
            self.ask();
        }
        Poll::Ready(())
    }

    /// Reads once, if that is allowed and all earlier input is decoded; otherwise decodes.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.poll_arrival(cx));
        self.inbox.take_up();
        if self.inbox.is_fresh() {
            self.queue_input();
            return Poll::Ready(());
        }
        // A paused socket pauses messages, not the closing handshake.
        let paused = self.status.has(Flag::Paused) && !self.is_ending();
        let was_held_back = std::mem::replace(&mut self.held_back, paused || self.inbox.is_full());
        if self.held_back || was_held_back {
            // We hold the peer back, so its silence means nothing, unless it does not read what it requested: then only
            // continued reading counts as activity. In both cases an unfinished message is late because of us.
            let (now, queued) = (Instant::now(), self.write_half().buffered());
            if !self.status.has(Flag::High) || queued < self.queued {
                self.clock.hear(now);
            }
            self.inbox.hold(now);
            self.queued = queued;
        }
        if self.held_back {
            return Poll::Pending;
        }
        ready!(self.inbox.poll_read(cx));
        if self.inbox.has_ended() {
            // Handlers treat both alike, as a lost peer; but one that has only shut down its write half may read on.
            if self.inbox.is_broken() {
                self.write_half().lose();
            } else {
                self.write_half().end();
            }
            self.ask();
        } else {
            self.clock.hear(Instant::now());
        }
        self.limit_ending();
        Poll::Ready(())
    }
}
