//! What the handlers of the opening handshake may return.

use std::{
    any::Any,
    future::{Ready, ready},
};

use http::HeaderMap;

use crate::{contract::NoData, handshake::Reject};

/// What `before_handle` may return: `()`, or a `Result` whose `Ok` becomes the connection's data.
#[diagnostic::on_unimplemented(
    message = "`before_handle` cannot return `{Self}`",
    label = "neither `()` nor a `Result`",
    note = "return `()`, or `Result<Data, E>` where `E` is `Reject`, `BoxError` or a type with `impl From<E> for Reject`: wrap the data in `Ok(data)`"
)]
pub trait Admit {
    /// What `ws.data()` gives.
    type Data;
    /// What becomes a [`Reject`]. That it does is asked for where the value is used, and not of the type: `Data` is then
    /// known all the same, and an error that is no refusal is one mistake.
    type Error;

    /// Lets the request in, or refuses it.
    fn admit(self) -> Result<Self::Data, Self::Error>;
}

impl Admit for () {
    type Data = ();
    type Error = Reject;

    fn admit(self) -> Result<(), Reject> {
        Ok(())
    }
}

impl<D, E> Admit for Result<D, E> {
    type Data = D;
    type Error = E;

    fn admit(self) -> Self {
        self
    }
}

/// What an `Err` of the handlers of the opening handshake may hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot become a `Reject`",
    label = "its error does not say what the client gets",
    note = "the error is `Reject`, or `BoxError`, whose `?` takes every error (it is logged and answered with 500), or a type `E` with `impl From<E> for Reject`",
    note = "with `Reject`, write `.map_err(Reject::internal)?` for other errors: they are logged and answered with 500"
)]
pub trait Refusal: Into<Reject> {}

#[diagnostic::do_not_recommend]
impl<E: Into<Reject>> Refusal for E {}

/// What `parse` and `transform` may return: `()`, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`parse` and `transform` cannot return `{Self}`",
    label = "neither `()` nor a `Result<(), E>`",
    note = "return `()`, or `Result<(), E>` where `Reject: From<E>`"
)]
pub trait Pass {
    /// Lets the request pass, or refuses it.
    fn pass(self) -> Result<(), Reject>;
}

impl Pass for () {
    fn pass(self) -> Result<(), Reject> {
        Ok(())
    }
}

impl<E: Refusal> Pass for Result<(), E> {
    fn pass(self) -> Result<(), Reject> {
        self.map_err(Into::into)
    }
}

/// What `upgrade` may return: a `HeaderMap`, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`upgrade` cannot return `{Self}`",
    label = "neither a `HeaderMap` nor a `Result` of one",
    note = "return `HeaderMap`, or `Result<HeaderMap, E>` where `Reject: From<E>`"
)]
pub trait Extend {
    /// The fields that the 101 gets, or a refusal.
    fn extend(self) -> Result<HeaderMap, Reject>;
}

impl Extend for HeaderMap {
    fn extend(self) -> Result<HeaderMap, Reject> {
        Ok(self)
    }
}

impl<E: Refusal> Extend for Result<HeaderMap, E> {
    fn extend(self) -> Result<HeaderMap, Reject> {
        self.map_err(Into::into)
    }
}

/// `before_handle`'s return value.
pub fn admit<T: Admit<Error: Refusal>>(value: T) -> Result<T::Data, Reject> {
    value.admit().map_err(Into::into)
}

/// `before_handle` where the route has none: everybody is let in. `D` is `NoData` then, or `()` in a route that is written by
/// hand, which a trait's default cannot say; one that has data lets nobody in without the handler.
pub(super) fn let_in<D: 'static>() -> Ready<Result<D, Reject>> {
    let mut data: Option<D> = None;
    let slot: &mut dyn Any = &mut data;
    if let Some(none) = slot.downcast_mut::<Option<NoData>>() {
        *none = Some(NoData);
    } else if let Some(unit) = slot.downcast_mut::<Option<()>>() {
        *unit = Some(());
    }
    ready(data.ok_or(Reject::status(500)))
}

/// `parse`'s or `transform`'s return value.
pub fn pass<T: Pass>(value: T) -> Result<(), Reject> {
    value.pass()
}

/// `upgrade`'s return value.
pub fn extend<T: Extend>(value: T) -> Result<HeaderMap, Reject> {
    value.extend()
}
