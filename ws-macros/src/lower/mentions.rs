//! Searches types and tokens for names.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics, Type};

use crate::types;

/// Returns true if a type contains the name, except after `::`.
pub(super) fn names(ty: &Type, other: &str) -> bool {
    let mut found = Vec::new();
    match types::names(ty, &mut found) {
        Some(()) => found.into_iter().any(|name| name == other),
        None => mentions(&ty.to_token_stream(), other),
    }
}

/// Returns true if the tokens contain the name, except after `::`.
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    let mut colons = 0;
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Punct(mark) if mark.as_char() == ':' => {
            colons += 1;
            false
        }
        TokenTree::Ident(word) => std::mem::take(&mut colons) < 2 && word == name,
        TokenTree::Group(group) => {
            colons = 0;
            mentions(&group.stream(), name)
        }
        _ => {
            colons = 0;
            false
        }
    })
}

/// Returns the first parameter of the block, or `Self`, that a type contains; `None` if there is none.
pub(super) fn parameter(ty: &Type, generics: &Generics) -> Option<String> {
    let parameters = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    });
    parameters.chain(["Self".to_owned()]).find(|parameter| names(ty, parameter))
}

/// Returns true if a type is sized and contains neither `_` nor `impl …`.
pub(super) fn is_complete(ty: &Type) -> bool {
    match ty {
        Type::TraitObject(_) | Type::Infer(_) => false,
        _ => types::name(ty).is_some() || !mentions(&ty.to_token_stream(), "impl"),
    }
}
