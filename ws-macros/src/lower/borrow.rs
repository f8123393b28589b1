//! What lives no longer than something else.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Type, parse::Parse};

use crate::{
    kind::name,
    lifetimes::{Which, made_static},
};

/// Said of a contract's type where [`find`] finds something.
pub(super) const BORROWED: &str = "a type of the contract cannot borrow: its values outlive what they are read from\n\
     help: name a type that owns what it holds, such as `String` for `&str`";

/// What makes a type borrow.
pub(super) struct Borrow {
    pub(super) place: Span,
    /// `&`, or the lifetime.
    pub(super) written: String,
}

/// The first reference or lifetime of a type that is not `'static`, if there is one.
pub(super) fn find(kind: &Type) -> Option<Borrow> {
    if name(kind).is_some() { None } else { within(kind.to_token_stream()) }
}

fn within(tokens: TokenStream) -> Option<Borrow> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '&' => {
                let named = matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '\'');
                if named {
                    tokens.next();
                }
                let lifetime = tokens.peek().map(ToString::to_string);
                if !(named && lifetime.as_deref() == Some("static")) {
                    return Some(Borrow { place: mark.span(), written: "&".to_owned() });
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '\'' => {
                let lifetime = tokens.peek().map(ToString::to_string).unwrap_or_default();
                if lifetime != "static" {
                    return Some(Borrow { place: mark.span(), written: format!("'{lifetime}") });
                }
            }
            TokenTree::Group(group) => {
                if let Some(found) = within(group.stream()) {
                    return Some(found);
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
    None
}

/// A part of the grammar with `'static` in the place of other lifetimes.
pub(super) fn made_static_in<T: Parse + ToTokens + Clone>(part: &T, which: Which<'_>) -> T {
    syn::parse2(made_static(part.to_token_stream(), which)).unwrap_or_else(|_| part.clone())
}
