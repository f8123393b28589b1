//! `impl Contract`: path, documentation and types.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{LitStr, Token};

use super::{
    docs,
    impl_scope::ImplScope,
    params,
    paths::{self, Name},
};
use crate::{
    model::{Contract, Declared, Params, Stated},
    span,
};

/// Returns the output of `#[ws_contract]` after the struct. `cause` is the mistake that hides a type, if there is one.
pub(crate) fn contract(stated: &Stated, cause: Option<&TokenStream>) -> TokenStream {
    let scope = ImplScope::new(&stated.target).with_unknown(cause);
    let mut items = TokenStream::new();
    implementation(&stated.contract, &scope, &mut items);
    scope.enclose(items)
}

/// Writes the struct of the captures, if the path has any, and the implementation of `Contract`.
pub(super) fn implementation(contract: &Contract, scope: &ImplScope<'_>, out: &mut TokenStream) {
    if let Params::Inline(inline) = &contract.params {
        params::structure(inline, out);
    }
    let mut items = constants(contract, scope);
    types(contract, scope, &mut items);
    if let Declared::Type(_) = contract.response {
        items.extend(sampler(scope.span));
    }
    scope.implement(paths::contract(scope.span), items, out);
}

/// Returns the constants that differ from the defaults of the trait.
fn constants(contract: &Contract, scope: &ImplScope<'_>) -> TokenStream {
    let at = scope.span;
    let (str, bool) = (paths::str(at), paths::bool(at));
    let path = contract.paths.first();
    let place = path.map_or(at, |path| span::at(path.span()));
    let place_str = paths::str(place);
    let all = if contract.paths.len() > 1 { &contract.paths[..] } else { &[] };
    let all = list("PATHS", all, at);
    let docs =
        docs::text(&contract.docs, at).map(|docs| quote_spanned!(at=> const DOCS: &'static #str = #docs;));
    let summary =
        contract.summary.as_ref().map(|text| quote_spanned!(at=> const SUMMARY: &'static #str = #text;));
    let reserved_tag = contract
        .reserved_tag
        .as_ref()
        .map(|text| quote_spanned!(at=> const RESERVED_TAG: &'static #str = #text;));
    let tags = list("TAGS", &contract.tags, at);
    let deprecated = contract.deprecated.then(|| quote_spanned!(at=> const DEPRECATED: #bool = true;));
    let protocols = list("PROTOCOLS", &contract.protocols, at);
    let mut constants = quote_spanned!(place=> const PATH: &'static #place_str = #path;);
    constants.extend([all, docs, summary, reserved_tag, tags, deprecated, protocols].into_iter().flatten());
    constants
}

/// Returns the constant with which the runtime reads sample responses. It uses method lookup to find out whether the
/// response type implements `Deserialize`.
fn sampler(at: Span) -> TokenStream {
    let (option, sampler, sampling) = (paths::option(at), paths::sampler(at), paths::sampling(at));
    let (sampled, unsampled, contract) = (paths::sampled(at), paths::unsampled(at), paths::contract(at));
    quote_spanned! {at=>
        fn response_sampler() -> #option<#sampler> {
            use #sampled as _;
            use #unsampled as _;
            (&#sampling::<<Self as #contract>::Response>::NEW).sampler()
        }
    }
}

fn list(name: &str, items: &[LitStr], span: Span) -> Option<TokenStream> {
    let (name, str) = (Ident::new(name, span), paths::str(span));
    (!items.is_empty())
        .then(|| quote_spanned!(span=> const #name: &'static [&'static #str] = &[#(#items),*];))
}

fn types(contract: &Contract, scope: &ImplScope<'_>, lines: &mut TokenStream) {
    let at = scope.span;
    match &contract.params {
        Params::None => line("Params", &paths::no_params(at), at, lines),
        Params::Unknown => line("Params", &paths::unknown(at), at, lines),
        Params::Given(given) => line("Params", given, span::of(given), lines),
        Params::Inline(inline) => line("Params", &params::ty(inline), span::at(inline.span), lines),
    }
    let mut declared = |name, declared: &Declared, unset: Name| match declared {
        Declared::Type(ty) => line(name, ty, span::of(ty), lines),
        Declared::Unset => line(name, &unset, at, lines),
        Declared::Unknown => line(name, &paths::unknown(at), at, lines),
    };
    declared("Query", &contract.query, paths::no_query(at));
    declared("Header", &contract.header, paths::no_header(at));
    declared("Cookie", &contract.cookie, paths::no_cookie(at));
    declared("Body", &contract.body, paths::message(at));
    declared("Response", &contract.response, paths::message(at));
}

/// Writes `type Body = Say;` with the span of `Say`, so that the compiler reports an unmet bound at that word.
fn line(name: &str, ty: &dyn ToTokens, place: Span, lines: &mut TokenStream) {
    Token![type](place).to_tokens(lines);
    Ident::new(name, place).to_tokens(lines);
    Token![=](place).to_tokens(lines);
    ty.to_tokens(lines);
    Token![;](place).to_tokens(lines);
}
