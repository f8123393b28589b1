//! Finds return types of `before_handle` that are not a `Result`.
//!
//! The compiler derives the type of the connection's data from this return type. If it is not a `Result`, the compiler
//! would report each use of the data.

use syn::Type;

use crate::types::{PRIMITIVES, argument, is_called, name};

/// Names of types that are never a `Result`, in addition to `Option` and the primitive types.
const NEVER_RESULTS: &[&str] = &["String", "Vec", "HashMap", "Arc", "Reject", "StatusCode"];

/// Returns the type that was meant as the data, if the name of the return type shows that it is not a `Result`; `None`
/// otherwise.
pub(super) fn data(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Array(_) => Some(ty),
        // A reference to a type of the user is not reported, because the referenced type may behave like a `Result`.
        Type::Reference(reference) => name(&reference.elem).filter(|name| *name == "str").map(|_| ty),
        Type::Tuple(tuple) => (!tuple.elems.is_empty()).then_some(ty),
        // In an `Option`, `None` was probably meant to reject the client.
        Type::Path(_) if is_called(ty, &["Option"]) => Some(argument(ty).unwrap_or(ty)),
        Type::Path(_) => (is_called(ty, PRIMITIVES) || is_called(ty, NEVER_RESULTS)).then_some(ty),
        Type::Group(group) => data(&group.elem),
        Type::Paren(paren) => data(&paren.elem),
        _ => None,
    }
}
