//! The content of an enum variant as passed to its handler.

/// The content of a variant of type `T`, the argument of its handler. `M` is `()`, or the type chosen by
/// [`open_content`].
#[diagnostic::on_unimplemented(
    message = "the variant holds `{Self}`, but its handler takes `{T}`",
    label = "expected `{Self}`, found `{T}`"
)]
pub trait Content<T, M = ()> {
    /// Returns the content.
    fn content(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, M> Content<T, M> for T {
    fn content(self) -> T {
        self
    }
}

/// A type that no handler takes.
pub struct Unused<T>(T);

/// With a second implementation the compiler cannot infer the argument type from the content, so it reports a wrong
/// type at the handler and not at the content.
#[diagnostic::do_not_recommend]
impl<T, M> Content<Unused<T>, M> for T {
    fn content(self) -> Unused<T> {
        Unused(self)
    }
}

/// Passes the content of a variant to its handler. Called by generated code.
#[inline]
pub fn content<T, C: Content<T>>(content: C) -> T {
    content.content()
}

/// Passes the content of a variant to its handler in a generic block. The compiler would suggest a bound that makes the
/// content another type; it does not if a bound names the type of a function, such as [`fixed`].
#[inline]
pub fn open_content<T, C: Content<T, M>, M>(content: C, _: M) -> T {
    content.content()
}

/// Does nothing; [`open_content`] uses its type.
pub fn fixed() {}
