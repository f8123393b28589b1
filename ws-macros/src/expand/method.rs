//! The head of a generated method, and the call in it.
//!
//! The user's own types stand in the head, so that a wrong one is an error on the user's word. The whole method is shown at
//! the handler's name, for that is where the compiler reports a future that is not `Send`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Lifetime, Type, spanned::Spanned};

use super::shell::Shell;
use crate::{model::Handler, span, vocabulary::Kind};

/// The arguments of a method, and of the call in it.
pub(super) struct Arguments {
    /// `&'a self, ws: &'a Socket<Self>, say: Say`.
    pub(super) taken: TokenStream,
    /// What follows `self` in the call: `, ws, say`.
    pub(super) given: TokenStream,
}

/// A generated argument.
pub(super) struct Argument<'a> {
    pub(super) name: &'static str,
    /// The type that the trait asks for; written only where the handler leaves the argument out.
    pub(super) default: Box<dyn Fn() -> TokenStream + 'a>,
}

impl<'a> Argument<'a> {
    pub(super) fn new(name: &'static str, default: impl Fn() -> TokenStream + 'a) -> Self {
        Self { name, default: Box::new(default) }
    }
}

/// The method's and the call's arguments, where the handler takes what it takes.
pub(super) fn arguments(handler: &Handler, first: &Argument<'_>, second: Option<&Argument<'_>>) -> Arguments {
    let at = span::at(handler.name.span());
    let mut arguments = Arguments { taken: quote_spanned!(at=> &'a self), given: TokenStream::new() };
    arguments.add(handler.first.as_ref(), first, at);
    if let Some(second) = second {
        arguments.add(handler.second.as_ref(), second, at);
    }
    arguments
}

impl Arguments {
    fn add(&mut self, written: Option<&Type>, argument: &Argument<'_>, at: Span) {
        let (name, kind) = if let Some(kind) = written {
            let name = local(argument.name, span::at(kind.span()));
            self.given.extend(quote_spanned!(at=> , #name));
            (name, borrowed(kind, at))
        } else {
            (format_ident!("_{}", argument.name, span = at), (argument.default)())
        };
        self.taken.extend(quote_spanned!(at=> , #name: #kind));
    }
}

/// `<Chat>::message(self, ws, say).await`: the inherent method, never the generated one.
pub(super) fn call(handler: &Handler, given: &TokenStream, shell: &Shell<'_>) -> TokenStream {
    let (self_type, name) = (&shell.target.self_type, &handler.name);
    let at = span::at(name.span());
    let await_it = handler.is_async.then(|| quote_spanned!(at=> .await));
    quote_spanned!(at=> <#self_type>::#name(self #given) #await_it)
}

/// What the handler returned, named at its return type: that is where a wrong one is reported.
pub(super) fn out(handler: &Handler) -> Ident {
    local("out", returned(handler))
}

/// The place of a handler's return type, or of its name if it has none.
pub(super) fn returned(handler: &Handler) -> Span {
    span::at(handler.output.as_ref().map_or_else(|| handler.name.span(), Spanned::span))
}

pub(super) fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, span)
}

/// `async fn open`, or `fn open` where the method is one of the trait without futures.
pub(super) fn head(kind: Kind, plain: bool, at: Span) -> TokenStream {
    let name = local(kind.name(), at);
    if plain { quote_spanned!(at=> fn #name) } else { quote_spanned!(at=> async fn #name) }
}

/// A reference gets the trait's lifetime; nothing else of the user's type is touched.
fn borrowed(kind: &Type, at: Span) -> TokenStream {
    match kind {
        Type::Group(group) => borrowed(&group.elem, at),
        Type::Paren(paren) => borrowed(&paren.elem, at),
        Type::Reference(reference) => {
            let mut reference = reference.clone();
            reference.lifetime = Some(Lifetime::new("'a", at));
            reference.into_token_stream()
        }
        other => other.to_token_stream(),
    }
}
