//! `message` where each variant has a handler: the one `match` that is generated.
//!
//! ```text
//! match body {
//!     Say::Join(field) => { let out = <Chat>::message_join(self, socket, field).await; reply::<Self, _, _>(out) }
//!     Say::Who { .. } => { … }
//! }
//! ```

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;

use super::{
    handlers::{Judge, Outcome, SOCKET},
    method::{self, Call, Head},
    presence,
    shell::Shell,
};
use crate::{
    model::{Arm, Variants},
    span,
    vocabulary::Kind,
};

/// The method that hands each variant to its handler.
pub(super) fn method(variants: &Variants, shell: &Shell<'_>) -> TokenStream {
    let Some(first) = variants.arms.first() else { return TokenStream::new() };
    let at = span::at(first.handler.name.span());
    let attribute = presence::if_any(variants.arms.iter().map(|arm| &arm.handler), at);
    let head = Head { kind: Kind::Message, plain: variants.is_plain(), at };
    let (socket, socket_kind) = (method::local(SOCKET.name, at), (SOCKET.default)(at));
    // A variant without a handler is reported where the enum is named.
    let body = method::local("body", span::of(&variants.body));
    let (kind, outcome) = (&variants.body, Outcome { at });
    let arms = variants.arms.iter().map(|arm| self::arm(arm, variants, shell));
    let block = quote_spanned!(at=> { #(#arms)* });
    let dispatch = aliased(variants, quote_spanned!(body.span()=> match #body #block));
    quote_spanned! {at=>
        #attribute
        #head<'ws>(&'ws self, #socket: #socket_kind, #body: #kind) -> #outcome { #dispatch }
    }
}

/// A `match` whose patterns name the enum by an alias, if it has one: by two, for `type Say = Say` would name itself.
///
/// ```text
/// type __Say = wire::Say<u8>;
/// {
///     type Say = __Say;
///     match __body { Say::Who { .. } => { … } }
/// }
/// ```
fn aliased(variants: &Variants, dispatch: TokenStream) -> TokenStream {
    let Variants { body, alias, .. } = variants;
    let Some(alias) = alias else { return dispatch };
    let at = span::of(body);
    let kind = method::local(&alias.unraw().to_string(), at);
    // A name that the user's enum was allowed to have.
    let allow = quote_spanned!(at=> #[allow(non_camel_case_types)]);
    quote_spanned!(at=> #allow type #kind = #body; { #allow type #alias = #kind; #dispatch })
}

/// What stands before a variant's name.
fn path(variants: &Variants, at: Span) -> TokenStream {
    match &variants.alias {
        Some(alias) => {
            let mut alias = alias.clone();
            alias.set_span(at);
            alias.into_token_stream()
        }
        None => variants.path.to_token_stream(),
    }
}

/// Braces fit a variant of any kind, parentheses a newtype alone: the data of no other variant is dropped unnoticed.
fn arm(arm: &Arm, variants: &Variants, shell: &Shell<'_>) -> TokenStream {
    let Arm { variant, handler } = arm;
    let at = span::at(handler.name.span());
    let (path, attribute) = (path(variants, at), presence::attribute(handler, at));
    // The method's head has the trait's own types, so a wrong one of the user's is an error at the argument.
    let socket = handler.first.as_ref().map(|kind| method::local(SOCKET.name, span::of(kind)));
    let field = handler.second.as_ref().map(|kind| method::local("field", span::of(kind)));
    let pattern =
        field.as_ref().map_or_else(|| quote_spanned!(at=> { .. }), |field| quote_spanned!(at=> (#field)));
    let call = Call::with(handler, socket.iter().chain(&field).collect(), shell);
    let (out, judge) = (method::out(handler), Judge { at: method::returned(handler) });
    quote_spanned! {at=>
        #attribute
        #path::#variant #pattern => {
            let #out = #call;
            #judge(#out)
        }
    }
}
