//! Spans of messages and generated code.

use proc_macro2::Span;
use syn::Type;

use crate::types;

/// Returns the span of the attribute, for mistakes without a token.
pub(crate) fn here() -> Span {
    Span::call_site()
}

/// Returns a hygienic span for generated names, located at the user's token.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Returns a hygienic span, located at a type.
pub(crate) fn of(ty: &Type) -> Span {
    at(types::place(ty))
}
