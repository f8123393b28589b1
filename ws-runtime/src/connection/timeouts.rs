//! Reacts to the deadlines of a connection.

use std::task::Context;

use tokio::time::Instant;

use super::driver::Driver;
use crate::{
    route::Route,
    session::{ExpiryStep, Overdue, Silence, overdue},
    socket::{Flag, Termination},
    wire::{Close, Encoder},
};

/// The close frame for an expired connection. The client needs new credentials.
const EXPIRED: Close = Close::new(4401, "expired");

impl<R: Route> Driver<'_, R> {
    /// Starts the close timeout, unless it has started.
    pub(super) fn begin_deadline(&mut self) {
        self.clock.begin_deadline(self.state.shared.settings.close_timeout);
    }

    /// Starts the close timeout if the peer has sent its close frame, or the connection must fail.
    pub(super) fn limit_ending(&mut self) {
        if self.inbox.owes() || self.inbox.fault().is_some() {
            self.begin_deadline();
        }
    }

    /// Checks the idle timeout, the fragment timeout, the close timeout and the expiry.
    pub(super) fn poll_time(&mut self, cx: &mut Context<'_>) {
        if self.inbox.awaits_stream() {
            // Until the 101 is sent, the handshake timeout applies.
            return;
        }
        if self.status.has(Flag::Expiry) {
            self.take_expiry();
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
            if self.clock.ask_expiry(now).is_some_and(|step| self.expiry_step(step)) {
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
                // While the connection closes, only the close timeout applies. It may be unlimited, so `failed` is
                // checked too.
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

    /// Applies the expiry that the application has set.
    #[cold]
    fn take_expiry(&mut self) {
        let when = self.write_half().take_expiry();
        self.clock.expire_at(when.map(|when| *when));
        self.status.set(Flag::Expiry, false);
    }

    /// Takes the action that the expiry requires: notifies the client, or closes the connection. Returns true if there
    /// was one.
    #[cold]
    fn expiry_step(&mut self, step: ExpiryStep) -> bool {
        match step {
            ExpiryStep::Until(_) => return false,
            ExpiryStep::Notify(left) => self.notify_of_expiry(left),
            ExpiryStep::Expire => {
                self.clock.expire_at(None);
                self.write_half().close(Some(&EXPIRED));
            }
        }
        true
    }

    /// Handles the expiry of the close timeout. Returns true if the connection is cut off.
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
