//! The deadlines of a connection, all served by one tokio timer.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::session::{Expiry, ExpiryStep, Keepalive, KeepaliveRule, Silence};

/// The deadlines of one connection.
pub(super) struct Clock {
    keepalive: Keepalive,
    /// The deadline of the closing handshake.
    deadline: Option<Instant>,
    /// The expiry of the connection. It is boxed, because few connections have one.
    expiry: Option<Box<Expiry>>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { keepalive: Keepalive::new(Instant::now()), deadline: None, expiry: None, timer: None }
    }

    /// Restarts the idle timeout, because the peer has sent bytes or could not send any.
    pub(super) fn hear(&mut self, now: Instant) {
        self.keepalive.hear(now);
    }

    /// Returns the action that the peer's silence up to `now` requires.
    pub(super) fn ask(&mut self, rule: KeepaliveRule, now: Instant) -> Silence {
        self.keepalive.ask(rule, now)
    }

    /// Sets the expiry. `None` removes it.
    pub(super) fn expire_at(&mut self, when: Option<Instant>) {
        self.expiry = when.map(|when| Box::new(Expiry::at(when)));
    }

    /// Returns the action that the expiry requires at `now`. `None` if no expiry is set.
    pub(super) fn ask_expiry(&mut self, now: Instant) -> Option<ExpiryStep> {
        self.expiry.as_mut().map(|expiry| expiry.ask(now))
    }

    /// Returns the earlier of the close timeout and the next action of the expiry.
    fn own(&self) -> Option<Instant> {
        let expiry = self.expiry.as_ref().map(|expiry| expiry.next());
        self.deadline.into_iter().chain(expiry).min()
    }

    /// Starts the close timeout, unless it has started. `None` means unlimited.
    pub(super) fn begin_deadline(&mut self, timeout: Option<Duration>) {
        if self.deadline.is_none() {
            self.restart_deadline(timeout);
        }
    }

    /// Restarts the close timeout. `None` means unlimited.
    pub(super) fn restart_deadline(&mut self, timeout: Option<Duration>) {
        self.deadline = timeout.map(|timeout| Instant::now() + timeout);
    }

    /// Returns true if the close timeout has started.
    pub(super) fn has_deadline(&self) -> bool {
        self.deadline.is_some()
    }

    /// Returns true if the close timeout has passed.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Resolves when the close timeout has passed.
    pub(super) fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.deadline.map_or(Poll::Pending, |deadline| self.poll_timer(cx, deadline))
    }

    /// Returns true if the timer is set, and fires no later than the close timeout and `other`. It then need not be
    /// reset: all deadlines are checked when it fires.
    pub(super) fn is_set(&mut self, cx: &mut Context<'_>, other: Option<Instant>) -> bool {
        let known = [self.own(), other].into_iter().flatten().min();
        if let Some(timer) = &self.timer
            && known.is_none_or(|known| timer.deadline() <= known)
            && !timer.is_elapsed()
        {
            let fires = timer.deadline();
            return self.poll_timer(cx, fires).is_pending();
        }
        false
    }

    /// Sets the timer for the earliest of the close timeout and `others`. Returns false if that deadline has passed.
    pub(super) fn set(&mut self, cx: &mut Context<'_>, others: [Option<Instant>; 2]) -> bool {
        match others.into_iter().chain([self.own()]).flatten().min() {
            Some(next) => self.poll_timer(cx, next).is_pending(),
            None => true,
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, when: Instant) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(when)));
        if timer.deadline() != when {
            timer.as_mut().reset(when);
        }
        timer.as_mut().poll(cx)
    }
}
