//! Where messages and generated code point.

use proc_macro2::Span;
use syn::Type;

use crate::kind;

/// Where nothing of the user's is to blame: the attribute.
pub(crate) fn here() -> Span {
    Span::call_site()
}

/// Names of ours that cannot meet the user's, shown at the user's word.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The same at a type.
pub(crate) fn of(kind: &Type) -> Span {
    at(kind::place(kind))
}
