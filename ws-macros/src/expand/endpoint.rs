//! `impl Endpoint`: the contract, the connection's data, and whether its request is kept.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::{impl_scope::ImplScope, method, paths, presence};
use crate::{
    model::{Handler, Served},
    span,
};

/// What a connection keeps: the source of the type of its data, and the request.
pub(super) struct Data<'a> {
    /// `before_handle`. Several are possible only if they are conditional.
    pub(super) before_handle: &'a [&'a Handler],
    /// True if a mistake hides the type of the data.
    pub(super) is_unknown: bool,
    pub(super) keeps_request: bool,
}

/// Writes the implementation of `Endpoint`.
pub(super) fn implementation(served: &Served, from: &Data<'_>, scope: &ImplScope<'_>, out: &mut TokenStream) {
    let mut items = match served {
        Served::Own(_) => quote_spanned!(scope.span=> type Contract = Self;),
        Served::Named(named) => {
            let place = span::at(named.span());
            quote_spanned!(place=> type Contract = #named;)
        }
    };
    data(from, scope, &mut items);
    if from.keeps_request {
        let bool = paths::bool(scope.span);
        items.extend(quote_spanned!(scope.span=> const KEEPS_REQUEST: #bool = true;));
        scope.implement(paths::keeps_request(scope.span), TokenStream::new(), out);
    }
    scope.implement_as_written(paths::endpoint(scope.span), items, out);
}

/// Writes the type of the data, which is read from the return type of `before_handle`.
fn data(from: &Data<'_>, scope: &ImplScope<'_>, items: &mut TokenStream) {
    let Data { before_handle, is_unknown, .. } = *from;
    let none =
        if is_unknown { paths::unknown(scope.span) } else { paths::no_data(scope.span).to_token_stream() };
    items.extend(before_handle.iter().map(|&handler| {
        let place = method::returned(handler);
        let attributes = presence::attributes(handler, place);
        if let Some(data) = &handler.data {
            return quote_spanned!(place=> #attributes type Data = #data;);
        }
        let (admit, output) = (paths::admit_trait(place), output(handler));
        quote_spanned!(place=> #attributes type Data = <#output as #admit>::Data;)
    }));
    items.extend(
        presence::unless(before_handle, scope.span)
            .map(|attribute| quote_spanned!(scope.span=> #attribute type Data = #none;)),
    );
}

/// Returns the return type of a handler; `()` if none is written.
pub(super) fn output(handler: &Handler) -> TokenStream {
    handler
        .output
        .as_ref()
        .map_or_else(|| quote_spanned!(handler.name.span()=> ()), ToTokens::to_token_stream)
}
