//! What a type is, as far as that is seen at a glance: without writing it out, which crosses into the compiler and back.

use proc_macro2::Ident;
use syn::Type;

/// A type that is a name alone, as most are.
pub(crate) fn name(kind: &Type) -> Option<&Ident> {
    match kind {
        Type::Path(named) if named.qself.is_none() => named.path.get_ident(),
        _ => None,
    }
}
