//! A whole route, and what stands in for it beside an error.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};

use super::{contract, endpoint, handlers, options, paths, shell::Shell, variants};
use crate::{
    lifetimes::{Which, made_static},
    model::{Handler, Route, Served, Stub, Target},
    vocabulary::Kind,
};

/// Handlers are as asynchronous, and take `self` and their arguments as much and as they do, because the route asks for it.
pub(crate) fn allow() -> TokenStream {
    quote! {
        #[allow(
            clippy::needless_pass_by_value,
            clippy::trivially_copy_pass_by_ref,
            clippy::unused_async,
            clippy::unused_self
        )]
    }
}

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
    if let Some(variants) = &route.variants {
        let into = if variants.is_plain() { &mut plain } else { &mut items };
        into.extend(variants::method(variants, &shell));
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
    beside(served, &before_handle.iter().collect::<Vec<_>>(), plain, TokenStream::new(), &shell)
}

/// The block of a route that borrows, as if it did not: `impl Chat<'static>` for `impl<'a> Chat<'a>`.
pub(crate) fn outlasting(stub: &Stub, names: &[String], block: TokenStream) -> TokenStream {
    let Target { generics, self_type, .. } = &stub.target;
    let (generics, _, bounds) = generics.split_for_impl();
    let mut out = TokenStream::new();
    let mut tokens = block.into_iter();
    for token in tokens.by_ref() {
        let is_impl = matches!(&token, TokenTree::Ident(word) if word == "impl");
        out.append(token);
        if is_impl {
            break;
        }
    }
    generics.to_tokens(&mut out);
    self_type.to_tokens(&mut out);
    bounds.to_tokens(&mut out);
    let members = tokens.last();
    out.extend(made_static(members.into_iter().collect(), Which::Named(names)));
    out
}

fn beside(
    served: &Served,
    before_handle: &[&Handler],
    plain: TokenStream,
    items: TokenStream,
    shell: &Shell<'_>,
) -> TokenStream {
    let mut out = TokenStream::new();
    if let Served::Own(contract) = served {
        contract::implementation(contract, shell, &mut out);
    }
    endpoint::implementation(served, before_handle, shell, &mut out);
    shell.implement(paths::plain(shell.span), plain, &mut out);
    shell.implement(paths::route(shell.span), items, &mut out);
    shell.enclose(out)
}
