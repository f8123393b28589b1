//! The struct of a path's captures.
//!
//! ```text
//! pub struct Params<T0> { pub room: String, pub seat: T0 }
//! impl Part for Params<u32> { … }
//! ```
//!
//! A capture with a type is a parameter of the struct, so that what is derived asks nothing of that type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::paths::{self, Paths};
use crate::{
    model::{Capture, Inline},
    span,
};

/// The struct, and how it is read.
pub(super) fn structure(inline: &Inline, paths: &Paths) -> TokenStream {
    let span = span::at(inline.span);
    let (derives, name) = (paths::derives(span), &inline.name);
    let fields: Vec<(&Ident, TokenStream)> = inline
        .captures
        .iter()
        .enumerate()
        .map(|(index, capture)| match &capture.kind {
            None => (&capture.field, paths::string(span)),
            Some(_) => (&capture.field, parameter(index, span).into_token_stream()),
        })
        .collect();
    let (fields, kinds): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let parameters = parameters(inline, |index, _| parameter(index, span).into_token_stream());
    let part = part(inline, paths, span);
    quote_spanned! {span=>
        #[derive(#derives)]
        pub struct #name #parameters { #(pub #fields: #kinds),* }
        #part
    }
}

/// The struct with its captures' types: `Params<u32>`.
pub(super) fn kind(inline: &Inline) -> TokenStream {
    let name = &inline.name;
    let arguments = parameters(inline, |_, capture| capture.kind.to_token_stream());
    quote!(#name #arguments)
}

/// The traits' part: one call a capture, so that all that is wrong is said at once.
fn part(inline: &Inline, paths: &Paths, span: Span) -> TokenStream {
    let (part, plan, pairs, captures) =
        (paths.part(span), paths.part_plan(span), paths.pairs(span), paths.captures(span));
    let (invalid, schema_error, result) =
        (paths.invalid(span), paths.schema_error(span), paths::result(span));
    let kind = kind(inline);
    let fields: Vec<&Ident> = inline.captures.iter().map(|capture| &capture.field).collect();
    let names: Vec<&str> = inline.captures.iter().map(|capture| &*capture.name).collect();
    let kinds = inline.captures.iter().map(|capture| match &capture.kind {
        None => paths::string(span),
        Some(kind) => kind.to_token_stream(),
    });
    // Locals of ours, whatever the captures are called.
    let read: Vec<Ident> =
        (0..fields.len()).map(|index| format_ident!("capture{index}", span = span)).collect();
    quote_spanned! {span=>
        #[automatically_derived]
        impl #part for #kind {
            fn plan() -> #result<#plan, #schema_error> {
                #plan::captures() #(.capture::<#kinds>(#names))* .build()
            }
            fn read(plan: &#plan, pairs: &#pairs) -> #result<Self, #invalid> {
                let mut captures = #captures::new(plan, pairs);
                #(let #read = captures.read(#names);)*
                #result::Ok(Self { #(#fields: captures.give(#read)?),* })
            }
        }
    }
}

fn parameters(inline: &Inline, write: impl Fn(usize, &Capture) -> TokenStream) -> Option<TokenStream> {
    let typed = inline.captures.iter().enumerate().filter(|(_, capture)| capture.kind.is_some());
    let written: Vec<TokenStream> = typed.map(|(index, capture)| write(index, capture)).collect();
    (!written.is_empty()).then(|| quote!(<#(#written),*>))
}

fn parameter(index: usize, span: Span) -> Ident {
    format_ident!("T{index}", span = span)
}
