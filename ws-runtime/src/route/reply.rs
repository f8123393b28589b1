//! The return types of handlers.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{BoxError, Outcome};
use crate::{
    contract::{Endpoint, Response},
    wire::Close,
};

/// A return type of handlers: `()`, the response type, [`Close`], or an `Option`, `Result`, `Vec` or `Stream` of one of
/// them.
///
/// `()` sends no message; from `error`, it sends the default reply. `None` never sends a message. The error of a
/// `Result` is any type that converts into a [`BoxError`]; its text is never sent. `M` distinguishes the forms and is
/// always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reply: the `response` of this route is `{R}`",
    label = "not a reply",
    note = "return `()`, `{R}`, `Vec<{R}>`, `Close`, or an `Option`, `Result` or `Stream` of one of them; `response = …` sets another type, without a wrapper such as `Json<T>`",
    note = "the error of a `Result` must be a string or implement `std::error::Error + Send + Sync`, which `Reject` does not; a `Stream` must be `Send`",
    note = "write `async fn` instead of returning a future"
)]
pub trait Reply<'a, R, M = ()>: Sized {
    /// Converts the value into an outcome.
    fn reply(self) -> Outcome<'a, R>;
}

/// Marker types for the forms of a reply. Applications never name them.
pub mod by {
    use std::marker::PhantomData;

    /// Marks `()` as a reply.
    #[derive(Debug)]
    pub struct Unit;
    /// Marks the response type as a reply.
    #[derive(Debug)]
    pub struct One;
    /// Marks a string slice as a reply, for the response type `String`.
    #[derive(Debug)]
    pub struct Str;
    /// Marks [`Close`](crate::Close) as a reply.
    #[derive(Debug)]
    pub struct Close;
    /// Marks an `Option` of a reply.
    #[derive(Debug)]
    pub struct Maybe<M>(PhantomData<M>);
    /// Marks a `Vec` of responses as a reply.
    #[derive(Debug)]
    pub struct Many;
    /// Marks a `Result` of a reply.
    #[derive(Debug)]
    pub struct Try<M>(PhantomData<M>);
    /// Marks a `Stream` of replies.
    #[derive(Debug)]
    pub struct Each<M>(PhantomData<M>);
}

#[diagnostic::do_not_recommend]
impl<'a, R> Reply<'a, R, by::Unit> for () {
    fn reply(self) -> Outcome<'a, R> {
        Outcome::Unsaid
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R> Reply<'a, R, by::One> for R {
    fn reply(self) -> Outcome<'a, R> {
        Outcome::One(self)
    }
}

#[diagnostic::do_not_recommend]
impl<'a> Reply<'a, String, by::Str> for &str {
    fn reply(self) -> Outcome<'a, String> {
        Outcome::One(self.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R> Reply<'a, R, by::Close> for Close {
    fn reply(self) -> Outcome<'a, R> {
        Outcome::Close(self)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R, T: Reply<'a, R, M>, M> Reply<'a, R, by::Maybe<M>> for Option<T> {
    fn reply(self) -> Outcome<'a, R> {
        self.map_or(Outcome::Nothing, Reply::reply)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R> Reply<'a, R, by::Many> for Vec<R> {
    fn reply(self) -> Outcome<'a, R> {
        Outcome::Many(self)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R, T: Reply<'a, R, M>, E: Into<BoxError>, M> Reply<'a, R, by::Try<M>> for Result<T, E> {
    fn reply(self) -> Outcome<'a, R> {
        match self {
            Ok(reply) => reply.reply(),
            Err(error) => match error.into().downcast::<Close>() {
                Ok(close) => Outcome::Close(*close),
                Err(error) => Outcome::Failed(error),
            },
        }
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R: 'a, S, M: 'a> Reply<'a, R, by::Each<M>> for S
where
    S: Stream + Send + 'a,
    S::Item: Reply<'a, R, M>,
{
    fn reply(self) -> Outcome<'a, R> {
        Outcome::Stream(Box::pin(Each { stream: Box::pin(self), form: PhantomData::<fn() -> (&'a R, M)> }))
    }
}

/// Converts a stream of replies into a stream of outcomes. `F` holds the response type and the form, which the type of
/// the stream lacks.
struct Each<S, F> {
    stream: Pin<Box<S>>,
    form: PhantomData<F>,
}

impl<'a, R, S, M> Stream for Each<S, fn() -> (&'a R, M)>
where
    S: Stream,
    S::Item: Reply<'a, R, M>,
{
    type Item = Outcome<'a, R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.as_mut().poll_next(cx).map(|item| item.map(Reply::reply))
    }
}

/// Converts the return value of a handler of `E`. `E` determines the response type, so the compiler reports a wrong
/// value at the value.
pub fn reply<'a, E: Endpoint, T: Reply<'a, Response<E>, M>, M>(value: T) -> Outcome<'a, Response<E>> {
    value.reply()
}
