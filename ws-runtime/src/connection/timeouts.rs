//! The reaction to the deadlines of a connection.

use std::task::Context;

use tokio::time::Instant;

use super::driver::Driver;
use crate::{
    route::Route,
    session::{Overdue, Silence, overdue},
    socket::Termination,
    wire::{Close, Encoder},
};

impl<R: Route> Driver<'_, R> {
    /// Starts the close timeout, once.
    pub(super) fn begin_deadline(&mut self) {
        self.clock.begin_deadline(self.state.shared.settings.close_timeout);
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
        if self.clock.is_set(cx, self.inbox.deadline()) {
            return;
        }
        loop {
            let now = Instant::now();
            if self.clock.is_overdue(now) {
                if self.expire() {
                    return;
                }
                continue;
            }
            self.inbox.check(now);
            let idle = match self.clock.ask(self.state.shared.settings.keepalive, now) {
                Silence::Until(when) => when,
                Silence::Ping => {
                    let _ = self.write_half().control(|out| Encoder::ping(&[], out));
                    self.write_half().forget();
                    continue;
                }
                // A closing connection has the close timeout, which may be unlimited.
                Silence::Expired if self.failed || self.clock.has_deadline() => None,
                Silence::Expired => {
                    self.fail(&Close::new(1001, "idle timeout"));
                    continue;
                }
            };
            if self.clock.set(cx, [self.inbox.deadline(), idle]) {
                return;
            }
        }
    }

    /// Handles the end of the close timeout. Returns true if the connection is cut off.
    fn expire(&mut self) -> bool {
        match overdue(self.inbox.owes(), self.inbox.fault().is_some()) {
            Overdue::Answer => {
                self.answer_close();
                self.clock.restart_deadline(self.state.shared.settings.close_timeout);
            }
            Overdue::Fail => {
                if let Some(close) = self.inbox.fault().cloned() {
                    self.fail_peer(&close);
                    self.clock.restart_deadline(self.state.shared.settings.close_timeout);
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
}
