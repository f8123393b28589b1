//! Where generated code points; nothing else creates spans.

use proc_macro2::{Ident, Span};
use syn::{Type, spanned::Spanned};

use crate::kind::name;

/// Names of ours that cannot meet the user's, shown at the user's word.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The same at a type. One that is a name alone is not written out to be located.
pub(crate) fn of(kind: &Type) -> Span {
    at(name(kind).map_or_else(|| kind.span(), Ident::span))
}
