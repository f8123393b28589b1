//! What the handlers of the opening handshake may return.

use http::HeaderMap;

use crate::handshake::Reject;

/// What `before_handle` may return: `()`, or a `Result` whose `Ok` becomes the connection's data.
#[diagnostic::on_unimplemented(
    message = "`before_handle` cannot return `{Self}`",
    label = "neither `()` nor a `Result`",
    note = "return `()`, or `Result<Data, E>` where `Reject: From<E>`: wrap it in `Ok(data)`"
)]
pub trait Admit {
    /// What `ws.data()` gives.
    type Data: Send + Sync + 'static;

    /// Lets the request in, or refuses it.
    fn admit(self) -> Result<Self::Data, Reject>;
}

impl Admit for () {
    type Data = ();

    fn admit(self) -> Result<(), Reject> {
        Ok(())
    }
}

impl<D: Send + Sync + 'static, E: Into<Reject>> Admit for Result<D, E> {
    type Data = D;

    fn admit(self) -> Result<D, Reject> {
        self.map_err(Into::into)
    }
}

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

impl<E: Into<Reject>> Pass for Result<(), E> {
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

impl<E: Into<Reject>> Extend for Result<HeaderMap, E> {
    fn extend(self) -> Result<HeaderMap, Reject> {
        self.map_err(Into::into)
    }
}

/// `before_handle`'s return value.
pub fn admit<T: Admit>(value: T) -> Result<T::Data, Reject> {
    value.admit()
}

/// `parse`'s or `transform`'s return value.
pub fn pass<T: Pass>(value: T) -> Result<(), Reject> {
    value.pass()
}

/// `upgrade`'s return value.
pub fn extend<T: Extend>(value: T) -> Result<HeaderMap, Reject> {
    value.extend()
}
