//! Every item of the runtime's and of the standard library's that the output may name; nothing else spells one. Their members
//! (`Options::UNSET`, `Origins::Any`) are spelled where they are written.
//!
//! One absolute path stands in an expansion, the runtime's; all other names are looked up in there:
//!
//! ```text
//! use ::ws_runtime::__private as __ws;
//! impl __ws::Contract for Chat { … }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Path, Token};

/// What the runtime is called in an expansion.
const RUNTIME: &str = "__ws";

/// A name, written a token at a time: a stream for each would cross into the compiler and back.
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

/// The `use` that all names need: through `crate = …`, or through `::ws_runtime`.
pub(super) fn runtime(root: Option<&Path>, span: Span) -> TokenStream {
    let name = Ident::new(RUNTIME, span);
    let usual = root.is_none().then(|| quote_spanned!(span=> ::ws_runtime));
    quote_spanned!(span=> use #root #usual::__private as #name;)
}

/// A name of the runtime's outside of the scope of the generated items.
pub(super) fn outside(root: Option<&Path>, name: Name) -> TokenStream {
    let Name { name, span } = name;
    let name = Ident::new(name, span);
    let usual = root.is_none().then(|| quote_spanned!(span=> ::ws_runtime));
    quote_spanned!(span=> #root #usual::__private::#name)
}

/// The derive that writes the dispatch to the variants' handlers, its two names at two places: that of the derive is all between.
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
    string = "String",
    /// The name of a `&'static str`.
    str = "str",
    /// The name of `bool`.
    bool = "bool",
    /// The macro, without its `!`.
    cfg = "cfg",
    /// The macro, without its `!`.
    concat = "concat",
}

/// The type that stands for one that a mistake hides; [`Shell::with_unknown`](super::shell::Shell::with_unknown) declares it.
pub(super) fn unknown(span: Span) -> TokenStream {
    Ident::new("__Unknown", span).into_token_stream()
}

/// What a struct of captures can do as far as its captures can.
pub(super) fn derives(span: Span) -> [Name; 2] {
    ["Clone", "Debug"].map(|name| Name { name, span })
}
