//! One generated method for each handler, with one call.
//!
//! ```text
//! async fn open<'ws>(&'ws self, socket: &'ws Socket<Self>) -> Outcome<'ws, Response<Self>> {
//!     let out = <Chat>::open(self, socket).await;
//!     reply::<Self, _, _>(out)
//! }
//! fn close<'ws>(&'ws self, socket: &'ws Socket<Self>, closed: Closed) {
//!     <Chat>::close(self, socket, closed)
//! }
//! ```
//!
//! If a handler is not async, its method is not async either, and belongs to `Plain` instead of `Route`, because a
//! future costs the compiler more than the rest of the method.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Lifetime, Token};

use super::{
    impl_scope::ImplScope,
    method::{self, Argument, Call, Head, MethodArguments},
    paths, presence,
};
use crate::{model::Handler, span, vocabulary::HandlerKind};

/// Returns the method that calls a handler.
pub(super) fn method(handler: &Handler, scope: &ImplScope<'_>) -> TokenStream {
    let at = span::at(handler.name.span());
    let returned = method::returned(handler);
    match handler.kind {
        HandlerKind::Transform => {
            let (result, reject) = (paths::result(at), paths::reject(at));
            let returns = quote_spanned!(at=> #result<(), #reject>);
            converted(handler, at, &[REQUEST], &returns, &paths::pass(returned), scope)
        }
        HandlerKind::Protocol => {
            let (result, option, str) = (paths::result(at), paths::option(at), paths::str(at));
            let reject = paths::reject(at);
            let returns = quote_spanned!(at=> #result<#option<&'static #str>, #reject>);
            converted(handler, at, &[HANDSHAKE], &returns, &paths::choose(returned), scope)
        }
        // The whole method has the span of the return type, so that a wrong type is reported once, together with the
        // error about `Data`.
        HandlerKind::BeforeHandle => {
            let (result, reject) = (paths::result(returned), paths::reject(returned));
            let returns = quote_spanned!(returned=> #result<Self::Data, #reject>);
            converted(handler, returned, &[HANDSHAKE], &returns, &paths::admit(returned), scope)
        }
        HandlerKind::Upgrade => {
            let (result, headers, reject) = (paths::result(at), paths::header_map(at), paths::reject(at));
            let returns = quote_spanned!(at=> #result<#headers, #reject>);
            converted(handler, at, &[HANDSHAKE, DATA], &returns, &paths::extend(returned), scope)
        }
        HandlerKind::Open => replying(handler, &[SOCKET], scope),
        HandlerKind::Message => replying(handler, &[SOCKET, BODY], scope),
        HandlerKind::Error => replying(handler, &[SOCKET, ERROR], scope),
        HandlerKind::TransformMessage => {
            let returns = paths::transformed(at);
            converted(handler, at, &[SOCKET, MESSAGE], &returns, &paths::transform(returned), scope)
        }
        HandlerKind::Drain => unconverted(handler, &[SOCKET], scope),
        HandlerKind::Ping | HandlerKind::Pong => unconverted(handler, &[SOCKET, PAYLOAD], scope),
        HandlerKind::Close => unconverted(handler, &[SOCKET, CLOSED], scope),
    }
}

/// Returns the method of a handler whose return value is converted by a function of the runtime.
fn converted(
    handler: &Handler,
    at: Span,
    arguments: &[Argument],
    returns: &dyn ToTokens,
    convert: &dyn ToTokens,
    scope: &ImplScope<'_>,
) -> TokenStream {
    let head = Head { kind: handler.kind, plain: handler.is_plain(), at };
    let (out, attributes) = (method::out(handler), presence::attributes(handler, at));
    let arguments = MethodArguments::new(handler, arguments);
    let call = Call::new(handler, &arguments, scope);
    quote_spanned! {at=>
        #attributes
        #head<'ws>(#arguments) -> #returns {
            let #out = #call;
            #convert(#out)
        }
    }
}

fn replying(handler: &Handler, arguments: &[Argument], scope: &ImplScope<'_>) -> TokenStream {
    let at = span::at(handler.name.span());
    let convert = ReplyCall { at: method::returned(handler) };
    converted(handler, at, arguments, &Outcome { at }, &convert, scope)
}

/// Returns the method of a handler whose return type is fixed, or checked by the trait.
fn unconverted(handler: &Handler, arguments: &[Argument], scope: &ImplScope<'_>) -> TokenStream {
    let at = span::at(handler.name.span());
    let head = Head { kind: handler.kind, plain: handler.is_plain(), at };
    let attributes = presence::attributes(handler, at);
    let arguments = MethodArguments::new(handler, arguments);
    let call = Call::new(handler, &arguments, scope);
    let returns = match &handler.output {
        Some(output) => Some(quote_spanned!(at=> -> #output)),
        // The compiler reports a future that is not `Send` at the return type. Therefore one is written, with the span
        // of the handler's name.
        None => handler.is_async.then(|| quote_spanned!(at=> -> ())),
    };
    quote_spanned!(at=> #attributes #head<'ws>(#arguments) #returns { #call })
}

/// Returns a method for a route whose handlers could not be read. It makes serving the route an error, even if the
/// compiler could parse the block.
pub(super) fn unread(place: Span) -> TokenStream {
    let at = span::at(place);
    let (socket, outcome, unread) = ((SOCKET.default)(at), Outcome { at }, paths::unread(at));
    quote_spanned!(at=> fn open<'ws>(&'ws self, _: #socket) -> #outcome { #unread::<Self>() })
}

/// Return type of `open`, `message` and `error`: `Outcome<'ws, Response<Self>>`.
pub(super) struct Outcome {
    pub(super) at: Span,
}

impl ToTokens for Outcome {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let at = self.at;
        paths::outcome(at).to_tokens(tokens);
        Token![<](at).to_tokens(tokens);
        Lifetime::new("'ws", at).to_tokens(tokens);
        Token![,](at).to_tokens(tokens);
        paths::response(at).to_tokens(tokens);
        Token![<](at).to_tokens(tokens);
        Token![Self](at).to_tokens(tokens);
        Token![>](at).to_tokens(tokens);
        Token![>](at).to_tokens(tokens);
    }
}

/// `reply::<Self, _, _>`. Because `Self` determines the response type, a wrong reply is an error at the reply.
pub(super) struct ReplyCall {
    pub(super) at: Span,
}

impl ToTokens for ReplyCall {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let at = self.at;
        paths::reply(at).to_tokens(tokens);
        Token![::](at).to_tokens(tokens);
        Token![<](at).to_tokens(tokens);
        Token![Self](at).to_tokens(tokens);
        for _ in 0..2 {
            Token![,](at).to_tokens(tokens);
            Token![_](at).to_tokens(tokens);
        }
        Token![>](at).to_tokens(tokens);
    }
}

pub(super) const SOCKET: Argument = Argument {
    name: "socket",
    default: |at| {
        let socket = paths::socket(at);
        quote_spanned!(at=> &'ws #socket<Self>)
    },
};

const HANDSHAKE: Argument = Argument {
    name: "handshake",
    default: |at| {
        let handshake = paths::handshake(at);
        quote_spanned!(at=> &'ws #handshake<Self>)
    },
};

const REQUEST: Argument = Argument {
    name: "request",
    default: |at| {
        let request = paths::raw_request(at);
        quote_spanned!(at=> &'ws mut #request)
    },
};

const DATA: Argument = Argument { name: "data", default: |at| quote_spanned!(at=> &'ws Self::Data) };

const BODY: Argument = Argument {
    name: "body",
    default: |at| {
        let body = paths::body(at);
        quote_spanned!(at=> #body<Self>)
    },
};

const MESSAGE: Argument = Argument { name: "message", default: |at| paths::message(at).to_token_stream() };
const PAYLOAD: Argument = Argument { name: "payload", default: |at| paths::bytes(at).to_token_stream() };
const ERROR: Argument = Argument { name: "error", default: |at| paths::error(at).to_token_stream() };
const CLOSED: Argument = Argument { name: "closed", default: |at| paths::closed(at).to_token_stream() };
