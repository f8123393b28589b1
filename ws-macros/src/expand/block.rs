//! The user's block. Its members go out as they were written.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};

use super::{
    paths::{self, Name},
    shell,
};
use crate::{
    lifetimes::{Which, made_static},
    model::{Stub, Target},
    span,
};

/// Handlers have the names of a trait's methods, are called at one place, are not `const`, are as asynchronous, and take `self`
/// and their arguments as they do, because the route asks for it.
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

/// The block of a route with type parameters: they are asked for what the route is asked for, so that its handlers can name it
/// without any bound of the user's.
///
/// ```text
/// impl<T> Chat<T> where Self: Shared, T: Decode { … }
/// ```
pub(crate) fn sharing(target: &Target, block: TokenStream) -> TokenStream {
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
    let (shared, kinds) = (outside(paths::shared), target.demands.iter().map(|demand| &demand.kind));
    let bounds = target.demands.iter().map(|demand| outside(shell::able(demand.role)));
    let mut out: TokenStream = head.into_iter().collect();
    out.extend(quote_spanned!(place=> #before Self: #shared #(, #kinds: #bounds)*));
    out.extend(members);
    out
}

/// The block of a route that borrows, as if it did not: `impl Chat<'static>` for `impl<'a> Chat<'a>`.
pub(crate) fn outlasting(stub: &Stub, names: &[String], block: TokenStream) -> TokenStream {
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
    out.extend(made_static(members.into_iter().collect(), Which::Named(names)));
    out
}
