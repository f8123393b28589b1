//! Sends the replies of handlers and reports their failures.

use std::{
    ops::ControlFlow::{self, Break, Continue},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use tracing::field::display;

use super::{
    driver::{Done, Driver, Streams},
    inbound::{InboundEvent, decode},
};
use crate::{
    codec::{error_frame, expiring_frame},
    contract::{Contract, Response},
    events::{Escaped, event},
    panics::{catch, drop_quietly},
    route::{Blame, Error, OnInvalid, Outcome, Route, Transformed},
    wire::Close,
};

/// The close frame after a failure of a handler if no error frame can be sent.
pub(super) const FAILED: Close = Close::new(1011, "internal error");

/// The state of the connection after a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    Open,
    Over,
}

/// The default reply to an error, sent if the `error` handler sends none.
enum DefaultReply {
    Nothing,
    Frame(String),
    Close(Close),
}

/// Follow-up work of an event or a reply. It may have to wait.
pub(super) enum FollowUp<'a, R: Route> {
    Event(InboundEvent<R>),
    Replies(Streams<'a, R>),
    /// The reply of `error`. A failure in this reply does not call `error` again.
    Answers(Streams<'a, R>),
    Error(Error),
    Drained,
    /// The handler was dropped, because the connection is cut off.
    Aborted,
}

/// `Break` contains follow-up work. `Continue` means that none remains.
pub(super) type Flow<'a, R> = ControlFlow<FollowUp<'a, R>>;

/// A stream over a list of replies. It is always ready.
struct Listed<I>(Box<I>);

impl<I: Iterator> Stream for Listed<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

impl<'a, R: Route> Driver<'a, R> {
    /// The member that identifies the library's own frames.
    const TAG: &'static str = <R::Contract as Contract>::RESERVED_TAG;

    /// Handles the return value of a handler as far as that needs no waiting.
    pub(super) fn handle_outcome(&mut self, done: Done<Outcome<'a, Response<R>>>) -> Flow<'a, R> {
        match done {
            Done::Returned(Outcome::Unsaid | Outcome::Nothing) => {}
            Done::Returned(Outcome::One(response)) => return self.send(vec![response]),
            Done::Returned(Outcome::Many(responses)) => return self.send(responses),
            Done::Returned(Outcome::Stream(stream)) => return Break(FollowUp::Replies(vec![stream])),
            Done::Returned(Outcome::Close(close)) => self.socket.close(close),
            Done::Returned(Outcome::Failed(error)) => return Break(FollowUp::Error(Error::Failed(error))),
            Done::Panicked(text) => return Break(FollowUp::Error(Error::Panicked(text))),
            Done::Aborted => return Break(FollowUp::Aborted),
        }
        Continue(())
    }

    /// Sends replies, and catches panics in their `Serialize`. If a response is refused, the error takes its position
    /// among the replies, and the later ones follow as a stream.
    fn send(&self, responses: Vec<Response<R>>) -> Flow<'a, R> {
        let mut responses = responses.into_iter();
        let sent = catch(|| {
            for response in responses.by_ref() {
                if let Err(refused) = self.socket.try_send(&response) {
                    return Some(refused);
                }
            }
            None
        });
        match sent {
            Ok(None) => Continue(()),
            Ok(Some(refused)) => {
                if responses.len() == 0 {
                    return Break(FollowUp::Error(Error::Failed(refused.into())));
                }
                let failed = Outcome::Failed(refused.into());
                let left = std::iter::once(failed).chain(responses.map(Outcome::One));
                Break(FollowUp::Replies(vec![Box::pin(Listed(Box::new(left)))]))
            }
            Err(panic) => {
                // The remaining replies may panic too when they are dropped.
                drop_quietly(responses);
                Break(FollowUp::Error(Error::Panicked(panic)))
            }
        }
    }

    /// Handles the end of a handler that has no reply.
    fn observe(done: Done<()>) -> Flow<'a, R> {
        match done {
            Done::Returned(()) => Continue(()),
            Done::Panicked(text) => Break(FollowUp::Error(Error::Panicked(text))),
            Done::Aborted => Break(FollowUp::Aborted),
        }
    }

    /// Runs follow-up work until none remains.
    pub(super) async fn attend(&mut self, mut follow_up: FollowUp<'a, R>) -> Settled {
        loop {
            let done = match follow_up {
                FollowUp::Event(event) => self.turn(event).await,
                FollowUp::Replies(streams) => self.reply(streams, None).await,
                FollowUp::Answers(streams) => self.reply(streams, Some(0)).await,
                FollowUp::Error(error) => self.error(error).await,
                FollowUp::Drained => {
                    let done = self.during(Route::drain(&self.state.route, self.socket)).await;
                    Self::observe(done)
                }
                FollowUp::Aborted => return Settled::Over,
            };
            match done {
                Continue(()) => return if self.has_failed() { Settled::Over } else { Settled::Open },
                Break(more) => follow_up = more,
            }
        }
    }

    /// Handles one event.
    async fn turn(&mut self, event: InboundEvent<R>) -> Flow<'a, R> {
        let (route, socket) = (&self.state.route, self.socket);
        match event {
            InboundEvent::Message(body) => {
                self.invalid.end();
                let done = self.during(Route::message(route, socket, body)).await;
                self.handle_outcome(done)
            }
            InboundEvent::Raw(message) => {
                match self.during(Route::transform_message(route, socket, message)).await {
                    Done::Returned(Transformed::Message(message)) => {
                        Break(FollowUp::Event(decode(message.into(), self.state)))
                    }
                    Done::Returned(Transformed::Dropped) => Continue(()),
                    Done::Returned(Transformed::Close(close)) => {
                        self.socket.close(close);
                        Continue(())
                    }
                    Done::Returned(Transformed::Failed(error)) => {
                        Break(FollowUp::Error(Error::Failed(error)))
                    }
                    Done::Panicked(text) => Break(FollowUp::Error(Error::Panicked(text))),
                    Done::Aborted => Break(FollowUp::Aborted),
                }
            }
            InboundEvent::Heavy(heavy) => self.lift(heavy).await,
            InboundEvent::Invalid(invalid) => {
                if self.invalid.exceeds(self.state.shared.settings.max_invalid) {
                    self.socket.close(Close::new(1008, "too many invalid messages"));
                    return Continue(());
                }
                Break(FollowUp::Error(Error::Invalid(invalid)))
            }
            InboundEvent::Panicked(text) => Break(FollowUp::Error(Error::Panicked(text))),
            InboundEvent::Ping(payload) => {
                let done = self.during(Route::ping(route, socket, payload)).await;
                Self::observe(done)
            }
            InboundEvent::Pong(payload) => {
                let done = self.during(Route::pong(route, socket, payload)).await;
                Self::observe(done)
            }
            InboundEvent::Fault(close) => {
                let shared = &self.state.shared;
                let close_text = Escaped(&close);
                event!(shared.events, DEBUG, route = shared.path, socket = %socket.id(), close = %close_text, "closing the connection after an error");
                self.fail_peer(&close);
                Continue(())
            }
        }
    }

    /// Sends the items of streams of replies, one frame each, as fast as the peer reads. A failed item does not end its
    /// stream. The streams from index `answers` on are replies of the `error` handler. `None` means that there are
    /// none.
    async fn reply(&mut self, mut streams: Streams<'a, R>, mut answers: Option<usize>) -> Flow<'a, R> {
        loop {
            let next = self.next_of(&mut streams).await;
            answers = answers.filter(|&from| streams.len() > from);
            let done = match next {
                Done::Returned(Some(outcome)) => self.handle_outcome(Done::Returned(outcome)),
                Done::Returned(None) => return Continue(()),
                Done::Panicked(text) => {
                    streams.clear();
                    Break(FollowUp::Error(Error::Panicked(text)))
                }
                Done::Aborted => return Break(FollowUp::Aborted),
            };
            match done {
                Continue(()) => {}
                Break(FollowUp::Error(error)) if answers.is_some() => {
                    self.log(&error, false);
                    self.send_default(self.default(&error));
                }
                Break(FollowUp::Error(error)) => match self.error(error).await {
                    Continue(()) => {}
                    Break(FollowUp::Answers(more)) => {
                        answers = Some(streams.len());
                        streams.extend(more);
                    }
                    Break(follow_up) => return Break(follow_up),
                },
                Break(follow_up) => return Break(follow_up),
            }
        }
    }

    /// Calls the `error` handler, and sends the default reply if the handler sends none.
    async fn error(&mut self, error: Error) -> Flow<'a, R> {
        let default = self.default(&error);
        if !R::HANDLERS.error {
            self.log(&error, false);
            self.send_default(default);
            return Continue(());
        }
        let passed_on = matches!(error, Error::Invalid(_));
        let done = self.during(Route::error(&self.state.route, self.socket, error)).await;
        if matches!(done, Done::Returned(Outcome::Unsaid)) {
            self.send_default(default);
            return Continue(());
        }
        let panicked = matches!(done, Done::Panicked(_));
        match self.handle_outcome(done) {
            // An error in `error` does not call it again.
            Break(FollowUp::Error(error)) => {
                self.log(&error, passed_on);
                self.send_default(if panicked { DefaultReply::Close(FAILED) } else { default });
                Continue(())
            }
            Break(FollowUp::Replies(streams)) => Break(FollowUp::Answers(streams)),
            settled => settled,
        }
    }

    fn default(&self, error: &Error) -> DefaultReply {
        match error {
            Error::Invalid(invalid) => match self.state.on_invalid {
                OnInvalid::Ignore => DefaultReply::Nothing,
                OnInvalid::Reply if !self.state.opaque => {
                    DefaultReply::Frame(invalid.to_frame_tagged(Self::TAG))
                }
                OnInvalid::Reply | OnInvalid::Close if invalid.is_kind() => {
                    DefaultReply::Close(Close::new(1003, "the wrong kind of frame"))
                }
                OnInvalid::Reply | OnInvalid::Close => {
                    DefaultReply::Close(Close::new(1007, "invalid message"))
                }
            },
            Error::Failed(_) if !self.state.opaque => DefaultReply::Frame(error_frame(Self::TAG)),
            Error::Failed(_) | Error::Panicked(_) => DefaultReply::Close(FAILED),
        }
    }

    /// Notifies the client that the connection expires. A response that accepts anything leaves no form for the frame.
    pub(super) fn notify_of_expiry(&self, left: Duration) {
        if !self.state.opaque {
            let _ = self.socket.send_raw(expiring_frame(Self::TAG, left));
        }
    }

    fn send_default(&self, default: DefaultReply) {
        match default {
            DefaultReply::Nothing => {}
            DefaultReply::Frame(text) => {
                let _ = self.socket.send_raw(text);
            }
            DefaultReply::Close(close) => self.socket.close(close),
        }
    }

    /// Logs an error at the level that its cause requires. `passed_on` is true if the error is that of the `error`
    /// handler, which was called with an invalid message.
    fn log(&self, error: &Error, passed_on: bool) {
        let (route, socket, events) =
            (self.state.shared.path, display(self.socket.id()), &self.state.shared.events);
        match error {
            Error::Invalid(invalid) => {
                event!(events, DEBUG, route, socket, invalid = %Escaped(invalid), "invalid message");
            }
            Error::Failed(error) => {
                let text = Escaped(error);
                match Blame::of(&**error) {
                    Blame::Peer => event!(events, DEBUG, route, socket, error = %text, "invalid message"),
                    // It was logged when it was refused.
                    Blame::Refused => {}
                    _ if passed_on => {
                        event!(
                            events,
                            WARN,
                            route,
                            socket,
                            "the `error` handler failed on an invalid message"
                        );
                        event!(events, DEBUG, route, socket, error = %text, "the `error` handler failed on an invalid message");
                    }
                    Blame::Json(category) => {
                        event!(events, ERROR, route, socket, category, "a handler failed with a JSON error");
                        event!(events, DEBUG, route, socket, error = %text, "a handler failed");
                    }
                    Blame::Handler => event!(events, ERROR, route, socket, error = %text, "a handler failed"),
                }
            }
            Error::Panicked(panic) => {
                event!(events, ERROR, route, socket, panic = %Escaped(panic), "a handler panicked");
            }
        }
    }
}
