//! `impl Contract`: the path, the documentation, the types.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
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
    let (name, str) = (format_ident!("{name}", span = span), paths::str(span));
    (!items.is_empty())
        .then(|| quote_spanned!(span=> const #name: &'static [&'static #str] = &[#(#items),*];))
}

fn types(contract: &Contract, shell: &Shell<'_>) -> TokenStream {
    let unit = || quote_spanned!(shell.span=> ());
    let message = || shell.paths.message(shell.span);
    let captures = match &contract.params {
        Params::None => None,
        Params::Given(given) => Some((given.to_token_stream(), given.span())),
        Params::Inline(inline) => Some((params::kind(inline), inline.span)),
    };
    let lines = [
        line("Params", captures, unit, shell),
        line("Query", given(contract.query.as_ref()), unit, shell),
        line("Header", given(contract.header.as_ref()), unit, shell),
        line("Cookie", given(contract.cookie.as_ref()), unit, shell),
        line("Body", given(contract.body.as_ref()), message, shell),
        line("Response", given(contract.response.as_ref()), message, shell),
    ];
    lines.into_iter().collect()
}

fn given(kind: Option<&Type>) -> Option<(TokenStream, Span)> {
    kind.map(|kind| (kind.to_token_stream(), kind.span()))
}

/// `type Body = Say;`, the whole of it shown at `Say`: an unmet bound is then an error on that word.
fn line(
    name: &str,
    given: Option<(TokenStream, Span)>,
    default: impl Fn() -> TokenStream,
    shell: &Shell<'_>,
) -> TokenStream {
    let (kind, place) = match given {
        Some((kind, place)) => (kind, span::at(place)),
        None => (default(), shell.span),
    };
    let name = format_ident!("{name}", span = place);
    quote_spanned!(place=> type #name = #kind;)
}
