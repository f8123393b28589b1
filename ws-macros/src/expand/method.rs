//! The head of a generated method, and the call in it.
//!
//! The user's own types stand in the head, so that a wrong one is an error on the user's word. The whole method is shown at
//! the handler's name, for that is where the compiler reports a future that is not `Send`.
//!
//! All of it is written a token at a time where it is to stand: a stream for each part would cross into the compiler and back.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{Lifetime, Token, Type, token::Paren};

use super::{shell::Shell, unedited};
use crate::{model::Handler, span, vocabulary::Kind};

/// The arguments of a method, and of the call in it.
pub(super) struct Arguments<'a> {
    at: Span,
    list: Vec<Taken<'a>>,
}

/// An argument of a method.
struct Taken<'a> {
    name: Ident,
    kind: Written<'a>,
}

/// The type of an argument.
enum Written<'a> {
    /// The handler's own; it takes the argument.
    Own(&'a Type),
    /// The one that the trait asks for: the handler leaves the argument out.
    Default(TokenStream),
}

/// An argument that the trait gives.
pub(super) struct Argument {
    pub(super) name: &'static str,
    /// The type that the trait asks for.
    pub(super) default: fn(Span) -> TokenStream,
}

impl<'a> Arguments<'a> {
    /// The method's and the call's arguments, where the handler takes what it takes.
    pub(super) fn new(handler: &'a Handler, arguments: &[Argument]) -> Self {
        let at = span::at(handler.name.span());
        let taken = |(argument, own): (&Argument, &'a Option<Type>)| match own {
            Some(kind) => Taken { name: local(argument.name, span::of(kind)), kind: Written::Own(kind) },
            None => Taken { name: local(argument.name, at), kind: Written::Default((argument.default)(at)) },
        };
        Self { at, list: arguments.iter().zip([&handler.first, &handler.second]).map(taken).collect() }
    }

    /// What follows `self` in the call.
    fn given(&self) -> impl Iterator<Item = &Ident> {
        self.list.iter().filter(|taken| matches!(taken.kind, Written::Own(_))).map(|taken| &taken.name)
    }
}

/// `&'ws self, socket: &'ws Socket<Self>, say: Say`.
impl ToTokens for Arguments<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { at, list } = self;
        Token![&](*at).to_tokens(tokens);
        Lifetime::new("'ws", *at).to_tokens(tokens);
        Token![self](*at).to_tokens(tokens);
        for Taken { name, kind } in list {
            Token![,](*at).to_tokens(tokens);
            name.to_tokens(tokens);
            Token![:](*at).to_tokens(tokens);
            match kind {
                Written::Own(kind) => borrowed(kind, *at, tokens),
                Written::Default(kind) => kind.to_tokens(tokens),
            }
        }
    }
}

/// `<Chat>::message(self, socket, say).await`: the inherent method, never the generated one.
pub(super) struct Call<'a, S, G> {
    /// The route's type, as it is to be written.
    self_type: S,
    handler: &'a Handler,
    given: Vec<G>,
}

impl<'a> Call<'a, &'a Type, &'a Ident> {
    /// The call of a method with `arguments`.
    pub(super) fn new(handler: &'a Handler, arguments: &'a Arguments<'_>, shell: &'a Shell<'_>) -> Self {
        Self { self_type: &shell.target.self_type, handler, given: arguments.given().collect() }
    }
}

impl<'a, G: ToTokens> Call<'a, TokenStream, G> {
    /// The call with what follows `self`, in code at which the compiler suggests no edits.
    pub(super) fn unedited(handler: &'a Handler, given: Vec<G>, shell: &Shell<'_>) -> Self {
        Self { self_type: unedited::kept(shell.target.self_type.to_token_stream()), handler, given }
    }
}

impl<S: ToTokens, G: ToTokens> ToTokens for Call<'_, S, G> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let name = &self.handler.name;
        let at = span::at(name.span());
        Token![<](at).to_tokens(tokens);
        self.self_type.to_tokens(tokens);
        Token![>](at).to_tokens(tokens);
        Token![::](at).to_tokens(tokens);
        name.to_tokens(tokens);
        Paren(at).surround(tokens, |tokens| {
            Token![self](at).to_tokens(tokens);
            for argument in &self.given {
                Token![,](at).to_tokens(tokens);
                argument.to_tokens(tokens);
            }
        });
        if self.handler.is_async {
            Token![.](at).to_tokens(tokens);
            Token![await](at).to_tokens(tokens);
        }
    }
}

/// `async fn open`, or `fn open` where the method is one of the trait without futures.
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) plain: bool,
    pub(super) at: Span,
}

impl ToTokens for Head {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if !self.plain {
            Token![async](self.at).to_tokens(tokens);
        }
        Token![fn](self.at).to_tokens(tokens);
        Ident::new(self.kind.name(), self.at).to_tokens(tokens);
    }
}

/// What the handler returned, named at its return type: that is where a wrong one is reported.
pub(super) fn out(handler: &Handler) -> Ident {
    local("out", returned(handler))
}

/// The place of a handler's return type, or of its name if it has none.
pub(super) fn returned(handler: &Handler) -> Span {
    handler.output.as_ref().map_or_else(|| span::at(handler.name.span()), span::of)
}

/// A local of ours. Whatever its span, a name in a pattern may be that of a constant or unit struct in scope; so it has a prefix.
pub(super) fn local(name: &str, span: Span) -> Ident {
    format_ident!("__{name}", span = span)
}

/// A reference gets the method's lifetime; nothing else of the user's type is touched. It is called `'ws`, for function types in
/// the block may well have an `'a` of their own.
fn borrowed(kind: &Type, at: Span, tokens: &mut TokenStream) {
    match kind {
        Type::Group(group) => borrowed(&group.elem, at, tokens),
        Type::Paren(paren) => borrowed(&paren.elem, at, tokens),
        Type::Reference(reference) => {
            reference.and_token.to_tokens(tokens);
            Lifetime::new("'ws", at).to_tokens(tokens);
            reference.mutability.to_tokens(tokens);
            reference.elem.to_tokens(tokens);
        }
        other => other.to_tokens(tokens),
    }
}
