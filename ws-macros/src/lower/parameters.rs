//! What depends on the parameters of a block, or would on the life of something else.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Generics, Type};

use crate::{
    kind::{self, name},
    model::{Contract, Demand, Params, Role},
};

/// What the contract's types must be able to do, where the block's parameters decide whether they can.
pub(super) fn demands(contract: &Contract, generics: &Generics) -> Vec<Demand> {
    let params = match &contract.params {
        Params::Given(params) => Some(&**params),
        Params::None | Params::Inline(_) => None,
    };
    let types = [
        (params, Role::Part),
        (contract.query.as_ref(), Role::Part),
        (contract.header.as_ref(), Role::Part),
        (contract.cookie.as_ref(), Role::Part),
        (contract.body.as_ref(), Role::Body),
        (contract.response.as_ref(), Role::Response),
    ];
    let open =
        |kind: &Type| generics.type_params().any(|parameter| names(kind, &parameter.ident.to_string()));
    types
        .into_iter()
        .filter_map(|(kind, role)| {
            kind.filter(|kind| open(kind)).map(|kind| Demand { kind: kind.clone(), role })
        })
        .collect()
}

/// Whether a type names another, other than behind `::`.
pub(super) fn names(kind: &Type, other: &str) -> bool {
    let mut found = Vec::new();
    match kind::names(kind, &mut found) {
        Some(()) => found.into_iter().any(|name| name == other),
        None => mentions(&kind.to_token_stream(), other),
    }
}

/// Whether a name stands in the tokens, other than behind `::`.
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

/// Said where [`borrow`] finds something.
pub(super) const BORROWED: &str = "a type of the contract cannot borrow: its values outlive what they are read from\n\
     help: name a type that owns what it holds, such as `String` for `&str`";

/// The place of a reference that is not `'static`, if there is one.
pub(super) fn borrow(kind: &Type) -> Option<Span> {
    if name(kind).is_some() { None } else { reference(kind.to_token_stream()) }
}

fn reference(tokens: TokenStream) -> Option<Span> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '&' => {
                let named = matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '\'');
                if named {
                    tokens.next();
                }
                let life = tokens.peek().map(ToString::to_string);
                if !(named && life.as_deref() == Some("static")) {
                    return Some(mark.span());
                }
            }
            TokenTree::Group(group) => {
                if let Some(place) = reference(group.stream()) {
                    return Some(place);
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
    None
}
