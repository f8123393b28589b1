//! Where generated code points; nothing else creates spans.

use proc_macro2::Span;
use syn::Type;

use crate::kind;

/// Names of ours that cannot meet the user's, shown at the user's word.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The same at a type.
pub(crate) fn of(kind: &Type) -> Span {
    at(kind::place(kind))
}
