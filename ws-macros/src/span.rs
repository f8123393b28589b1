//! Spans of messages and generated code.

use proc_macro2::Span;
use syn::Type;

use crate::types;

/// Span of the attribute, for mistakes without a token of their own.
pub(crate) fn here() -> Span {
    Span::call_site()
}

/// A hygienic span for generated names, shown at the user's token.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// A hygienic span shown at a type.
pub(crate) fn of(ty: &Type) -> Span {
    at(types::place(ty))
}
