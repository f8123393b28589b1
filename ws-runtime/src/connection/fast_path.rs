//! The fast path: complete messages in the read buffer whose handlers return at once, with one message or none.
//!
//! Such messages are decoded, handled and answered one after the other, without leaving a single function. The driver
//! does all other work.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::{
    driver::{Done, Driver},
    inbound::{Heavy, InboundEvent},
};
use crate::{
    codec::Decode,
    contract::{BodyOf, Response},
    panics::catch,
    route::{Outcome, Route},
    turn::spend_message,
};

/// The reason why the fast path stopped.
pub(super) enum FastPath<'a, R: Route> {
    /// The next input is not such a message.
    Over,
    /// The handler of a message waits.
    Waiting,
    /// The handler returned another result, or panicked.
    Done(Done<Outcome<'a, Response<R>>>),
    /// The input led to an event that is not a valid message.
    Event(InboundEvent<R>),
}

impl<'a, R: Route> Driver<'a, R> {
    /// Handles messages until one does not qualify. `handler` stores the future of a handler that waits, and is
    /// otherwise empty.
    #[inline]
    pub(super) fn fast_path<F>(
        &mut self,
        mut handler: Pin<&mut Option<F>>,
        begin: impl Fn(BodyOf<R>) -> F,
        cx: &mut Context<'_>,
    ) -> FastPath<'a, R>
    where
        F: Future<Output = Outcome<'a, Response<R>>>,
    {
        let (body, light, socket) = (&self.state.body, self.state.light, self.socket);
        if self.waited {
            return FastPath::Over;
        }
        while !self.turn.is_over() && self.write_half().status().is_calm() {
            // All steps are in one closure, so that neither the message nor the future is moved.
            let stopped = catch(|| {
                let incoming = match self.inbox.message() {
                    Some(Ok(incoming)) => incoming,
                    Some(Err(fault)) => {
                        return Some(FastPath::Event(self.inbox.fail(fault)));
                    }
                    None => return Some(FastPath::Over),
                };
                let length = incoming.as_bytes().len();
                let work = light.work(incoming.kind(), length);
                if !light.takes(incoming.kind(), length) {
                    return Some(FastPath::Event(InboundEvent::Heavy(Heavy::Decode(
                        incoming.into_message(),
                    ))));
                }
                spend_message(work);
                match <BodyOf<R>>::decode(incoming, body) {
                    Ok(message) => handler.set(Some(begin(message))),
                    Err(invalid) => return Some(FastPath::Event(InboundEvent::Invalid(invalid))),
                }
                self.invalid.end();
                match handler.as_mut().as_pin_mut()?.poll(cx) {
                    Poll::Ready(Outcome::One(ref response)) => match socket.try_send(response) {
                        Ok(_) => None,
                        Err(refused) => Some(FastPath::Done(Done::Returned(Outcome::Failed(refused.into())))),
                    },
                    Poll::Ready(Outcome::Unsaid | Outcome::Nothing) => None,
                    Poll::Ready(outcome) => Some(FastPath::Done(Done::Returned(outcome))),
                    Poll::Pending => Some(FastPath::Waiting),
                }
            });
            match stopped {
                Ok(None) => handler.set(None),
                Ok(Some(fast_path)) => return fast_path,
                Err(panic) => return FastPath::Done(Done::Panicked(panic)),
            }
        }
        FastPath::Over
    }
}
