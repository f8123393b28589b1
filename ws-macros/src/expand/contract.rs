//! `impl Contract`: the path, the documentation, the types.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{LitStr, Type, spanned::Spanned};

use super::{docs, params, paths, shell::Shell};
use crate::{
    model::{Contract, Params, Stated},
    span,
};

/// What `#[ws_contract]` writes beside the struct.
pub(crate) fn contract(stated: &Stated) -> TokenStream {
    let shell = Shell::new(&stated.target);
    let items = implementation(&stated.contract, &shell);
    shell.enclose(items)
}

/// The struct of the captures, if there is one, and the contract.
pub(super) fn implementation(contract: &Contract, shell: &Shell<'_>) -> TokenStream {
    let structure = match &contract.params {
        Params::Inline(inline) => Some(params::structure(inline, &shell.paths)),
        Params::None | Params::Given(_) => None,
    };
    let (constants, types) = (constants(contract, shell), types(contract, shell));
    let implementation = shell.implement(shell.paths.contract(shell.span), quote!(#constants #types));
    quote!(#structure #implementation)
}

/// Those that differ from the trait's defaults.
fn constants(contract: &Contract, shell: &Shell<'_>) -> TokenStream {
    let at = shell.span;
    let (str, bool) = (paths::str(at), paths::bool(at));
    let path = &contract.path;
    let place = span::at(path.span());
    let place_str = paths::str(place);
    let docs =
        docs::text(&contract.docs, at).map(|docs| quote_spanned!(at=> const DOCS: &'static #str = #docs;));
    let summary =
        contract.summary.as_ref().map(|text| quote_spanned!(at=> const SUMMARY: &'static #str = #text;));
    let tags = list("TAGS", &contract.tags, at);
    let deprecated = contract.deprecated.then(|| quote_spanned!(at=> const DEPRECATED: #bool = true;));
    let protocols = list("PROTOCOLS", &contract.protocols, at);
    let path = quote_spanned!(place=> const PATH: &'static #place_str = #path;);
    quote!(#path #docs #summary #tags #deprecated #protocols)
}

fn list(name: &str, items: &[LitStr], span: Span) -> Option<TokenStream> {
    let (name, str) = (Ident::new(name, span), paths::str(span));
    (!items.is_empty())
        .then(|| quote_spanned!(span=> const #name: &'static [&'static #str] = &[#(#items),*];))
}

fn types(contract: &Contract, shell: &Shell<'_>) -> TokenStream {
    let at = shell.span;
    let (unit, message) = (quote_spanned!(at=> ()), shell.paths.message(at));
    let mut lines = TokenStream::new();
    match &contract.params {
        Params::None => line("Params", &unit, at, &mut lines),
        Params::Given(given) => line("Params", given, place(given), &mut lines),
        Params::Inline(inline) => line("Params", &params::kind(inline), span::at(inline.span), &mut lines),
    }
    let mut given = |name, given: Option<&Type>, default: &dyn ToTokens| match given {
        Some(kind) => line(name, kind, place(kind), &mut lines),
        None => line(name, default, at, &mut lines),
    };
    given("Query", contract.query.as_ref(), &unit);
    given("Header", contract.header.as_ref(), &unit);
    given("Cookie", contract.cookie.as_ref(), &unit);
    given("Body", contract.body.as_ref(), &message);
    given("Response", contract.response.as_ref(), &message);
    lines
}

fn place(kind: &Type) -> Span {
    span::at(kind.span())
}

/// `type Body = Say;`, the whole of it shown at `Say`: an unmet bound is then an error on that word.
fn line(name: &str, kind: &dyn ToTokens, place: Span, lines: &mut TokenStream) {
    let name = Ident::new(name, place);
    lines.extend(quote_spanned!(place=> type #name = #kind;));
}
