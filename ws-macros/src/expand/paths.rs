//! Paths of all items of the runtime and of the standard library in the output. Only their members (`Options::UNSET`,
//! `Origins::Any`) are spelled elsewhere.
//!
//! An expansion has one absolute path, to the runtime; all other names are resolved through it:
//!
//! ```text
//! use ::ws_runtime::__private as __ws;
//! impl __ws::Contract for Chat { … }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Path, Token};

/// Name of the runtime in an expansion.
const RUNTIME: &str = "__ws";

/// A name, emitted token by token, because each intermediate stream is a round trip to the compiler.
#[derive(Clone, Copy)]
pub(super) struct Name {
    name: &'static str,
    span: Span,
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        Ident::new(RUNTIME, self.span).to_tokens(tokens);
        Token![::](self.span).to_tokens(tokens);
        Ident::new(self.name, self.span).to_tokens(tokens);
    }
}

/// The `use` for all names: of `crate = …`, or of `::ws_runtime`.
pub(super) fn runtime(root: Option<&Path>, span: Span) -> TokenStream {
    let name = Ident::new(RUNTIME, span);
    let usual = root.is_none().then(|| quote_spanned!(span=> ::ws_runtime));
    quote_spanned!(span=> use #root #usual::__private as #name;)
}

/// A name of the runtime outside of the scope of the generated items.
pub(super) fn outside(root: Option<&Path>, name: Name) -> TokenStream {
    let Name { name, span } = name;
    let name = Ident::new(name, span);
    let usual = root.is_none().then(|| quote_spanned!(span=> ::ws_runtime));
    quote_spanned!(span=> #root #usual::__private::#name)
}

/// The derive that generates the dispatch to handlers of variants. Its two names have two spans, and its own span covers the range.
pub(super) fn variants(from: Span, to: Span) -> (Ident, Ident) {
    (Ident::new(RUNTIME, from), Ident::new("see_ws_fields_and_ws_variant", to))
}

macro_rules! names {
    ($($(#[$doc:meta])* $function:ident = $name:literal),* $(,)?) => {
        $($(#[$doc])* pub(super) fn $function(span: Span) -> Name {
            Name { name: $name, span }
        })*
    };
}

names! {
    contract = "Contract",
    endpoint = "Endpoint",
    route = "Route",
    plain = "Plain",
    admit_trait = "Admit",
    part = "Part",
    captures = "Captures",
    invalid = "Invalid",
    handlers = "Handlers",
    options = "Options",
    deflate = "Deflate",
    on_invalid = "OnInvalid",
    origins = "Origins",
    outcome = "Outcome",
    response = "Response",
    body = "Body",
    socket = "Socket",
    handshake = "Handshake",
    raw_request = "RawRequest",
    reject = "Reject",
    message = "Message",
    no_params = "NoParams",
    no_query = "NoQuery",
    no_header = "NoHeader",
    no_cookie = "NoCookie",
    no_data = "NoData",
    bytes = "Bytes",
    error = "Error",
    closed = "Closed",
    header_map = "HeaderMap",
    duration = "Duration",
    shared = "Shared",
    decode = "Decode",
    encode = "Encode",
    admit = "admit",
    pass = "pass",
    extend = "extend",
    reply = "reply",
    content = "content",
    open_content = "open_content",
    fixed = "fixed",
    unread = "unread",
    own_route = "own_route",
    result = "Result",
    some = "Some",
    none = "None",
    option = "Option",
    sampler = "Sampler",
    sampled = "Sampled",
    sampling = "Sampling",
    unsampled = "Unsampled",
    string = "String",
    /// The type in `&'static str`.
    str = "str",
    /// The type `bool`.
    bool = "bool",
    /// The macro, without its `!`.
    cfg = "cfg",
    /// The macro, without its `!`.
    concat = "concat",
}

/// The type that replaces one hidden by a mistake; declared by [`ImplScope::with_unknown`](super::impl_scope::ImplScope::with_unknown).
pub(super) fn unknown(span: Span) -> TokenStream {
    Ident::new("__Unknown", span).into_token_stream()
}

/// Traits that a struct of captures implements if its captures do.
pub(super) fn derives(span: Span) -> [Name; 2] {
    ["Clone", "Debug"].map(|name| Name { name, span })
}
