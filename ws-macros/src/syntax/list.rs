//! Parses lists of strings in brackets.

use proc_macro2::{Ident, Span};
use syn::{
    LitStr, Token, bracketed,
    parse::{Parse, ParseStream, Result},
    punctuated::Punctuated,
    token::Bracket,
};

/// A list such as `["a", "b"]`.
pub(crate) struct Strings {
    pub(crate) span: Span,
    pub(crate) items: Vec<LitStr>,
}

impl Parse for Strings {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        let span = bracketed!(content in input).span.join();
        let items = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
        Ok(Self { span, items: items.into_iter().collect() })
    }
}

/// A list such as `["https://example.com"]`, or the word `any`.
pub(crate) enum OriginList {
    Any,
    List(Strings),
}

impl Parse for OriginList {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(Bracket) {
            return input.parse().map(Self::List);
        }
        let word: Ident = input.parse()?;
        // The caller replaces this error by a message about the key.
        if word == "any" { Ok(Self::Any) } else { Err(input.error("")) }
    }
}
