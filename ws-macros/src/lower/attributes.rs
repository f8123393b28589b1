//! What the attributes on an item say: documentation, and when the item is there at all.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token, punctuated::Punctuated};

use crate::model::DocPart;

/// The documentation of an item.
pub(super) fn docs(attributes: &[Attribute]) -> Vec<DocPart> {
    attributes.iter().filter_map(doc).collect()
}

fn doc(attribute: &Attribute) -> Option<DocPart> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    if !pair.path.is_ident("doc") {
        return None;
    }
    let mut value = &pair.value;
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    Some(match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => DocPart::Text(text.value()),
        code => DocPart::Code(code.to_token_stream()),
    })
}

/// The lints that an item does without, and with it what is written beside it.
pub(super) fn allowed(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("allow")).cloned().collect()
}

/// The predicates that must all hold for an item to be there; none if it always is.
pub(super) fn conditions(attributes: &[Attribute]) -> Vec<TokenStream> {
    attributes.iter().flat_map(|attribute| condition(&attribute.meta)).collect()
}

fn condition(meta: &Meta) -> Vec<TokenStream> {
    let Meta::List(list) = meta else { return Vec::new() };
    if list.path.is_ident("cfg") {
        return vec![list.tokens.clone()];
    }
    if !list.path.is_ident("cfg_attr") {
        return Vec::new();
    }
    let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return Vec::new();
    };
    let mut parts = parts.into_iter();
    let Some(when) = parts.next() else { return Vec::new() };
    // `cfg_attr(a, cfg(b))` takes the item away where `a` holds and `b` does not.
    parts.flat_map(|part| condition(&part)).map(|inner| quote!(any(not(#when), #inner))).collect()
}
