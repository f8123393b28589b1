//! The content of an enum variant as passed to its handler.

/// The content of a variant, which its handler takes as an argument of type `T`. `M` is `()`, or the type chosen by
/// [`open_content`].
#[diagnostic::on_unimplemented(
    message = "the variant holds `{Self}`, but its handler takes `{T}`",
    label = "expected `{Self}`, found `{T}`"
)]
pub trait Content<T, M = ()> {
    /// Returns the content of the variant.
    fn content(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, M> Content<T, M> for T {
    fn content(self) -> T {
        self
    }
}

/// A placeholder for the second implementation of [`Content`]. No handler takes it.
pub struct Unused<T>(T);

/// This second implementation keeps the compiler from inferring the argument type from the content, so it reports a
/// wrong type at the handler instead of at the content.
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

/// Passes the content of a variant to its handler in a generic block. The compiler would suggest a bound that changes
/// the type of the content. It does not suggest one if a bound names the type of a function, such as [`fixed`].
#[inline]
pub fn open_content<T, C: Content<T, M>, M>(content: C, _: M) -> T {
    content.content()
}

/// A function without effect, whose type [`open_content`] uses.
pub fn fixed() {}
