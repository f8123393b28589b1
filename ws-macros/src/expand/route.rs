//! Implementations of a route, and the stub that replaces them if there is an error.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::{
    contract, endpoint, handlers,
    impl_scope::ImplScope,
    options,
    paths::{self, Name},
    variants,
};
use crate::{
    model::{Handler, Route, Served, Stub},
    span,
    vocabulary::HandlerKind,
};

/// Returns the implementations of a route.
pub(crate) fn route(route: &Route) -> TokenStream {
    let scope = ImplScope::new(&route.target);
    let options = options::options(&route.options, &scope);
    let (flags, docs) = (options::handlers(route, &scope), options::handler_docs(route, &scope));
    let (mut plain, mut items) = (TokenStream::new(), TokenStream::new());
    items.extend([options, flags, docs].into_iter().flatten());
    for handler in &route.handlers {
        let into = if handler.is_plain() { &mut plain } else { &mut items };
        into.extend(handlers::method(handler, &scope));
    }
    let (mut plain, mut items) = (Impl::of(plain), Impl::of(items));
    if let Some(variants) = &route.variants {
        let into = if variants.is_plain() { &mut plain } else { &mut items };
        into.dispatch = Some(variants::method(variants, &scope));
    }
    let before_handle: Vec<&Handler> =
        route.handlers.iter().filter(|handler| handler.kind == HandlerKind::BeforeHandle).collect();
    let data = endpoint::Data {
        before_handle: &before_handle,
        is_unknown: false,
        keeps_request: route.keeps_request,
    };
    beside(&route.served, &data, plain, items, &scope)
}

/// Returns the implementations without handlers, so that code that names the route has no follow-up errors. `cause` is
/// the mistake that hides a type, if there is one.
pub(crate) fn stub(stub: &Stub, cause: Option<&TokenStream>) -> TokenStream {
    let Stub { target, served, keeps_request, unread, before_handle, unknown_data, .. } = stub;
    let scope = ImplScope::new(target).with_unknown(cause);
    let plain = unread.map(handlers::unread).unwrap_or_default();
    let (plain, items) = (Impl::of(plain), Impl::of(TokenStream::new()));
    let before_handle: Vec<&Handler> = before_handle.iter().collect();
    let data = endpoint::Data {
        before_handle: &before_handle,
        is_unknown: *unknown_data,
        keeps_request: *keeps_request,
    };
    beside(served, &data, plain, items, &scope)
}

/// Items of an impl.
struct Impl {
    items: TokenStream,
    /// The dispatch to handlers of variants; `None` if there are none.
    dispatch: Option<TokenStream>,
}

impl Impl {
    fn of(items: TokenStream) -> Self {
        Self { items, dispatch: None }
    }

    fn write(self, name: Name, scope: &ImplScope<'_>, out: &mut TokenStream) {
        match self.dispatch {
            None => scope.implement(name, self.items, out),
            Some(dispatch) => scope.implement_derived(name, self.items, dispatch, out),
        }
    }
}

fn beside(
    served: &Served,
    data: &endpoint::Data<'_>,
    plain: Impl,
    route: Impl,
    scope: &ImplScope<'_>,
) -> TokenStream {
    let mut out = own_routes(scope);
    if let Served::Own(contract) = served {
        contract::implementation(contract, scope, &mut out);
    }
    endpoint::implementation(served, data, scope, &mut out);
    plain.write(paths::plain(scope.span), scope, &mut out);
    route.write(paths::route(scope.span), scope, &mut out);
    scope.enclose(out)
}

/// Asserts that the types that connections name as their route are the route.
///
/// ```text
/// const _: () = own_route::<ChatApi, Chat>();
/// ```
fn own_routes(scope: &ImplScope<'_>) -> TokenStream {
    let self_type = &scope.target.self_type;
    let checks = scope.target.routes.iter().map(|route| {
        let place = span::of(route);
        let own_route = paths::own_route(place);
        quote_spanned!(place=> const _: () = #own_route::<#route, #self_type>();)
    });
    checks.collect()
}
