//! The timers of one connection: for silence, for an unfinished message, and for the closing handshake. One tokio timer
//! serves all.

use std::{
    future::Future,
    task::{Context, Poll},
};

use tokio::time::{Instant, sleep_until};

use super::driver::Driver;
use crate::{
    route::Route,
    session::{Overdue, Silence, overdue},
    socket::Termination,
    wire::{Close, Encoder},
};

impl<R: Route> Driver<'_, R> {
    pub(super) fn begin_deadline(&mut self) {
        if self.deadline.is_none() {
            self.deadline = self.state.shared.settings.close_timeout.map(|timeout| Instant::now() + timeout);
        }
    }

    /// Starts the close timeout if the peer has closed, or the connection must fail.
    pub(super) fn limit_ending(&mut self) {
        if self.inbox.owes() || self.inbox.fault().is_some() {
            self.begin_deadline();
        }
    }

    /// Checks the idle timeout, the fragment timeout and the close timeout.
    pub(super) fn poll_time(&mut self, cx: &mut Context<'_>) {
        if self.inbox.awaits_stream() {
            // Until the 101 is sent, the timeout of the handshake applies.
            return;
        }
        // The timer is set for the earliest deadline known at that time. A later deadline needs no new timer: when this
        // one fires, all are checked.
        let known = [self.deadline, self.inbox.deadline()].into_iter().flatten().min();
        if let Some(timer) = &self.timer
            && known.is_none_or(|known| timer.deadline() <= known)
            && !timer.is_elapsed()
        {
            let rings = timer.deadline();
            if self.poll_timer(cx, rings).is_pending() {
                return;
            }
        }
        loop {
            let now = Instant::now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                if self.expire() {
                    return;
                }
                continue;
            }
            self.inbox.check(now);
            let idle = match self.keepalive.ask(self.state.shared.settings.keepalive, now) {
                Silence::Until(when) => when,
                Silence::Ping => {
                    self.write_half().control(|out| Encoder::ping(&[], out));
                    self.write_half().forget();
                    continue;
                }
                // A closing connection has the close timeout, which may be unlimited.
                Silence::Expired if self.failed || self.deadline.is_some() => None,
                Silence::Expired => {
                    self.fail(&Close::new(1001, "idle timeout"));
                    continue;
                }
            };
            let Some(next) = [self.deadline, self.inbox.deadline(), idle].into_iter().flatten().min() else {
                return;
            };
            if self.poll_timer(cx, next).is_pending() {
                return;
            }
        }
    }

    /// Handles the end of the close timeout. Returns true if the connection is cut off.
    fn expire(&mut self) -> bool {
        match overdue(self.inbox.owes(), self.inbox.fault().is_some()) {
            Overdue::Answer => {
                self.answer_close();
                self.deadline = None;
                self.begin_deadline();
            }
            Overdue::Fail => {
                if let Some(close) = self.inbox.fault().cloned() {
                    self.deadline = None;
                    self.fail(&close);
                }
            }
            Overdue::Terminate => {
                self.write_half().terminate(Termination::Terminate);
                self.status.add_termination(Termination::Terminate);
                return true;
            }
        }
        false
    }

    pub(super) fn poll_timer(&mut self, cx: &mut Context<'_>, when: Instant) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(when)));
        if timer.deadline() != when {
            timer.as_mut().reset(when);
        }
        timer.as_mut().poll(cx)
    }
}
