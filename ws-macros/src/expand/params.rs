//! The generated struct for the captures of a path.
//!
//! ```text
//! pub struct Params<T0> { pub room: String, pub seat: T0, pub row: Option<String> }
//! impl Part for Params<u32> { … }              // two calls a capture
//! impl<T0: Serialize> Serialize for Params<T0> { … }  // one call a capture
//! ```
//!
//! The types of the captures are parameters of the struct, so that the derives add bounds on the parameters and not on
//! the types. A capture that a path of the route lacks is an `Option`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::{derived, method, paths};
use crate::{
    model::{Capture, Inline},
    span,
};

const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
    "u128", "usize",
];

/// Writes the struct and its `Part` implementation.
pub(super) fn structure(inline: &Inline, out: &mut TokenStream) {
    let span = span::at(inline.span);
    let (derives, name, string) = (paths::derives(span), &inline.name, paths::string(span));
    let fields = inline.captures.iter().map(|capture| &capture.field);
    let kinds = inline.captures.iter().enumerate().map(|(index, capture)| {
        let kind = match &capture.ty {
            None => string.to_token_stream(),
            Some(_) => parameter(index, span).into_token_stream(),
        };
        if !capture.is_optional {
            return kind;
        }
        let option = paths::option(span);
        quote_spanned!(span=> #option<#kind>)
    });
    let parameters = parameters(inline, |index, _| parameter(index, span).into_token_stream());
    for (index, capture) in inline.captures.iter().enumerate() {
        if let Some(ty) = capture.ty.as_ref().filter(|ty| may_be_unknown(ty)) {
            let place = span::at(capture.place);
            out.extend(derived::alias(&alias(index, place), ty, place));
        }
    }
    out.extend(quote_spanned! {span=>
        #[derive(#(#derives),*)]
        pub struct #name #parameters { #(pub #fields: #kinds),* }
    });
    out.extend(part(inline, span));
    out.extend(serialize(inline, span));
}

/// Returns the struct with the types of its captures, as in `Params<u32>`.
pub(super) fn ty(inline: &Inline) -> TokenStream {
    let name = &inline.name;
    let arguments = parameters(inline, |index, capture| typed(index, capture, span::at(capture.place)));
    quote!(#name #arguments)
}

/// Returns the `Part` implementation. It contains the type of each capture once, so that an unusable type causes one
/// error. It parses all captures before it returns the first error, so that all errors of a request are reported
/// together.
fn part(inline: &Inline, span: Span) -> TokenStream {
    let (part, captures) = (paths::part(span), paths::captures(span));
    let (invalid, result) = (paths::invalid(span), paths::result(span));
    let ty = ty(inline);
    let fields: Vec<&Ident> = inline.captures.iter().map(|capture| &capture.field).collect();
    let input = method::local("captures", span);
    let read: Vec<Ident> =
        (0..fields.len()).map(|index| method::local(&format!("capture{index}"), span)).collect();
    let calls = inline.captures.iter().enumerate().map(|(index, capture)| {
        let (place, name) = (span::at(capture.place), &*capture.name);
        let kind = match &capture.ty {
            None => paths::string(place).into_token_stream(),
            Some(_) => typed(index, capture, place),
        };
        let take = Ident::new(if capture.is_optional { "take_optional" } else { "take" }, place);
        quote_spanned!(place=> #input.#take::<#kind>(#name))
    });
    quote_spanned! {span=>
        #[automatically_derived]
        impl #part for #ty {
            fn captured(#input: &mut #captures<'_>) -> #result<Self, #invalid> {
                #(let #read = #calls;)*
                #result::Ok(Self { #(#fields: #input.give(#read)?),* })
            }
        }
    }
}

/// The `Serialize` implementation, from which the path is rendered. It applies if the types of the captures have one.
fn serialize(inline: &Inline, span: Span) -> TokenStream {
    let (serialize, serializer) = (paths::serialize(span), paths::serializer(span));
    let (result, structure) = (paths::result(span), paths::serialize_struct(span));
    let name = &inline.name;
    let parameters = |bound: bool| {
        parameters(inline, |index, _| {
            let name = parameter(index, span);
            if bound { quote_spanned!(span=> #name: #serialize) } else { name.into_token_stream() }
        })
    };
    let (bounded, plain, count) = (parameters(true), parameters(false), inline.captures.len());
    let (input, out) = (method::local("serializer", span), method::local("fields", span));
    let fields = inline.captures.iter().map(|capture| {
        let (field, name) = (&capture.field, &*capture.name);
        quote_spanned!(span=> #structure::serialize_field(&mut #out, #name, &self.#field)?;)
    });
    quote_spanned! {span=>
        #[automatically_derived]
        impl #bounded #serialize for #name #plain {
            fn serialize<S: #serializer>(&self, #input: S) -> #result<S::Ok, S::Error> {
                let mut #out = #serializer::serialize_struct(#input, "Params", #count)?;
                #(#fields)*
                #structure::end(#out)
            }
        }
    }
}

fn parameters(inline: &Inline, write: impl Fn(usize, &Capture) -> TokenStream) -> Option<TokenStream> {
    let typed = inline.captures.iter().enumerate().filter(|(_, capture)| capture.ty.is_some());
    let written: Vec<TokenStream> = typed.map(|(index, capture)| write(index, capture)).collect();
    (!written.is_empty()).then(|| quote!(<#(#written),*>))
}

/// Returns the type of a capture, or the alias of that type if it has one.
fn typed(index: usize, capture: &Capture, span: Span) -> TokenStream {
    match &capture.ty {
        Some(ty) if may_be_unknown(ty) => alias(index, span).into_token_stream(),
        ty => ty.to_token_stream(),
    }
}

/// Returns true if the compiler might suggest another type. The suggestion would replace the whole path, so the type
/// gets an alias.
fn may_be_unknown(ty: &Type) -> bool {
    let name = match ty {
        Type::Path(named) => named.path.get_ident(),
        _ => None,
    };
    !name.is_some_and(|name| PRIMITIVES.iter().any(|primitive| name == primitive))
}

fn alias(index: usize, span: Span) -> Ident {
    format_ident!("__Capture{index}", span = span)
}

fn parameter(index: usize, span: Span) -> Ident {
    format_ident!("T{index}", span = span)
}
