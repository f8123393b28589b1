//! What a handler takes of a variant.

/// The content of a variant, of the type `T` that its handler takes: its own. `M` is `()`, or what [`open_content`] says.
#[diagnostic::on_unimplemented(
    message = "the variant holds `{Self}`, but its handler takes `{T}`",
    label = "expected `{Self}`, found `{T}`"
)]
pub trait Content<T, M = ()> {
    /// Returns it.
    fn content(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, M> Content<T, M> for T {
    fn content(self) -> T {
        self
    }
}

/// What no handler takes.
pub struct Unused<T>(T);

/// With a second form the compiler does not conclude from the content what a handler takes; so it says of the handler's type
/// that it is wrong, not of the content's.
#[diagnostic::do_not_recommend]
impl<T, M> Content<Unused<T>, M> for T {
    fn content(self) -> Unused<T> {
        Unused(self)
    }
}

/// Hands the content of a variant to its handler. Generated code calls it.
#[inline]
pub fn content<T, C: Content<T>>(content: C) -> T {
    content.content()
}

/// Hands the content of a variant to its handler, where the block has parameters. The compiler would suggest to restrict those so
/// that the content is of another type; it does not where a bound names the type of a function, as that of [`fixed`].
#[inline]
pub fn open_content<T, C: Content<T, M>, M>(content: C, _: M) -> T {
    content.content()
}

/// Does nothing; [`open_content`] takes it for its type.
pub fn fixed() {}
