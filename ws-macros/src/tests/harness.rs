//! Expands an attribute from source text.

use proc_macro2::{Group, TokenStream, TokenTree};

use crate::{attribute, expand};

/// One of the two attributes.
#[derive(Clone, Copy)]
pub(super) enum Attribute {
    Route,
    Contract,
}

/// Expands the attribute in a source such as `#[ws_route("/chat")] impl Chat { … }`.
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
    with_derives(run(attribute, arguments, tokens.collect()))
}

/// Returns the tokens in which the item of the dispatch derive is replaced by the derive's output.
pub(super) fn with_derives(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map(ToString::to_string);
        if token.to_string() == "#"
            && next.is_some_and(|next| next.contains("derive (__ws :: see_ws_fields_and_ws_variant)"))
        {
            // The six tokens are `[derive(…)]`, `#`, `[ws_variants(…)]`, `struct`, its name and `;`.
            let item: Vec<TokenTree> = tokens.by_ref().take(6).collect();
            out.extend(expand::derive_output(item.into_iter().skip(1).collect()));
            continue;
        }
        out.extend([match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), with_derives(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }]);
    }
    out
}

pub(super) fn run(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> TokenStream {
    match attribute {
        Attribute::Route => attribute::route(arguments, item),
        Attribute::Contract => attribute::contract(arguments, item),
    }
}
