//! Inspects types without rendering their tokens, which would be a round trip to the compiler.

use proc_macro2::{Ident, Span};
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypePath, TypeReference, spanned::Spanned};

/// Names of the sized primitive types.
pub(crate) const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
    "u128", "usize",
];

/// Returns the name of a type that is a single name, as most types are; `None` for other types.
pub(crate) fn name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(named) if named.qself.is_none() => named.path.get_ident(),
        _ => None,
    }
}

/// Returns a reference type, even in parentheses; `None` for other types.
pub(crate) fn reference(ty: &Type) -> Option<&TypeReference> {
    match ty {
        Type::Reference(ty) => Some(ty),
        Type::Group(group) => reference(&group.elem),
        Type::Paren(paren) => reference(&paren.elem),
        _ => None,
    }
}

/// Returns the last segment of a path, such as `Bytes` of `ws_runtime::Bytes`. Other crates may define a type of the
/// same name. Returns `None` if the type is not a path.
pub(crate) fn last(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(named) if named.qself.is_none() => named.path.segments.last(),
        _ => None,
    }
}

/// Returns true if the last segment of a type is one of these names.
pub(crate) fn is_called(ty: &Type, names: &[&str]) -> bool {
    last(ty).is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// Returns the first type argument, such as `Chat` of `Arc<Chat>`; `None` if there is none.
pub(crate) fn argument(ty: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last(ty)?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Returns the span of a type's first token.
pub(crate) fn place(ty: &Type) -> Span {
    match ty {
        Type::Path(TypePath { qself: None, path, .. }) if path.leading_colon.is_none() => {
            path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span())
        }
        Type::Reference(reference) => reference.and_token.span,
        other => other.span(),
    }
}

/// Collects the names in a type, except for those after `::`; `None` if the type needs a search of all its tokens.
pub(crate) fn names<'a>(ty: &'a Type, found: &mut Vec<&'a Ident>) -> Option<()> {
    match ty {
        Type::Reference(reference) if reference.lifetime.is_none() => names(&reference.elem, found),
        Type::Path(TypePath { qself: None, path, .. }) => {
            if path.leading_colon.is_none() {
                found.extend(path.segments.first().map(|segment| &segment.ident));
            }
            for segment in &path.segments {
                match &segment.arguments {
                    PathArguments::None => {}
                    PathArguments::AngleBracketed(arguments) => {
                        for argument in &arguments.args {
                            let GenericArgument::Type(ty) = argument else { return None };
                            names(ty, found)?;
                        }
                    }
                    PathArguments::Parenthesized(_) => return None,
                }
            }
            Some(())
        }
        _ => None,
    }
}
