//! The `message` method of a route with handlers of variants, which is a `match`.
//!
//! ```text
//! match body {
//!     Say::Join(field) => { let out = <Chat>::message_join(self, socket, content(field)).await; reply::<Self, _, _>(out) }
//!     Say::Bid { amount: amount, lot: lot } => { … message_bid(self, content(amount), content(lot)) … }
//!     Say::Who { .. } => { … }
//! }
//! ```
//!
//! A derive generates this method, so that the compiler makes no suggestions (see `derived`). The user's tokens in it
//! are marked.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Token, ext::IdentExt, token::Paren};

use super::{
    derived::user,
    handlers::{Outcome, ReplyCall, SOCKET},
    impl_scope::ImplScope,
    method::{self, Call, Head},
    paths, presence,
};
use crate::{
    model::{Arm, Content, Variants},
    span,
    vocabulary::HandlerKind,
};

/// Returns the method that passes each variant to its handler.
pub(super) fn method(variants: &Variants, scope: &ImplScope<'_>) -> TokenStream {
    let Some(first) = variants.arms.first() else { return TokenStream::new() };
    let at = span::at(first.handler.name.span());
    let attribute = presence::if_any(variants.arms.iter().map(|arm| &arm.handler), at).map(user);
    let head = Head { kind: HandlerKind::Message, plain: variants.is_plain(), at };
    let (socket, socket_type) = (method::local(SOCKET.name, at), (SOCKET.default)(at));
    // The `match` has the span of the enum's name, where the compiler reports a variant without a handler.
    let body = method::local("body", span::of(&variants.body));
    let (ty, outcome) = (user(variants.body.to_token_stream()), Outcome { at });
    let arms = variants.arms.iter().map(|arm| self::arm(arm, variants, scope));
    let block = quote_spanned!(at=> { #(#arms)* });
    let dispatch = aliased(variants, quote_spanned!(body.span()=> match #body #block));
    // The dispatch may name deprecated handlers and variants without a warning.
    quote_spanned! {at=>
        #attribute
        #[allow(deprecated)]
        #head<'ws>(&'ws self, #socket: #socket_type, #body: #ty) -> #outcome { #dispatch }
    }
}

/// Returns a `match` whose patterns name the enum by an alias, if it has one. Two aliases are needed, because `type Say
/// = Say` is a cycle.
///
/// ```text
/// type __Say = wire::Say<u8>;
/// {
///     type Say = __Say;
///     match __body { Say::Who { .. } => { … } }
/// }
/// ```
fn aliased(variants: &Variants, dispatch: TokenStream) -> TokenStream {
    let Variants { body, alias, .. } = variants;
    let Some(alias) = alias else { return dispatch };
    let at = span::of(body);
    let (ty, body) = (method::local(&alias.unraw().to_string(), at), user(body.to_token_stream()));
    // The name of the user's enum need not be in camel case.
    let allow = quote_spanned!(at=> #[allow(non_camel_case_types)]);
    quote_spanned!(at=> #allow type #ty = #body; { #allow type #alias = #ty; #dispatch })
}

/// Returns the match arm of a variant. Its pattern never ignores data by accident: it is `{ .. }` only for a handler
/// without content, `(field)` only for a newtype, and otherwise names every field.
fn arm(arm: &Arm, variants: &Variants, scope: &ImplScope<'_>) -> TokenStream {
    let Arm { variant, handler, content } = arm;
    let name = handler.name.span();
    let at = span::at(name);
    // Span of the variant's name in the handler's name, or in its marker.
    let named = variant.span();
    let attributes = presence::attributes(handler, at).map(user);
    let mut given: Vec<CallArgument> = Vec::new();
    // The head of the method has the trait's type for the connection, so a wrong type is reported at the handler's
    // argument.
    given.extend(
        handler.first.as_ref().map(|ty| CallArgument::Socket(method::local(SOCKET.name, span::of(ty)))),
    );
    let pattern = match content {
        Content::Nothing => {
            let path = own_path(variants, named);
            quote_spanned!(named=> #path::#variant { .. })
        }
        Content::Newtype(ty) => {
            let (path, field) = (own_path(variants, named), method::local("field", span::of(ty)));
            let pattern = quote_spanned!(named=> #path::#variant (#field));
            given.push(CallArgument::content(field, scope));
            pattern
        }
        Content::Fields(fields) => {
            let mut list = TokenStream::new();
            for field in fields {
                let local = method::local(&format!("field_{}", field.name.unraw()), span::of(&field.ty));
                // For an unknown field, the compiler may suggest another name at the argument.
                let name = user(field.name.to_token_stream());
                list.extend(quote_spanned!(at=> #name: #local,));
                given.push(CallArgument::content(local, scope));
            }
            // The compiler names a missing field only if the first and the last token of the pattern belong to the
            // user.
            let (path, fields) = (user(path(variants, name)), user(braces(user(list), name)));
            quote_spanned!(at=> #path::#variant #fields)
        }
    };
    let call = Call::derived(handler, given, scope);
    let (out, convert) = (method::out(handler), ReplyCall { at: method::returned(handler) });
    quote_spanned! {at=>
        #attributes
        #pattern => {
            let #out = #call;
            #convert(#out)
        }
    }
}

/// Returns the path before the name of a variant, with the span of the derive unless the user wrote it.
fn own_path(variants: &Variants, at: Span) -> TokenStream {
    let path = path(variants, at);
    if variants.alias.is_some() { path } else { user(path) }
}

/// Returns the path before the name of a variant, with the span `at`.
fn path(variants: &Variants, at: Span) -> TokenStream {
    if let Some(alias) = &variants.alias {
        let mut alias = alias.clone();
        alias.set_span(at);
        return alias.into_token_stream();
    }
    let mut tokens = variants.path.to_token_stream().into_iter();
    let first = tokens.next().map(|mut first| {
        first.set_span(first.span().located_at(at));
        first
    });
    first.into_iter().chain(tokens).collect()
}

fn braces(content: TokenStream, place: Span) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, content);
    group.set_span(place);
    TokenTree::Group(group).into()
}

/// An argument of the call in a match arm.
enum CallArgument {
    Socket(Ident),
    /// `content(field)`: the field, converted to the type that the handler takes.
    Content(Ident),
    /// `open_content(field, fixed)`: the same conversion in a generic block.
    OpenContent(Ident),
}

impl CallArgument {
    fn content(field: Ident, scope: &ImplScope<'_>) -> Self {
        if scope.target.is_generic() { Self::OpenContent(field) } else { Self::Content(field) }
    }
}

impl ToTokens for CallArgument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Socket(socket) => socket.to_tokens(tokens),
            Self::Content(field) => {
                paths::content(field.span()).to_tokens(tokens);
                Paren(field.span()).surround(tokens, |tokens| field.to_tokens(tokens));
            }
            Self::OpenContent(field) => {
                let at = field.span();
                paths::open_content(at).to_tokens(tokens);
                Paren(at).surround(tokens, |tokens| {
                    field.to_tokens(tokens);
                    Token![,](at).to_tokens(tokens);
                    paths::fixed(at).to_tokens(tokens);
                });
            }
        }
    }
}
