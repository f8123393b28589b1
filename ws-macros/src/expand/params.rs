//! The struct of a path's captures.
//!
//! ```text
//! pub struct Params<T0> { pub room: String, pub seat: T0 }
//! impl Part for Params<u32> { … }              // two calls a capture
//! ```
//!
//! A capture with a type is a parameter of the struct, so that what is derived asks nothing of that type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::{method, paths};
use crate::{
    model::{Capture, Inline},
    span,
};

/// The struct, and how it is read.
pub(super) fn structure(inline: &Inline, out: &mut TokenStream) {
    let span = span::at(inline.span);
    let (derives, name, string) = (paths::derives(span), &inline.name, paths::string(span));
    let fields = inline.captures.iter().map(|capture| &capture.field);
    let kinds = inline.captures.iter().enumerate().map(|(index, capture)| match &capture.kind {
        None => string.to_token_stream(),
        Some(_) => parameter(index, span).into_token_stream(),
    });
    let parameters = parameters(inline, |index, _| parameter(index, span).into_token_stream());
    out.extend(quote_spanned! {span=>
        #[derive(#(#derives),*)]
        pub struct #name #parameters { #(pub #fields: #kinds),* }
    });
    out.extend(part(inline, span));
}

/// The struct with its captures' types: `Params<u32>`.
pub(super) fn kind(inline: &Inline) -> TokenStream {
    let name = &inline.name;
    let arguments = parameters(inline, |_, capture| capture.kind.to_token_stream());
    quote!(#name #arguments)
}

/// How it is read. Each capture's type stands in one place, so that a type that is no segment is one error; and all captures
/// are taken before one is given, so that all that is wrong with a request is said at once.
fn part(inline: &Inline, span: Span) -> TokenStream {
    let (part, captures) = (paths::part(span), paths::captures(span));
    let (invalid, result) = (paths::invalid(span), paths::result(span));
    let kind = kind(inline);
    let fields: Vec<&Ident> = inline.captures.iter().map(|capture| &capture.field).collect();
    let names: Vec<&str> = inline.captures.iter().map(|capture| &*capture.name).collect();
    let kinds = inline.captures.iter().map(|capture| match &capture.kind {
        None => paths::string(span).into_token_stream(),
        Some(kind) => kind.to_token_stream(),
    });
    let input = method::local("captures", span);
    let read: Vec<Ident> =
        (0..fields.len()).map(|index| method::local(&format!("capture{index}"), span)).collect();
    quote_spanned! {span=>
        #[automatically_derived]
        impl #part for #kind {
            fn captured(#input: &mut #captures<'_>) -> #result<Self, #invalid> {
                #(let #read = #input.take::<#kinds>(#names);)*
                #result::Ok(Self { #(#fields: #input.give(#read)?),* })
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
