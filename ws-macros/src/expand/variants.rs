//! `message` where each variant has a handler: the one `match` that is generated.
//!
//! ```text
//! match body {
//!     Say::Join(field) => { let out = <Chat>::message_join(self, ws, field).await; reply::<Self, _, _>(out) }
//!     Say::Who { .. } => { … }
//! }
//! ```

use proc_macro2::TokenStream;
use quote::quote_spanned;

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
    let (ws, ws_kind) = (method::local(SOCKET.name, at), (SOCKET.default)(at));
    // A variant without a handler is reported where the enum is named.
    let body = method::local("body", span::of(&variants.body));
    let (kind, outcome) = (&variants.body, Outcome { at });
    let arms = variants.arms.iter().map(|arm| self::arm(arm, variants, shell));
    let block = quote_spanned!(at=> { #(#arms)* });
    let dispatch = quote_spanned!(body.span()=> match #body #block);
    quote_spanned! {at=>
        #attribute
        #head<'a>(&'a self, #ws: #ws_kind, #body: #kind) -> #outcome { #dispatch }
    }
}

/// Braces fit a variant of any kind, parentheses a newtype alone: the data of no other variant is dropped unnoticed.
fn arm(arm: &Arm, variants: &Variants, shell: &Shell<'_>) -> TokenStream {
    let Arm { variant, handler } = arm;
    let at = span::at(handler.name.span());
    let (path, attribute) = (&variants.path, presence::attribute(handler, at));
    // The method's head has the trait's own types, so a wrong one of the user's is an error at the argument.
    let ws = handler.first.as_ref().map(|kind| method::local("ws", span::of(kind)));
    let field = handler.second.as_ref().map(|kind| method::local("field", span::of(kind)));
    let pattern =
        field.as_ref().map_or_else(|| quote_spanned!(at=> { .. }), |field| quote_spanned!(at=> (#field)));
    let call = Call::with(handler, ws.iter().chain(&field).collect(), shell);
    let (out, judge) = (method::out(handler), Judge { at: method::returned(handler) });
    quote_spanned! {at=>
        #attribute
        #path::#variant #pattern => {
            let #out = #call;
            #judge(#out)
        }
    }
}
