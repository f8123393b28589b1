//! Whether a handler is there at all, which its `#[cfg]`s say after the attribute has run; and what it lets pass.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::paths;
use crate::model::Handler;

/// `#[cfg(…)]` for what stands for one handler; `None` if that always is there.
pub(super) fn condition(handler: &Handler, span: Span) -> Option<TokenStream> {
    let conditions = &handler.conditions;
    (!conditions.is_empty()).then(|| quote_spanned!(span=> #(#[cfg(#conditions)])*))
}

/// `#[cfg(…)]` and `#[allow(…)]` for what stands for one handler; `None` without any, for an empty stream crosses into the
/// compiler too.
pub(super) fn attributes(handler: &Handler, span: Span) -> Option<TokenStream> {
    let Handler { conditions, allowed, deprecated, .. } = handler;
    let deprecated = deprecated.then(|| quote_spanned!(span=> #[allow(deprecated)]));
    (!conditions.is_empty() || !allowed.is_empty() || deprecated.is_some())
        .then(|| quote_spanned!(span=> #(#[cfg(#conditions)])* #(#allowed)* #deprecated))
}

/// Whether any of the handlers is there, as a constant.
pub(super) fn constant<'a>(handlers: impl Iterator<Item = &'a Handler>, span: Span) -> TokenStream {
    let Some(condition) = any(handlers, span) else { return quote_spanned!(span=> true) };
    let cfg = paths::cfg(span);
    quote_spanned!(span=> #cfg!(#condition))
}

/// `#[cfg(…)]` for what is there if any of the handlers is.
pub(super) fn if_any<'a>(handlers: impl Iterator<Item = &'a Handler>, span: Span) -> Option<TokenStream> {
    any(handlers, span).map(|condition| quote_spanned!(span=> #[cfg(#condition)]))
}

/// `#[cfg(…)]` for what is there if none of the handlers is; `None` if one always is.
pub(super) fn unless(handlers: &[&Handler], span: Span) -> Option<TokenStream> {
    if handlers.is_empty() {
        return Some(TokenStream::new());
    }
    any(handlers.iter().copied(), span).map(|condition| quote_spanned!(span=> #[cfg(not(#condition))]))
}

/// The condition under which any of the handlers is there; `None` if one always is.
fn any<'a>(handlers: impl Iterator<Item = &'a Handler>, span: Span) -> Option<TokenStream> {
    let conditions: Vec<TokenStream> = handlers
        .map(|handler| {
            let conditions = &handler.conditions;
            (!conditions.is_empty()).then(|| quote_spanned!(span=> all(#(#conditions),*)))
        })
        .collect::<Option<_>>()?;
    Some(quote_spanned!(span=> any(#(#conditions),*)))
}
