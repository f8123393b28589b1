//! Code at which the compiler suggests no edits.
//!
//! It would show them where the code is shown, at the user's handlers: `fn message_bid { amount: _ }`, `fn message_bid, Say::Who => todo!()`.
//! It suggests none at code that a derive wrote over its own place. So a method with such code is handed to a derive of ours,
//! whose place reaches from the attribute to the end of the block, and which writes it as its own:
//!
//! ```text
//! #[derive(__ws::Variants)]
//! #[ws_variants(impl __ws::Plain for Chat { /* other methods */ } { fn message(..) { match body { … } } })]
//! struct __Variants;
//! ```
//!
//! What stays the user's in the method, as types, is written `~(Say)`; in there, `~(…)` is the derive's own again.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote_spanned};

use super::paths;
use crate::span;

/// The mark before what is kept as it is.
const KEPT: char = '~';

/// An impl, of whose `items` one more is written by the derive.
pub(super) fn implementation(
    head: TokenStream,
    items: TokenStream,
    item: TokenStream,
    end: Span,
) -> TokenStream {
    let at = Span::mixed_site();
    let (first, last) = paths::variants(at, span::at(end));
    let name = Ident::new("__Variants", at);
    quote_spanned!(at=> #[derive(#first::#last)] #[ws_variants(#head { #items } { #item })] struct #name;)
}

/// A type of the user's by another name, at `place`. In a text it has the text's place, which no edit of the type is for.
pub(super) fn alias(name: &Ident, kind: &impl ToTokens, place: Span) -> TokenStream {
    let (first, last) = paths::variants(place, place);
    let holder = Ident::new("__Variants", place);
    let holder = format_ident!("{holder}{name}", span = place);
    quote_spanned!(place=> #[derive(#first::#last)] #[ws_variants(type #name = #kind;)] struct #holder;)
}

/// Tokens that the derive keeps as they are; within those, tokens that it does not.
pub(super) fn kept(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    out.append(Punct::new(KEPT, Spacing::Alone));
    out.append(Group::new(Delimiter::Parenthesis, tokens));
    out
}

/// What the derive writes: the impl or the alias in its item's attribute.
pub(crate) fn written(item: TokenStream) -> TokenStream {
    let attribute = item.into_iter().find_map(group).map(|attribute| attribute.stream());
    let arguments = attribute.into_iter().flatten().find_map(group).map(|arguments| arguments.stream());
    let mut head: Vec<TokenTree> = arguments.into_iter().flatten().collect();
    let [.., TokenTree::Group(items), TokenTree::Group(item)] = &head[..] else {
        return rewritten(head.into_iter().collect(), true);
    };
    let (items, item) = (items.clone(), item.clone());
    head.truncate(head.len() - 2);
    let mut members = items.stream();
    members.extend(rewritten(item.stream(), true));
    let mut out: TokenStream = head.into_iter().collect();
    out.append(respanned(&items, members, items.span()));
    out
}

fn group(tree: TokenTree) -> Option<Group> {
    match tree {
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

/// The tokens as the derive's own, or as they are; what is marked is the other.
fn rewritten(tokens: TokenStream, own: bool) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(mut token) = tokens.next() {
        let is_mark = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == KEPT);
        if is_mark
            && let Some(TokenTree::Group(marked)) = tokens.next_if(|next| matches!(next, TokenTree::Group(_)))
        {
            out.extend(rewritten(marked.stream(), !own));
            continue;
        }
        let place = if own { span::at(token.span()) } else { token.span() };
        if let TokenTree::Group(group) = &token {
            token = respanned(group, rewritten(group.stream(), own), place).into();
        }
        token.set_span(place);
        out.append(token);
    }
    out
}

fn respanned(group: &Group, content: TokenStream, place: Span) -> Group {
    let mut group = Group::new(group.delimiter(), content);
    group.set_span(place);
    group
}
