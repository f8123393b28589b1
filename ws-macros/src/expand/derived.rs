//! Code for which the compiler suggests no edits.
//!
//! The compiler shows suggestions at the spans of generated code, which are the user's handlers: `fn message_bid {
//! amount: _ }`. It makes no suggestions for code that a derive generated with its own span. Therefore a method with
//! such code is passed to a derive of this crate, whose span reaches from the attribute to the end of the block:
//!
//! ```text
//! #[derive(__ws::Variants)]
//! #[ws_variants(impl __ws::Plain for Chat { /* other methods */ } { fn message(..) { match body { … } } })]
//! struct __Variants;
//! ```
//!
//! The user's tokens in the method, such as types, are marked as `~(Say)`. Within them, `~(…)` marks generated code.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote_spanned};

use super::paths;
use crate::span;

/// Prefix of a group of the user's tokens.
const KEPT: char = '~';

/// Returns an impl with `items` and with one `item` that the derive generates.
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

/// Returns an alias of a user type at `place`. In a string literal, the alias has the span of the literal, for which
/// the compiler makes no suggestions.
pub(super) fn alias(name: &Ident, ty: &impl ToTokens, place: Span) -> TokenStream {
    let (first, last) = paths::variants(place, place);
    let holder = Ident::new("__Variants", place);
    let holder = format_ident!("{holder}{name}", span = place);
    quote_spanned!(place=> #[derive(#first::#last)] #[ws_variants(type #name = #ty;)] struct #holder;)
}

/// Marks tokens of the user, which the derive keeps. Within them, it marks tokens that the derive generates.
pub(super) fn user(tokens: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    out.append(Punct::new(KEPT, Spacing::Alone));
    out.append(Group::new(Delimiter::Parenthesis, tokens));
    out
}

/// Returns the output of the derive: the impl or alias that the attribute of its item contains.
pub(crate) fn derive_output(item: TokenStream) -> TokenStream {
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

/// Returns the tokens with the spans of the derive if `own` is true, or unchanged if it is false. For marked groups the
/// opposite applies.
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
