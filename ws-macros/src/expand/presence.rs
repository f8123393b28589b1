//! Whether a handler is there at all, which its `#[cfg]`s say after the attribute has run.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::paths;
use crate::model::Handler;

/// `#[cfg(…)]` for what stands for one handler; `None` if that always is there, for an empty stream crosses into the compiler too.
pub(super) fn attribute(handler: &Handler, span: Span) -> Option<TokenStream> {
    let conditions = &handler.conditions;
    (!conditions.is_empty()).then(|| quote_spanned!(span=> #(#[cfg(#conditions)])*))
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
