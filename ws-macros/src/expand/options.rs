//! Constants of `impl Route`: options, the set of handlers, and their documentation.

use proc_macro2::{Delimiter, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;

use super::{docs, impl_scope::ImplScope, paths, presence};
use crate::{
    model::{Handler, OnInvalid, Options, Origins, Route, Setting, Value},
    span,
    vocabulary::{HandlerKind, Home, KEYS, KeyWord},
};

/// Returns the constant `OPTIONS`; `None` if no option is set.
pub(super) fn options(options: &Options, scope: &ImplScope<'_>) -> Option<TokenStream> {
    let at = scope.span;
    let name = paths::options(at);
    let mut fields: Vec<TokenStream> = options.settings.iter().map(field).collect();
    if options.require_protocol {
        fields.push(quote_spanned!(at=> require_protocol: true));
    }
    if let Some(origins) = &options.origins {
        let ty = paths::origins(at);
        fields.push(match origins {
            Origins::Any => quote_spanned!(at=> origins: #ty::Any),
            Origins::List(list) => quote_spanned!(at=> origins: #ty::List(&[#(#list),*])),
        });
    }
    // `keep_request` is a constant of the endpoint.
    let is_field = |key: &&KeyWord| key.home == Home::Route && key.name != "keep_request";
    let every = KEYS.iter().filter(is_field).count();
    let others = (fields.len() < every).then(|| quote_spanned!(at=> ..#name::UNSET));
    (!fields.is_empty()).then(|| quote_spanned!(at=> const OPTIONS: #name = #name { #(#fields,)* #others };))
}

fn field(setting: &Setting) -> TokenStream {
    let at = span::at(setting.span);
    let (name, some) = (format_ident!("{}", setting.name, span = at), paths::some(at));
    let given = match &setting.value {
        Value::Off => paths::none(at).into_token_stream(),
        // These options cannot be turned off.
        Value::Flag(_) | Value::OnInvalid(_) => value(setting, at),
        _ => {
            let value = value(setting, at);
            quote_spanned!(at=> #some(#value))
        }
    };
    quote_spanned!(at=> #name: #some(#given))
}

fn value(setting: &Setting, at: Span) -> TokenStream {
    match &setting.value {
        Value::Off => paths::none(at).into_token_stream(),
        Value::Count(count) => number(*count, at),
        Value::Constant(constant) => constant_expression(constant),
        Value::Text(text) => quote_spanned!(at=> #text),
        Value::Milliseconds(milliseconds) => {
            let duration = paths::duration(at);
            let milliseconds = number(*milliseconds, at);
            quote_spanned!(at=> #duration::from_millis(#milliseconds))
        }
        Value::Flag(flag) => quote_spanned!(at=> #flag),
        Value::OnInvalid(answer) => {
            let ty = paths::on_invalid(at);
            match answer {
                OnInvalid::Reply => quote_spanned!(at=> #ty::Reply),
                OnInvalid::Ignore => quote_spanned!(at=> #ty::Ignore),
                OnInvalid::Close => quote_spanned!(at=> #ty::Close),
            }
        }
        Value::Deflate(settings) => deflate(settings, at),
    }
}

/// Returns a constant as an expression: `const` and a block, without redundant braces.
fn constant_expression(constant: &TokenStream) -> TokenStream {
    let mut tokens = constant.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Brace => {
            quote_spanned!(group.span()=> const #group)
        }
        _ => constant.clone(),
    }
}

/// Returns a constant of the runtime's `Deflate`, built with its const functions.
fn deflate(settings: &[Setting], at: Span) -> TokenStream {
    let ty = paths::deflate(at);
    let calls = settings.iter().map(|setting| {
        let at = span::at(setting.span);
        let (name, value) = (format_ident!("{}", setting.name, span = at), value(setting, at));
        quote_spanned!(at=> .#name(#value))
    });
    quote_spanned!(at=> #ty::new()#(#calls)*)
}

/// Returns a literal without a suffix, so that it has the type of the field.
fn number(value: impl Into<u64>, span: Span) -> TokenStream {
    let mut literal = Literal::u64_unsuffixed(value.into());
    literal.set_span(span);
    literal.into_token_stream()
}

/// Returns the constant `HANDLERS`; `None` if the server need not prepare anything for the handlers of the block.
pub(super) fn handlers(route: &Route, scope: &ImplScope<'_>) -> Option<TokenStream> {
    const PREPARED: &[HandlerKind] = &[
        HandlerKind::Message,
        HandlerKind::TransformMessage,
        HandlerKind::Drain,
        HandlerKind::Ping,
        HandlerKind::Pong,
        HandlerKind::Error,
    ];
    let at = scope.span;
    let mut fields = Vec::new();
    for kind in PREPARED {
        let handlers: Vec<&Handler> = all(route).filter(|handler| handler.kind == *kind).collect();
        if !handlers.is_empty() {
            let name = format_ident!("{}", kind.name(), span = at);
            let there = presence::constant(handlers.into_iter(), at);
            fields.push(quote_spanned!(at=> #name: #there));
        }
    }
    let name = paths::handlers(at);
    let others = (fields.len() < PREPARED.len()).then(|| quote_spanned!(at=> ..#name::NONE));
    (!fields.is_empty()).then(|| quote_spanned!(at=> const HANDLERS: #name = #name { #(#fields,)* #others };))
}

/// Returns the constant `HANDLER_DOCS`; `None` if no handler is documented.
pub(super) fn handler_docs(route: &Route, scope: &ImplScope<'_>) -> Option<TokenStream> {
    let at = scope.span;
    let entries: Vec<TokenStream> = all(route)
        .filter_map(|handler| {
            let (name, text) = (handler.name.unraw().to_string(), docs::text(&handler.docs, at)?);
            let attribute = presence::condition(handler, at);
            Some(quote_spanned!(at=> #attribute (#name, #text)))
        })
        .collect();
    let str = paths::str(at);
    (!entries.is_empty()).then(|| {
        quote_spanned! {at=>
            const HANDLER_DOCS: &'static [(&'static #str, &'static #str)] = &[#(#entries),*];
        }
    })
}

fn all(route: &Route) -> impl Iterator<Item = &Handler> {
    let arms = route.variants.iter().flat_map(|variants| variants.arms.iter().map(|arm| &arm.handler));
    route.handlers.iter().chain(arms)
}
