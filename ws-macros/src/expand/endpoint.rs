//! `impl Endpoint`: the contract that is served, and the connection's data.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::{method, paths, presence, shell::Shell};
use crate::{
    model::{Handler, Route, Served},
    span,
    vocabulary::Kind,
};

/// The server's types.
pub(super) fn implementation(route: &Route, shell: &Shell<'_>, out: &mut TokenStream) {
    let mut items = match &route.served {
        Served::Own(_) => quote_spanned!(shell.span=> type Contract = Self;),
        Served::Named(named) => {
            let place = span::at(named.span());
            quote_spanned!(place=> type Contract = #named;)
        }
    };
    data(route, shell, &mut items);
    shell.implement(paths::endpoint(shell.span), items, out);
}

/// What `before_handle` lets in with, found through the type that it returns.
fn data(route: &Route, shell: &Shell<'_>, items: &mut TokenStream) {
    items.extend(before_handle(route).map(|handler| {
        let place = method::returned(handler);
        let (attribute, admit, output) =
            (presence::attribute(handler, place), paths::admit_trait(place), output(handler));
        quote_spanned!(place=> #attribute type Data = <#output as #admit>::Data;)
    }));
    items.extend(
        presence::unless(before_handle(route), shell.span)
            .map(|attribute| quote_spanned!(shell.span=> #attribute type Data = ();)),
    );
}

pub(super) fn before_handle(route: &Route) -> impl Iterator<Item = &Handler> {
    route.handlers.iter().filter(|handler| handler.kind == Kind::BeforeHandle)
}

/// A handler's return type, also if none is written.
pub(super) fn output(handler: &Handler) -> TokenStream {
    handler
        .output
        .as_ref()
        .map_or_else(|| quote_spanned!(handler.name.span()=> ()), ToTokens::to_token_stream)
}
