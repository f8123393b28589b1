//! Return types of `before_handle` that are not a `Result`.
//!
//! The compiler finds the type of a connection's data through the return type. Without a `Result` it would report each use of the data.

use syn::Type;

use crate::types::{PRIMITIVES, argument, is_called, name};

/// Types that are never a `Result`, besides `Option` and the primitive types.
const NEVER_RESULTS: &[&str] = &["String", "Vec", "HashMap", "Arc", "Reject", "StatusCode"];

/// Returns the intended type of the data, if the name of a type shows that it is not a `Result`.
pub(super) fn data(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Array(_) => Some(ty),
        // A reference to another type may be to a user's type that works like a `Result`.
        Type::Reference(reference) => name(&reference.elem).filter(|name| *name == "str").map(|_| ty),
        Type::Tuple(tuple) => (!tuple.elems.is_empty()).then_some(ty),
        // With an `Option`, `None` was meant to reject the client.
        Type::Path(_) if is_called(ty, &["Option"]) => Some(argument(ty).unwrap_or(ty)),
        Type::Path(_) => (is_called(ty, PRIMITIVES) || is_called(ty, NEVER_RESULTS)).then_some(ty),
        Type::Group(group) => data(&group.elem),
        Type::Paren(paren) => data(&paren.elem),
        _ => None,
    }
}
