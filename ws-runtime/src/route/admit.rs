//! The return types of the handshake handlers.

use std::{
    any::Any,
    future::{Ready, ready},
};

use http::HeaderMap;

use crate::{contract::NoData, handshake::Reject};

/// A return type of `before_handle`: `()`, or a `Result` whose `Ok` value becomes the data of the connection.
#[diagnostic::on_unimplemented(
    message = "`before_handle` cannot return `{Self}`",
    label = "expected `()` or a `Result`",
    note = "return `Ok(data)`, as `Result<Data, Reject>`; the error may also be `BoxError` or a type `E` with `impl From<E> for Reject`"
)]
pub trait Admit {
    /// The type of the connection's data, as returned by `ws.data()`.
    type Data;
    /// The error type. Its conversion into a [`Reject`] is required where the value is used, not here. `Data` is then
    /// known even if the conversion is missing, so the compiler reports one error.
    type Error;

    /// Accepts the request or rejects it.
    fn admit(self) -> Result<Self::Data, Self::Error>;
}

#[diagnostic::do_not_recommend]
impl Admit for () {
    type Data = ();
    type Error = Reject;

    fn admit(self) -> Result<(), Reject> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<D, E> Admit for Result<D, E> {
    type Data = D;
    type Error = E;

    fn admit(self) -> Self {
        self
    }
}

/// An error type that handshake handlers may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted into a `Reject`",
    label = "expected an error that converts into a `Reject`",
    note = "with `BoxError` as the error type, `?` takes any error: it is logged and answered with 500",
    note = "with `Reject`, write `.map_err(Reject::internal)?` to do the same, or `impl From<{Self}> for Reject` to choose the answer"
)]
pub trait Refusal: Into<Reject> {}

#[diagnostic::do_not_recommend]
impl<E: Into<Reject>> Refusal for E {}

/// A return type of `transform`: `()`, or a `Result` with `()` as its `Ok` type.
#[diagnostic::on_unimplemented(
    message = "`transform` cannot return `{Self}`",
    label = "expected `()` or `Result<(), E>`",
    note = "the error `E` is `Reject`, `BoxError`, or a type with `impl From<E> for Reject`"
)]
pub trait Pass {
    /// Accepts the request or rejects it.
    fn pass(self) -> Result<(), Reject>;
}

#[diagnostic::do_not_recommend]
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

/// A return type of `upgrade`: a `HeaderMap`, or a `Result` with it as its `Ok` type.
#[diagnostic::on_unimplemented(
    message = "`upgrade` cannot return `{Self}`",
    label = "expected `HeaderMap` or `Result<HeaderMap, E>`",
    note = "the error `E` is `Reject`, `BoxError`, or a type with `impl From<E> for Reject`"
)]
pub trait Extend {
    /// Returns the headers for the 101, or a rejection.
    fn extend(self) -> Result<HeaderMap, Reject>;
}

#[diagnostic::do_not_recommend]
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

/// Converts the return value of `before_handle`.
pub fn admit<T: Admit<Error: Refusal>>(value: T) -> Result<T::Data, Reject> {
    value.admit().map_err(Into::into)
}

/// The default of `before_handle`. Accepts every request if `D` is `NoData`, or `()` in a hand-written route. For any
/// other `D` there is no data, so every request is rejected with 500. The default method of a trait cannot be limited
/// to two types.
pub(super) fn accept_all<D: 'static>() -> Ready<Result<D, Reject>> {
    let mut data: Option<D> = None;
    let slot: &mut dyn Any = &mut data;
    if let Some(none) = slot.downcast_mut::<Option<NoData>>() {
        *none = Some(NoData);
    } else if let Some(unit) = slot.downcast_mut::<Option<()>>() {
        *unit = Some(());
    }
    ready(data.ok_or(Reject::status(500)))
}

/// A return type of `protocol`: `Option<&'static str>`, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "`protocol` cannot return `{Self}`",
    label = "expected `Option<&'static str>` or `Result<Option<&'static str>, E>`",
    note = "return one of `handshake.offered_protocols()` as a literal, or `None`",
    note = "the error `E` is `Reject`, `BoxError`, or a type with `impl From<E> for Reject`"
)]
pub trait Choose {
    /// Returns the chosen subprotocol, or a rejection.
    fn choose(self) -> Result<Option<&'static str>, Reject>;
}

#[diagnostic::do_not_recommend]
impl Choose for Option<&'static str> {
    fn choose(self) -> Result<Self, Reject> {
        Ok(self)
    }
}

impl<E: Refusal> Choose for Result<Option<&'static str>, E> {
    fn choose(self) -> Result<Option<&'static str>, Reject> {
        self.map_err(Into::into)
    }
}

/// Converts the return value of `protocol`.
pub fn choose<T: Choose>(value: T) -> Result<Option<&'static str>, Reject> {
    value.choose()
}

/// Converts the return value of `transform`.
pub fn pass<T: Pass>(value: T) -> Result<(), Reject> {
    value.pass()
}

/// Converts the return value of `upgrade`.
pub fn extend<T: Extend>(value: T) -> Result<HeaderMap, Reject> {
    value.extend()
}
