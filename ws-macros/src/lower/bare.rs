//! What `before_handle` returns, where it is no `Result`.
//!
//! The compiler finds a connection's data through that type, so one that has none is an error wherever the data is used.

use syn::Type;

use crate::kind::{PRIMITIVES, argument, is_called, name};

/// What nobody calls a `Result`, beside `Option` and the primitive types.
const NO_RESULT: &[&str] = &["String", "Vec", "HashMap", "Arc", "Reject", "StatusCode"];

/// The data that was meant, if a type surely is no `Result`, as far as names tell.
pub(super) fn data(kind: &Type) -> Option<&Type> {
    match kind {
        Type::Array(_) => Some(kind),
        // Another reference may be to a type of the user's, which may have what a `Result` has.
        Type::Reference(reference) => name(&reference.elem).filter(|name| *name == "str").map(|_| kind),
        Type::Tuple(tuple) => (!tuple.elems.is_empty()).then_some(kind),
        // The user meant `None` to refuse.
        Type::Path(_) if is_called(kind, &["Option"]) => Some(argument(kind).unwrap_or(kind)),
        Type::Path(_) => (is_called(kind, PRIMITIVES) || is_called(kind, NO_RESULT)).then_some(kind),
        Type::Group(group) => data(&group.elem),
        Type::Paren(paren) => data(&paren.elem),
        _ => None,
    }
}
