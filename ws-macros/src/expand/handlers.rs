//! One generated method for each handler, and one call in it.
//!
//! ```text
//! async fn open<'a>(&'a self, ws: &'a Socket<Self>) -> Outcome<'a, Response<Self>> {
//!     let out = <Chat>::open(self, ws).await;
//!     reply::<Self, _, _>(out)
//! }
//! fn close<'a>(&'a self, ws: &'a Socket<Self>, closed: Closed) {
//!     <Chat>::close(self, ws, closed)
//! }
//! ```
//!
//! Where a handler is not asynchronous neither is its method, which is then one of `Plain`, not of `Route`: a future costs the
//! compiler more than all else in it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{
    method::{self, Argument},
    paths::{self, Name},
    presence,
    shell::Shell,
};
use crate::{model::Handler, span, vocabulary::Kind};

/// The method that calls a handler.
pub(super) fn method(handler: &Handler, shell: &Shell<'_>) -> TokenStream {
    let at = span::at(handler.name.span());
    let paths = &shell.paths;
    match handler.kind {
        Kind::Parse | Kind::Transform => {
            let (result, reject) = (paths::result(at), paths.reject(at));
            let returns = quote_spanned!(at=> #result<(), #reject>);
            judged(
                handler,
                at,
                &request(shell, at),
                None,
                &returns,
                &paths.pass(method::returned(handler)),
                shell,
            )
        }
        Kind::BeforeHandle => before_handle(handler, shell),
        Kind::Upgrade => {
            let (result, headers, reject) = (paths::result(at), paths.header_map(at), paths.reject(at));
            let data = Argument::new("data", move || quote_spanned!(at=> &'a Self::Data));
            let returns = quote_spanned!(at=> #result<#headers, #reject>);
            judged(
                handler,
                at,
                &handshake(shell, at),
                Some(&data),
                &returns,
                &paths.extend(method::returned(handler)),
                shell,
            )
        }
        Kind::Open => replying(handler, None, shell),
        Kind::Message => replying(handler, Some(&body(shell, at)), shell),
        Kind::Error => replying(handler, Some(&payload("error", paths.error(at))), shell),
        Kind::TransformMessage => plain(handler, Some(&payload("message", paths.message(at))), shell),
        Kind::Drain => plain(handler, None, shell),
        Kind::Ping | Kind::Pong => plain(handler, Some(&payload("payload", paths.bytes(at))), shell),
        Kind::Close => plain(handler, Some(&payload("closed", paths.closed(at))), shell),
    }
}

/// All of it is shown at the return type: a type that does not fit is one error there, with that of `Data`.
fn before_handle(handler: &Handler, shell: &Shell<'_>) -> TokenStream {
    let at = method::returned(handler);
    let (result, reject) = (paths::result(at), shell.paths.reject(at));
    let returns = quote_spanned!(at=> #result<Self::Data, #reject>);
    judged(handler, at, &handshake(shell, at), None, &returns, &shell.paths.admit(at), shell)
}

/// A handler whose return value a function of the runtime judges.
fn judged(
    handler: &Handler,
    at: Span,
    first: &Argument<'_>,
    second: Option<&Argument<'_>>,
    returns: &dyn ToTokens,
    judge: &dyn ToTokens,
    shell: &Shell<'_>,
) -> TokenStream {
    let head = method::head(handler.kind, handler.is_plain(), at);
    let (out, attribute) = (method::out(handler), presence::attribute(handler, at));
    let arguments = method::arguments(handler, first, second);
    let (taken, call) = (&arguments.taken, method::call(handler, &arguments.given, shell));
    quote_spanned! {at=>
        #attribute
        #head<'a>(#taken) -> #returns {
            let #out = #call;
            #judge(#out)
        }
    }
}

fn replying(handler: &Handler, second: Option<&Argument<'_>>, shell: &Shell<'_>) -> TokenStream {
    let at = span::at(handler.name.span());
    let judge = judge(shell, method::returned(handler));
    judged(handler, at, &socket(shell, at), second, &outcome(shell, at), &judge, shell)
}

/// A handler whose return type the macro knows already, or the trait holds against the user's.
fn plain(handler: &Handler, second: Option<&Argument<'_>>, shell: &Shell<'_>) -> TokenStream {
    let at = span::at(handler.name.span());
    let head = method::head(handler.kind, handler.is_plain(), at);
    let attribute = presence::attribute(handler, at);
    let arguments = method::arguments(handler, &socket(shell, at), second);
    let (taken, call) = (&arguments.taken, method::call(handler, &arguments.given, shell));
    let returns = handler.output.as_ref().map(|output| quote!(-> #output));
    quote_spanned!(at=> #attribute #head<'a>(#taken) #returns { #call })
}

/// What `open`, `message` and `error` come down to.
pub(super) fn outcome(shell: &Shell<'_>, at: Span) -> TokenStream {
    let (outcome, response) = (shell.paths.outcome(at), shell.paths.response(at));
    quote_spanned!(at=> #outcome<'a, #response<Self>>)
}

/// With `Self` given, the response is fixed, and a wrong value is an error about the value.
pub(super) fn judge(shell: &Shell<'_>, at: Span) -> TokenStream {
    let reply = shell.paths.reply(at);
    quote_spanned!(at=> #reply::<Self, _, _>)
}

pub(super) fn socket<'a>(shell: &Shell<'a>, at: Span) -> Argument<'a> {
    let socket = shell.paths.socket(at);
    Argument::new("ws", move || quote_spanned!(at=> &'a #socket<Self>))
}

fn handshake<'a>(shell: &Shell<'a>, at: Span) -> Argument<'a> {
    let handshake = shell.paths.handshake(at);
    Argument::new("handshake", move || quote_spanned!(at=> &'a #handshake<Self>))
}

fn request<'a>(shell: &Shell<'a>, at: Span) -> Argument<'a> {
    let request = shell.paths.raw_request(at);
    Argument::new("request", move || quote_spanned!(at=> &'a mut #request))
}

fn body<'a>(shell: &Shell<'a>, at: Span) -> Argument<'a> {
    let body = shell.paths.body(at);
    Argument::new("body", move || quote_spanned!(at=> #body<Self>))
}

fn payload<'a>(name: &'static str, kind: Name<'a>) -> Argument<'a> {
    Argument::new(name, move || kind.to_token_stream())
}
