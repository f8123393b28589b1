//! The attributes of `ws-runtime`. Depend on that crate, which re-exports and documents them.
//!
//! An attribute runs in four phases: `syntax` parses tokens into a tree, which may be wrong; `lower` checks its meaning
//! and reports mistakes; `model` represents a route without mistakes, or a stub of one; `expand` generates the output
//! and cannot fail.
#![forbid(unsafe_code)]

mod attribute;
mod diagnostics;
mod expand;
mod lifetimes;
mod lower;
mod model;
mod render;
mod span;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
mod vocabulary;

use proc_macro::TokenStream;

use self::syntax::Marker;

#[expect(missing_docs, reason = "documented where `ws_runtime` re-exports it, by a page of its own")]
#[proc_macro_attribute]
pub fn ws_route(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::route(arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where `ws_runtime` re-exports it, by a page of its own")]
#[proc_macro_attribute]
pub fn ws_contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::contract(arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where `ws_runtime` re-exports it")]
#[proc_macro_attribute]
pub fn ws_fields(_: TokenStream, item: TokenStream) -> TokenStream {
    attribute::misplaced_marker(Marker::Fields, item.into()).into()
}

#[expect(missing_docs, reason = "documented where `ws_runtime` re-exports it")]
#[proc_macro_attribute]
pub fn ws_variant(_: TokenStream, item: TokenStream) -> TokenStream {
    attribute::misplaced_marker(Marker::Variant, item.into()).into()
}

/// Generates the dispatch to the handlers of variants. Only the output of `#[ws_route]` uses this derive. The compiler
/// prints its name below each error in the dispatch, so the name says where to look.
#[doc(hidden)]
#[proc_macro_derive(see_ws_fields_and_ws_variant, attributes(ws_variants))]
pub fn variants(item: TokenStream) -> TokenStream {
    expand::derive_output(item.into()).into()
}
