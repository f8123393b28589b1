//! The head of a generated method, and the call in it.
//!
//! The head has the user's types, so that the compiler reports a wrong type at the user's word. The whole method has
//! the span of the handler's name, where the compiler reports a future that is not `Send`.
//!
//! Tokens are emitted one by one, because each intermediate stream is a round trip to the compiler.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{Lifetime, Token, Type, token::Paren};

use super::{derived, impl_scope::ImplScope};
use crate::{model::Handler, span, vocabulary::HandlerKind};

/// Arguments of a method and of the call in it.
pub(super) struct MethodArguments<'a> {
    at: Span,
    list: Vec<MethodArgument<'a>>,
}

/// An argument of a method.
struct MethodArgument<'a> {
    name: Ident,
    ty: ArgumentType<'a>,
}

/// The type of a method's argument.
enum ArgumentType<'a> {
    /// The type that the handler declares.
    Own(&'a Type),
    /// The type in the trait, if the handler omits the argument.
    Default(TokenStream),
}

/// An argument of a trait method.
pub(super) struct Argument {
    pub(super) name: &'static str,
    /// Creates the type that the argument has in the trait.
    pub(super) default: fn(Span) -> TokenStream,
}

impl<'a> MethodArguments<'a> {
    /// Returns the arguments of the method and of the call. The types are those of the handler, where it has the
    /// argument.
    pub(super) fn new(handler: &'a Handler, arguments: &[Argument]) -> Self {
        let at = span::at(handler.name.span());
        let taken = |(argument, own): (&Argument, &'a Option<Type>)| match own {
            Some(ty) => {
                MethodArgument { name: local(argument.name, span::of(ty)), ty: ArgumentType::Own(ty) }
            }
            None => MethodArgument {
                name: local(argument.name, at),
                ty: ArgumentType::Default((argument.default)(at)),
            },
        };
        Self { at, list: arguments.iter().zip([&handler.first, &handler.second]).map(taken).collect() }
    }

    /// Arguments of the call after `self`.
    fn given(&self) -> impl Iterator<Item = &Ident> {
        self.list.iter().filter(|taken| matches!(taken.ty, ArgumentType::Own(_))).map(|taken| &taken.name)
    }
}

/// Writes arguments such as `&'ws self, socket: &'ws Socket<Self>, say: Say`.
impl ToTokens for MethodArguments<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { at, list } = self;
        Token![&](*at).to_tokens(tokens);
        Lifetime::new("'ws", *at).to_tokens(tokens);
        Token![self](*at).to_tokens(tokens);
        for MethodArgument { name, ty } in list {
            Token![,](*at).to_tokens(tokens);
            name.to_tokens(tokens);
            Token![:](*at).to_tokens(tokens);
            match ty {
                ArgumentType::Own(ty) => borrowed(ty, *at, tokens),
                ArgumentType::Default(ty) => ty.to_tokens(tokens),
            }
        }
    }
}

/// A call such as `<Chat>::message(self, socket, say).await`. This path resolves to the inherent method, never to the
/// generated one.
pub(super) struct Call<'a, S, G> {
    /// The type of the route, as it is emitted.
    self_type: S,
    handler: &'a Handler,
    given: Vec<G>,
}

impl<'a> Call<'a, &'a Type, &'a Ident> {
    /// Creates the call with the arguments of the method.
    pub(super) fn new(
        handler: &'a Handler,
        arguments: &'a MethodArguments<'_>,
        scope: &'a ImplScope<'_>,
    ) -> Self {
        Self { self_type: &scope.target.self_type, handler, given: arguments.given().collect() }
    }
}

impl<'a, G: ToTokens> Call<'a, TokenStream, G> {
    /// Creates the call with these arguments after `self`, in code for which the compiler makes no suggestions.
    pub(super) fn derived(handler: &'a Handler, given: Vec<G>, scope: &ImplScope<'_>) -> Self {
        Self { self_type: derived::user(scope.target.self_type.to_token_stream()), handler, given }
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

/// The start of a method: `async fn open`, or `fn open` if it is not async.
pub(super) struct Head {
    pub(super) kind: HandlerKind,
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

/// Returns the variable for the handler's return value. Its span is that of the return type, where the compiler reports
/// a wrong one.
pub(super) fn out(handler: &Handler) -> Ident {
    local("out", returned(handler))
}

/// Returns the span of the handler's return type, or of its name if it has none.
pub(super) fn returned(handler: &Handler) -> Span {
    handler.output.as_ref().map_or_else(|| span::at(handler.name.span()), span::of)
}

/// Returns the name of a generated variable. Without its prefix, a name in a pattern could match a constant or unit
/// struct in scope.
pub(super) fn local(name: &str, span: Span) -> Ident {
    format_ident!("__{name}", span = span)
}

/// Adds the method's lifetime to a reference, and leaves the rest of the user's type unchanged. The lifetime is called
/// `'ws`, because function types in the block may use `'a`.
fn borrowed(ty: &Type, at: Span, tokens: &mut TokenStream) {
    match ty {
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
