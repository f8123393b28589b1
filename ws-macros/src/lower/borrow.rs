//! Finds types that borrow.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Type, parse::Parse};

use crate::{
    lifetimes::{Selection, made_static},
    types::name,
};

/// Message about a contract type in which [`find`] finds a borrow.
pub(super) const BORROWED: &str = "a type of the contract cannot borrow, because its values outlive the read buffer\n\
     help: use an owned type, such as `String` instead of `&str`";

/// The token that makes a type borrow.
pub(super) struct Borrow {
    pub(super) place: Span,
    /// `&`, or a lifetime.
    pub(super) written: String,
}

/// Returns the first reference or lifetime in a type other than `'static`; `None` if the type does not borrow.
pub(super) fn find(ty: &Type) -> Option<Borrow> {
    if name(ty).is_some() { None } else { search(ty.to_token_stream(), &mut Vec::new()) }
}

/// Searches tokens for a borrow. The arguments of function types (`fn(&str) -> &str`, `for<'a> Fn(&'a str)`) are
/// borrowed only during a call, so they do not count. `bound` contains the lifetimes that function types declare.
/// Returns `None` if the tokens do not borrow.
fn search(tokens: TokenStream, bound: &mut Vec<String>) -> Option<Borrow> {
    let mut tokens = tokens.into_iter().peekable();
    let mut called = false;
    while let Some(token) = tokens.next() {
        let after_name = std::mem::replace(&mut called, matches!(token, TokenTree::Ident(_)));
        match token {
            TokenTree::Ident(word) if word == "for" => {
                tokens.next_if(|next| is(next, '<'));
                while let Some(next) = tokens.next_if(|next| !is(next, '>')) {
                    bound.push(next.to_string());
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '&' => {
                let named = tokens.next_if(|next| is(next, '\'')).is_some();
                let lifetime = tokens.peek().map(ToString::to_string).filter(|_| named);
                if lifetime.is_none_or(|lifetime| lifetime != "static" && !bound.contains(&lifetime)) {
                    return Some(Borrow { place: mark.span(), written: "&".to_owned() });
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '\'' => {
                let lifetime = tokens.peek().map(ToString::to_string).unwrap_or_default();
                if lifetime != "static" && !bound.contains(&lifetime) {
                    return Some(Borrow { place: mark.span(), written: format!("'{lifetime}") });
                }
            }
            TokenTree::Group(group) if after_name && group.delimiter() == Delimiter::Parenthesis => {
                if tokens.next_if(|next| is(next, '-')).is_some()
                    && tokens.next_if(|next| is(next, '>')).is_some()
                {
                    tokens.next_if(|next| is(next, '&'));
                }
            }
            TokenTree::Group(group) => {
                if let Some(found) = search(group.stream(), bound) {
                    return Some(found);
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
    None
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(other) if other.as_char() == mark)
}

/// Returns a syntax tree with `'static` in place of other lifetimes.
pub(super) fn made_static_in<T: Parse + ToTokens + Clone>(part: &T, which: Selection<'_>) -> T {
    syn::parse2(made_static(part.to_token_stream(), which)).unwrap_or_else(|_| part.clone())
}
