//! Decides when a connection reads: once it has its stream, unless the socket is paused or enough input waits.

use std::{
    io,
    task::{Context, Poll, ready},
};

use tokio::time::Instant;

use super::driver::Driver;
use crate::{
    route::Route,
    socket::Flag,
    turn::{Turn, defer},
    wire::CloseCause,
};

impl<R: Route> Driver<'_, R> {
    /// Reads and decodes until the stream has no more bytes, reading is held back or the turn is over.
    pub(super) fn read(&mut self, cx: &mut Context<'_>) {
        self.queue_input();
        while self.poll_read(cx).is_ready() {
            self.queue_input();
            if self.turn.is_over() {
                return defer(cx);
            }
        }
    }

    /// Waits for the stream, which hyper owns until the 101 is sent, or until it is known that no stream comes.
    pub(super) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.inbox.awaits_stream() {
            ready!(self.inbox.poll_arrival(cx));
            if self.inbox.is_broken() {
                self.write_half().lose();
            }
            // A client sends no frames before the 101, so its idle timeout begins here.
            self.clock.hear(Instant::now());
            self.turn = Turn::begin();
            self.ask();
        }
        Poll::Ready(())
    }

    /// Waits for the stream, or until the connection is cut off: a host may never hand one over.
    pub(super) fn poll_arrival_or_abort(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.ask();
        if self.status.has(Flag::Abort) && self.inbox.awaits_stream() {
            self.write_half().note_cause(CloseCause::Io(io::ErrorKind::ConnectionAborted.into()));
            self.write_half().lose();
            return Poll::Ready(());
        }
        if self.poll_arrival(cx).is_ready() {
            return Poll::Ready(());
        }
        self.waited = true;
        let status = self.write_half().rest(cx);
        self.look_again(status, cx);
        Poll::Pending
    }

    /// If there is undecoded input, decodes it. Otherwise reads once, unless reading is held back.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.poll_arrival(cx));
        self.inbox.take_up();
        if self.inbox.is_fresh() {
            self.queue_input();
            return Poll::Ready(());
        }
        // A paused socket does not stop the closing handshake.
        let paused = self.status.has(Flag::Paused) && !self.is_ending();
        let was_held_back = std::mem::replace(&mut self.held_back, paused || self.inbox.is_full());
        if self.held_back || was_held_back {
            // If reading is held back, the peer's silence does not count as idle, unless the peer does not read either:
            // with a long queue, only progress in writing counts as activity. An unfinished message is late because of
            // us, so its timeout restarts.
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
            // To handlers, both mean a lost peer. But a peer that has only shut down its write half may still read.
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
