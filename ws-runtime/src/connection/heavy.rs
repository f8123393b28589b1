//! Messages that cost more than a turn. They are inflated and decoded on other threads, limited by permits.
//!
//! Meanwhile the connection continues as while a handler runs: it answers control frames, writes the queue, and keeps
//! further input for later.

use std::{
    future::poll_fn,
    ops::ControlFlow::{Break, Continue},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use super::{
    RouteState,
    driver::{Done, Driver},
    inbound::{Heavy, InboundEvent, decode_any},
    replies::{Flow, FollowUp},
};
use crate::{
    route::Route,
    turn::{Work, spend},
    wire::{Fault, Inflater},
};

/// The result of heavy work, and the inflater that it borrowed.
type Worked<R> = (Result<InboundEvent<R>, Fault>, Option<Box<Inflater>>);

impl<'a, R: Route> Driver<'a, R> {
    /// Has a heavy message decoded on another thread, and waits for the result.
    pub(super) async fn lift(&mut self, heavy: Heavy) -> Flow<'a, R> {
        let state = Arc::clone(self.state);
        let inflater = self.inbox.inflater().take();
        self.lifted = heavy.memory();
        let mut work = pin!(self.state.heavy.run(move || work(heavy, &state, inflater)));
        let done = poll_fn(|cx| match self.poll_handler(work.as_mut(), cx) {
            // The work may take long, and its result is no longer needed.
            Poll::Pending if self.has_failed() => Poll::Ready(Done::Aborted),
            polled => polled,
        });
        let done = done.await;
        self.lifted = 0;
        let event = match done {
            Done::Returned(Some((event, inflater))) => {
                *self.inbox.inflater() = inflater;
                event.unwrap_or_else(|fault| self.inbox.fail(fault))
            }
            Done::Returned(None) => InboundEvent::Panicked("decoding was cancelled".into()),
            Done::Panicked(panic) => InboundEvent::Panicked(panic),
            Done::Aborted => return Break(FollowUp::Aborted),
        };
        spend(Work::Message);
        // If the connection was closed meanwhile, it handles no more messages.
        if self.has_failed() || self.status.is_closing() {
            Continue(())
        } else {
            Break(FollowUp::Event(event))
        }
    }
}

fn work<R: Route>(heavy: Heavy, state: &RouteState<R>, mut inflater: Option<Box<Inflater>>) -> Worked<R> {
    let message = match heavy {
        Heavy::Decode(message) => return (Ok(decode_any(message.into(), state)), inflater),
        Heavy::Inflate(deflated) => {
            let limit = state.shared.settings.limits.max_message;
            inflater
                .as_mut()
                .ok_or(Fault::Compression)
                .and_then(|inflater| inflater.message(&deflated, limit))
        }
    };
    let event = message.map(|message| {
        if R::HANDLERS.transform_message {
            InboundEvent::Raw(message)
        } else {
            decode_any(message.into(), state)
        }
    });
    (event, inflater)
}
