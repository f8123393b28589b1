//! A whole route, and what stands in for it beside an error.

use proc_macro2::TokenStream;

use super::{
    contract, endpoint, handlers, options,
    paths::{self, Name},
    shell::Shell,
    variants,
};
use crate::{
    model::{Handler, Route, Served, Stub},
    vocabulary::Kind,
};

/// The implementations of a route.
pub(crate) fn route(route: &Route) -> TokenStream {
    let shell = Shell::new(&route.target);
    let options = options::options(&route.options, &shell);
    let (flags, docs) = (options::handlers(route, &shell), options::handler_docs(route, &shell));
    let (mut plain, mut items) = (TokenStream::new(), TokenStream::new());
    items.extend([options, flags, docs].into_iter().flatten());
    for handler in &route.handlers {
        let into = if handler.is_plain() { &mut plain } else { &mut items };
        into.extend(handlers::method(handler, &shell));
    }
    let (mut plain, mut items) = (Impl::of(plain), Impl::of(items));
    if let Some(variants) = &route.variants {
        let into = if variants.is_plain() { &mut plain } else { &mut items };
        into.dispatch = Some(variants::method(variants, &shell));
    }
    let before_handle: Vec<&Handler> =
        route.handlers.iter().filter(|handler| handler.kind == Kind::BeforeHandle).collect();
    beside(&route.served, &before_handle, plain, items, &shell)
}

/// The same without handlers: code that names the route finds it, so that it does not complain as well.
pub(crate) fn stub(stub: &Stub) -> TokenStream {
    let Stub { target, served, unread, before_handle, .. } = stub;
    let shell = Shell::new(target);
    let plain = unread.map(handlers::unread).unwrap_or_default();
    let (plain, items) = (Impl::of(plain), Impl::of(TokenStream::new()));
    beside(served, &before_handle.iter().collect::<Vec<_>>(), plain, items, &shell)
}

/// What stands in an impl.
struct Impl {
    items: TokenStream,
    /// The dispatch to the handlers of variants, if it is there.
    dispatch: Option<TokenStream>,
}

impl Impl {
    fn of(items: TokenStream) -> Self {
        Self { items, dispatch: None }
    }

    fn write(self, name: Name, shell: &Shell<'_>, out: &mut TokenStream) {
        match self.dispatch {
            None => shell.implement(name, self.items, out),
            Some(dispatch) => shell.implement_unedited(name, self.items, dispatch, out),
        }
    }
}

fn beside(
    served: &Served,
    before_handle: &[&Handler],
    plain: Impl,
    route: Impl,
    shell: &Shell<'_>,
) -> TokenStream {
    let mut out = TokenStream::new();
    if let Served::Own(contract) = served {
        contract::implementation(contract, shell, &mut out);
    }
    endpoint::implementation(served, before_handle, shell, &mut out);
    plain.write(paths::plain(shell.span), shell, &mut out);
    route.write(paths::route(shell.span), shell, &mut out);
    shell.enclose(out)
}
