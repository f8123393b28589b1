//! Conditions and lints of handlers. Generated code repeats a handler's `#[cfg]`, because it is evaluated after the
//! attribute has run.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::paths;
use crate::model::Handler;

/// Returns the `#[cfg(…)]` for code that belongs to one handler; `None` if the handler is unconditional.
pub(super) fn condition(handler: &Handler, span: Span) -> Option<TokenStream> {
    let conditions = &handler.conditions;
    (!conditions.is_empty()).then(|| quote_spanned!(span=> #(#[cfg(#conditions)])*))
}

/// Returns the `#[cfg(…)]` and `#[allow(…)]` for code that belongs to one handler; `None` if there are none, because
/// even an empty stream is a round trip to the compiler.
pub(super) fn attributes(handler: &Handler, span: Span) -> Option<TokenStream> {
    let Handler { conditions, allowed, deprecated, .. } = handler;
    let deprecated = deprecated.then(|| quote_spanned!(span=> #[allow(deprecated)]));
    (!conditions.is_empty() || !allowed.is_empty() || deprecated.is_some())
        .then(|| quote_spanned!(span=> #(#[cfg(#conditions)])* #(#allowed)* #deprecated))
}

/// Returns a constant that is true if any of the handlers exists.
pub(super) fn constant<'a>(handlers: impl Iterator<Item = &'a Handler>, span: Span) -> TokenStream {
    let Some(condition) = any(handlers, span) else { return quote_spanned!(span=> true) };
    let cfg = paths::cfg(span);
    quote_spanned!(span=> #cfg!(#condition))
}

/// Returns the `#[cfg(…)]` for code that exists if any of the handlers does; `None` if one of them is unconditional.
pub(super) fn if_any<'a>(handlers: impl Iterator<Item = &'a Handler>, span: Span) -> Option<TokenStream> {
    any(handlers, span).map(|condition| quote_spanned!(span=> #[cfg(#condition)]))
}

/// Returns the `#[cfg(…)]` for code that exists if none of the handlers does; `None` if one is unconditional, because
/// the code then never exists.
pub(super) fn unless(handlers: &[&Handler], span: Span) -> Option<TokenStream> {
    if handlers.is_empty() {
        return Some(TokenStream::new());
    }
    any(handlers.iter().copied(), span).map(|condition| quote_spanned!(span=> #[cfg(not(#condition))]))
}

/// Returns the condition that any of the handlers exists; `None` if one is unconditional.
fn any<'a>(handlers: impl Iterator<Item = &'a Handler>, span: Span) -> Option<TokenStream> {
    let conditions: Vec<TokenStream> = handlers
        .map(|handler| {
            let conditions = &handler.conditions;
            (!conditions.is_empty()).then(|| quote_spanned!(span=> all(#(#conditions),*)))
        })
        .collect::<Option<_>>()?;
    Some(quote_spanned!(span=> any(#(#conditions),*)))
}
