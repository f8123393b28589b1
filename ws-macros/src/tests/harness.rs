//! An attribute from its source to its tokens.

use proc_macro2::{TokenStream, TokenTree};

use crate::attribute;

/// One of the two attributes.
#[derive(Clone, Copy)]
pub(super) enum Attribute {
    Route,
    Contract,
}

/// Expands an attribute as it is written: `#[ws_route("/chat")] impl Chat { … }`.
pub(super) fn expand(source: &str) -> TokenStream {
    let tokens: TokenStream = source.parse().expect("the test's own tokens");
    let mut tokens = tokens.into_iter();
    let Some(TokenTree::Punct(_)) = tokens.next() else { panic!("a test begins with its attribute") };
    let Some(TokenTree::Group(group)) = tokens.next() else { panic!("a test begins with its attribute") };
    let mut inside = group.stream().into_iter();
    let name = inside.next().map(|name| name.to_string());
    let arguments = match inside.next() {
        Some(TokenTree::Group(arguments)) => arguments.stream(),
        _ => TokenStream::new(),
    };
    let attribute =
        if name.as_deref() == Some("ws_contract") { Attribute::Contract } else { Attribute::Route };
    run(attribute, arguments, tokens.collect())
}

pub(super) fn run(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> TokenStream {
    match attribute {
        Attribute::Route => attribute::route(arguments, item),
        Attribute::Contract => attribute::contract(arguments, item),
    }
}
