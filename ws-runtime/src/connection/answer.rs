//! What follows from a handler's reply, and from what went wrong.

use super::driver::{Done, Driver, Streams};
use crate::{
    codec::Invalid,
    contract::Response,
    route::{Error, OnInvalid, Outcome, Route},
    wire::Close,
};

/// What an error frame says to the peer: never what went wrong.
const INTERNAL: &str = r#"{"type":"error","detail":"internal error"}"#;
/// The same, where no error frame can be told from the route's own messages, and where nothing can be said any more.
const FAILED: Close = Close::new(1011, "internal error");

/// Whether the connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    Open,
    /// The handler was cut off.
    Over,
}

/// What the peer gets if `error` does not say.
enum Default {
    Nothing,
    Frame(String),
    Close(Close),
}

impl<'a, R: Route> Driver<'a, R> {
    /// Carries out what a handler returned. With `feed`, a stream is kept to run beside the messages.
    pub(super) async fn settle(&mut self, done: Done<Outcome<'a, Response<R>>>, feed: bool) -> Settled {
        match done {
            Done::Returned(Outcome::Stream(stream)) if feed => {
                self.feed.push(stream);
                Settled::Open
            }
            Done::Returned(Outcome::Stream(stream)) => self.drain(vec![stream]).await,
            Done::Returned(outcome) => match self.carry_out(outcome) {
                Ok(()) => Settled::Open,
                Err(error) => self.error(error).await,
            },
            Done::Panicked(text) => self.error(Error::Panicked(text)).await,
            Done::Aborted => Settled::Over,
        }
    }

    /// Takes notice of a handler that has nothing to say.
    pub(super) async fn observe(&mut self, done: Done<()>) -> Settled {
        match done {
            Done::Returned(()) => Settled::Open,
            Done::Panicked(text) => self.error(Error::Panicked(text)).await,
            Done::Aborted => Settled::Over,
        }
    }

    /// Sends what a stream of replies says, one frame an item, as fast as the peer reads.
    async fn drain(&mut self, mut streams: Streams<'a, R>) -> Settled {
        loop {
            let settled = match self.next_of(&mut streams).await {
                Done::Returned(Some(outcome)) => match self.carry_out(outcome) {
                    Ok(()) => Settled::Open,
                    Err(error) => self.error(error).await,
                },
                Done::Returned(None) => return Settled::Open,
                Done::Panicked(text) => return self.error(Error::Panicked(text)).await,
                Done::Aborted => Settled::Over,
            };
            if settled == Settled::Over {
                return Settled::Over;
            }
        }
    }

    /// Carries out everything but a stream.
    fn carry_out(&mut self, outcome: Outcome<'a, Response<R>>) -> Result<(), Error> {
        match outcome {
            Outcome::Unsaid | Outcome::Nothing | Outcome::Stream(_) => {}
            Outcome::One(response) => {
                self.socket.send(&response);
            }
            Outcome::Many(responses) => {
                for response in &responses {
                    self.socket.send(response);
                }
            }
            Outcome::Close(close) => self.socket.close(close),
            Outcome::Failed(error) => return Err(Error::Failed(error)),
        }
        Ok(())
    }

    /// A message does not fit its type or schema.
    pub(super) async fn invalid(&mut self, invalid: Invalid) -> Settled {
        self.invalid += 1;
        if self.entry.hub.settings.max_invalid.is_some_and(|most| self.invalid > most) {
            self.socket.close(Close::new(1008, "too many invalid messages"));
            return Settled::Open;
        }
        self.error(Error::Invalid(invalid)).await
    }

    /// Something went wrong: `error` has the word, then the default.
    pub(super) async fn error(&mut self, error: Error) -> Settled {
        let default = self.default(&error);
        if !R::HANDLERS.error {
            self.log(&error);
            self.say(default);
            return Settled::Open;
        }
        let (route, socket) = (&self.entry.route, self.socket);
        match self.during(route.error(socket, error)).await {
            Done::Returned(Outcome::Unsaid) => self.say(default),
            Done::Returned(Outcome::Stream(stream)) => return Box::pin(self.drain(vec![stream])).await,
            Done::Returned(outcome) => {
                if let Err(error) = self.carry_out(outcome) {
                    // An error in `error` does not call it again.
                    self.log(&error);
                    self.say(default);
                }
            }
            Done::Panicked(text) => {
                self.log(&Error::Panicked(text));
                self.socket.close(FAILED);
            }
            Done::Aborted => return Settled::Over,
        }
        Settled::Open
    }

    fn default(&self, error: &Error) -> Default {
        match error {
            Error::Invalid(invalid) => match self.entry.on_invalid {
                OnInvalid::Ignore => Default::Nothing,
                OnInvalid::Reply if !self.entry.opaque => Default::Frame(invalid.to_frame()),
                OnInvalid::Reply | OnInvalid::Close if invalid.is_kind() => {
                    Default::Close(Close::new(1003, "the wrong kind of frame"))
                }
                OnInvalid::Reply | OnInvalid::Close => Default::Close(Close::new(1007, "invalid message")),
            },
            Error::Failed(_) if !self.entry.opaque => Default::Frame(INTERNAL.to_owned()),
            Error::Failed(_) | Error::Panicked(_) => Default::Close(FAILED),
        }
    }

    fn say(&self, default: Default) {
        match default {
            Default::Nothing => {}
            Default::Frame(text) => {
                self.socket.send_raw(text);
            }
            Default::Close(close) => self.socket.close(close),
        }
    }

    fn log(&self, error: &Error) {
        let (route, socket) = (self.entry.hub.path, self.socket.id());
        match error {
            Error::Invalid(invalid) => tracing::debug!(route, socket, %invalid, "invalid message"),
            Error::Failed(error) => tracing::error!(route, socket, %error, "a handler failed"),
            Error::Panicked(panic) => tracing::error!(route, socket, %panic, "a handler panicked"),
        }
    }
}
