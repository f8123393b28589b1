//! Attributes of an item: documentation, lints, and conditions.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaList, Token, punctuated::Punctuated};

use crate::model::DocPart;

/// Returns the documentation of an item.
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

/// Returns the lints that an item allows, for the code that is generated next to it. `#[expect]` becomes `#[allow]`,
/// because the lint may not apply to that code.
pub(super) fn allowed(attributes: &[Attribute]) -> Vec<Attribute> {
    let allowed = attributes.iter().filter_map(|attribute| {
        let path = attribute.path();
        if path.is_ident("allow") {
            return Some(attribute.clone());
        }
        let word = path.get_ident().filter(|word| *word == "expect")?;
        let Meta::List(list) = &attribute.meta else { return None };
        let mut list = list.clone();
        list.path = Ident::new("allow", word.span()).into();
        Some(Attribute { meta: Meta::List(list), ..attribute.clone() })
    });
    allowed.collect()
}

/// Returns true if an item is `#[deprecated]`, even conditionally.
pub(super) fn is_deprecated(attributes: &[Attribute]) -> bool {
    fn deprecates(meta: &Meta) -> bool {
        match meta {
            Meta::List(list) if list.path.is_ident("cfg_attr") => parts(list).iter().skip(1).any(deprecates),
            meta => meta.path().is_ident("deprecated"),
        }
    }
    attributes.iter().any(|attribute| deprecates(&attribute.meta))
}

/// Returns the conditions that must all hold for an item to exist; empty if it is unconditional.
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
    let mut parts = parts(list).into_iter();
    let Some(when) = parts.next() else { return Vec::new() };
    // `cfg_attr(a, cfg(b))` removes the item if `a` holds and `b` does not.
    parts.flat_map(|part| condition(&part)).map(|inner| quote!(any(not(#when), #inner))).collect()
}

/// Parses `cfg_attr(…)` into its condition and its attributes. Returns an empty list if it cannot be parsed.
fn parts(list: &MetaList) -> Vec<Meta> {
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    parts.into_iter().flatten().collect()
}
