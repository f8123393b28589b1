//! What `before_handle` returns, where it is no `Result`.
//!
//! The compiler finds a connection's data through that type, so one that has none is an error wherever the data is used.

use syn::{GenericArgument, PathArguments, Type};

use crate::kind::{is_called, last, name};

/// What nobody calls a `Result`, beside `Option`.
const NO_RESULT: &[&str] = &[
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "String",
    "Vec",
    "HashMap",
    "Arc",
    "Reject",
    "StatusCode",
];

/// The data that was meant, if a type surely is no `Result`, as far as names tell.
pub(super) fn data(kind: &Type) -> Option<&Type> {
    match kind {
        Type::Array(_) => Some(kind),
        // Another reference may be to a type of the user's, which may have what a `Result` has.
        Type::Reference(reference) => name(&reference.elem).filter(|name| *name == "str").map(|_| kind),
        Type::Tuple(tuple) => (!tuple.elems.is_empty()).then_some(kind),
        // The user meant `None` to refuse.
        Type::Path(_) if is_called(kind, &["Option"]) => Some(argument(kind).unwrap_or(kind)),
        Type::Path(_) => is_called(kind, NO_RESULT).then_some(kind),
        Type::Group(group) => data(&group.elem),
        Type::Paren(paren) => data(&paren.elem),
        _ => None,
    }
}

/// `User`, of `Option<User>`.
fn argument(kind: &Type) -> Option<&Type> {
    match &last(kind)?.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(kind) => Some(kind),
            _ => None,
        },
        _ => None,
    }
}
