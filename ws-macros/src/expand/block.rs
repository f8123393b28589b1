//! The user's block, whose members are emitted as written, except that connections of other routes get the route of the
//! block.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};

use syn::Generics;

use super::{
    impl_scope,
    paths::{self, Name},
};
use crate::{
    lifetimes::{Selection, made_static},
    model::{Stub, Target},
    span,
    vocabulary::CONNECTIONS,
};

/// Returns an `#[allow]` for lints on what the route dictates: names, arguments and `async` of handlers.
pub(crate) fn allow() -> TokenStream {
    quote! {
        #[allow(
            clippy::missing_const_for_fn,
            clippy::needless_pass_by_ref_mut,
            clippy::needless_pass_by_value,
            clippy::same_name_method,
            clippy::single_call_fn,
            clippy::trivially_copy_pass_by_ref,
            clippy::unused_async,
            clippy::unused_self
        )]
    }
}

/// Returns the user's block with the changes that the route needs.
pub(crate) fn block(target: &Target, block: TokenStream) -> TokenStream {
    sharing(target, with_self(target, block))
}

/// Returns the block with `Socket<Self>` in methods whose connection has another route or none.
fn with_self(target: &Target, block: TokenStream) -> TokenStream {
    if target.with_self.is_empty() {
        return block;
    }
    let mut head: Vec<TokenTree> = block.into_iter().collect();
    let Some(TokenTree::Group(members)) = head.pop_if(|last| matches!(last, TokenTree::Group(_))) else {
        return head.into_iter().collect();
    };
    let mut out = TokenStream::new();
    let mut is_meant = false;
    let mut tokens = members.stream().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                let name = tokens.peek().map(ToString::to_string).unwrap_or_default();
                is_meant = target.with_self.contains(&name);
                out.append(word);
            }
            TokenTree::Group(arguments) if is_meant && arguments.delimiter() == Delimiter::Parenthesis => {
                is_meant = false;
                out.append(regrouped(&arguments, owned(arguments.stream())));
            }
            other => out.append(other),
        }
    }
    let members = regrouped(&members, out);
    head.into_iter().chain([TokenTree::Group(members)]).collect()
}

/// Returns the block of a type that cannot be a route, moved to a type that contains the mistake. The compiler then
/// reports only the mistake, and everything in the block counts as used.
///
/// ```text
/// const _: () = { struct __Foreign<T>(T); impl<G> __Foreign<([(); compile_error!("…")], *const G)> { … } };
/// ```
pub(crate) fn foreign(generics: &Generics, block: TokenStream, cause: Option<TokenStream>) -> TokenStream {
    let (parameters, _, bounds) = generics.split_for_impl();
    let members = block.into_iter().last();
    let types = generics.type_params().map(|parameter| &parameter.ident);
    let place = span::at(Span::call_site());
    quote_spanned! {place=>
        const _: () = {
            struct __Foreign<T>(T);
            impl #parameters __Foreign<([(); #cause], #(*const #types),*)> #bounds #members
        };
    }
}

/// Returns the arguments with `<Self>` as the type argument of every connection.
fn owned(arguments: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = arguments.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_connection =
            matches!(&token, TokenTree::Ident(word) if CONNECTIONS.iter().any(|name| word == name));
        let place = token.span();
        out.append(token);
        let goes_on = tokens.peek().is_some_and(|next| is(next, ':'));
        if is_connection && !goes_on {
            out.extend(quote_spanned!(place=> <Self>));
            pass_angles(&mut tokens);
        }
    }
    out
}

/// Skips the `<…>` at this position, if there is one.
fn pass_angles(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) {
    if !tokens.peek().is_some_and(|next| is(next, '<')) {
        return;
    }
    let mut depth = 0_usize;
    for token in tokens {
        if is(&token, '<') {
            depth += 1;
        } else if is(&token, '>') {
            depth -= 1;
        }
        if depth == 0 {
            return;
        }
    }
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(other) if other.as_char() == mark)
}

fn regrouped(old: &Group, content: TokenStream) -> Group {
    let mut new = Group::new(old.delimiter(), content);
    new.set_span(old.span());
    new
}

/// Returns the block of a generic route with the bounds of the route, so that users need not write them.
///
/// ```text
/// impl<T> Chat<T> where Self: Shared, T: Decode { … }
/// ```
fn sharing(target: &Target, block: TokenStream) -> TokenStream {
    if !target.is_generic() {
        return block;
    }
    let mut head: Vec<TokenTree> = block.into_iter().collect();
    let members = head.pop();
    let Some(end) = head.last() else { return members.into_iter().collect() };
    let place = span::at(end.span());
    let ends = matches!(end, TokenTree::Punct(mark) if mark.as_char() == ',')
        || matches!(end, TokenTree::Ident(word) if word == "where");
    let before = match &target.generics.where_clause {
        None => Some(quote!(where)),
        Some(_) => (!ends).then(|| quote!(,)),
    };
    let outside = |name: fn(Span) -> Name| paths::outside(target.root.as_ref(), name(place));
    let (shared, kinds) = (outside(paths::shared), target.contract_bounds.iter().map(|bound| &bound.ty));
    let bounds = target.contract_bounds.iter().map(|bound| outside(impl_scope::trait_for(bound.role)));
    let mut out: TokenStream = head.into_iter().collect();
    out.extend(quote_spanned!(place=> #before Self: #shared #(, #kinds: #bounds)*));
    out.extend(members);
    out
}

/// Returns the block of a borrowing route without lifetimes: `impl Chat<'static>` for `impl<'a> Chat<'a>`.
pub(crate) fn without_lifetimes(stub: &Stub, names: &[String], block: TokenStream) -> TokenStream {
    let Target { generics, self_type, .. } = &stub.target;
    let (generics, _, bounds) = generics.split_for_impl();
    let mut out = TokenStream::new();
    let mut tokens = block.into_iter();
    for token in tokens.by_ref() {
        let is_impl = matches!(&token, TokenTree::Ident(word) if word == "impl");
        out.append(token);
        if is_impl {
            break;
        }
    }
    generics.to_tokens(&mut out);
    self_type.to_tokens(&mut out);
    bounds.to_tokens(&mut out);
    let members = tokens.last();
    out.extend(made_static(members.into_iter().collect(), Selection::Named(names)));
    out
}
