//! The usual: messages that lie whole in what was read, and whose handlers answer at once with a message, or with nothing.
//!
//! They are decoded, handled and answered one after the other where they lie. Whatever else there is to do is the driver's.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::{
    driver::{Done, Driver},
    event::{Event, Heavy},
};
use crate::{
    codec::Decode,
    contract::{Body, Response},
    panics::catch,
    route::{Outcome, Route},
    turn::{Work, spend},
};

/// Why it did not go on.
pub(super) enum Burst<'a, R: Route> {
    /// Nothing of the usual kind is left.
    Over,
    /// A handler has to wait.
    Waiting,
    /// A handler, or decoding, came to something else.
    Done(Done<Outcome<'a, Response<R>>>),
    /// What came is no message for the handler.
    Event(Event<R>),
}

impl<'a, R: Route> Driver<'a, R> {
    /// Handles messages as long as they are of the usual kind; `handler` is the place of their handlers' futures, and empty but
    /// while one waits.
    #[inline]
    pub(super) fn burst<F>(
        &mut self,
        mut handler: Pin<&mut Option<F>>,
        begin: impl Fn(Body<R>) -> F,
        cx: &mut Context<'_>,
    ) -> Burst<'a, R>
    where
        F: Future<Output = Outcome<'a, Response<R>>>,
    {
        let (body, light, socket) = (&self.entry.body, self.entry.light, self.socket);
        while !self.waited && !self.turn.is_over() && self.line().report().is_calm() {
            // All of it at once, so that nothing has to be moved out that stays here.
            let stopped = catch(|| {
                let incoming = match self.inbox.message() {
                    Some(Ok(incoming)) => incoming,
                    Some(Err(fault)) => {
                        return Some(Burst::Event(self.inbox.fail(fault)));
                    }
                    None => return Some(Burst::Over),
                };
                let length = incoming.as_bytes().len();
                let work = light.work(incoming.kind(), length);
                if !light.takes(incoming.kind(), length) {
                    return Some(Burst::Event(Event::Heavy(Heavy::Decode(incoming.into_message()))));
                }
                spend(Work::Message);
                spend(work);
                match <Body<R>>::decode(incoming, body) {
                    Ok(message) => handler.set(Some(begin(message))),
                    Err(invalid) => return Some(Burst::Event(Event::Invalid(invalid))),
                }
                self.invalid = 0;
                match handler.as_mut().as_pin_mut()?.poll(cx) {
                    Poll::Ready(Outcome::One(ref response)) => match socket.try_send(response) {
                        Ok(_) => None,
                        Err(refused) => Some(Burst::Done(Done::Returned(Outcome::Failed(refused.into())))),
                    },
                    Poll::Ready(Outcome::Unsaid | Outcome::Nothing) => None,
                    Poll::Ready(outcome) => Some(Burst::Done(Done::Returned(outcome))),
                    Poll::Pending => Some(Burst::Waiting),
                }
            });
            match stopped {
                Ok(None) => handler.set(None),
                Ok(Some(burst)) => return burst,
                Err(panic) => return Burst::Done(Done::Panicked(panic)),
            }
        }
        Burst::Over
    }
}
