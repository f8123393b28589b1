//! Paths of all items of the runtime and of the standard library in the output. Other files only append their members,
//! as in `Options::UNSET`.
//!
//! An expansion contains one absolute path, that of the runtime. All other names are resolved through it:
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

/// A name that is emitted token by token, because each intermediate stream is a round trip to the compiler.
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

/// Returns the `use` through which all names are resolved: of the path in `crate = …`, or of `::ws_runtime`.
pub(super) fn runtime(root: Option<&Path>, span: Span) -> TokenStream {
    let name = Ident::new(RUNTIME, span);
    let usual = root.is_none().then(|| quote_spanned!(span=> ::ws_runtime));
    quote_spanned!(span=> use #root #usual::__private as #name;)
}

/// Returns a name of the runtime for use outside of the generated scope.
pub(super) fn outside(root: Option<&Path>, name: Name) -> TokenStream {
    let Name { name, span } = name;
    let name = Ident::new(name, span);
    let usual = root.is_none().then(|| quote_spanned!(span=> ::ws_runtime));
    quote_spanned!(span=> #root #usual::__private::#name)
}

/// Returns the two names in the path of the derive that generates the dispatch. Each has a separate span, so that the
/// path has a span from the first to the second.
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
    choose = "choose",
    transform = "transform",
    transformed = "Transformed",
    keeps_request = "KeepsRequest",
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
    serialize = "Serialize",
    serializer = "Serializer",
    serialize_struct = "SerializeStruct",
    /// The type `str`, for `&'static str`.
    str = "str",
    /// The type `bool`.
    bool = "bool",
    /// The macro, without its `!`.
    cfg = "cfg",
    /// The macro, without its `!`.
    concat = "concat",
}

/// The placeholder for a type that a mistake hides.
/// [`ImplScope::with_unknown`](super::impl_scope::ImplScope::with_unknown) declares it.
pub(super) fn unknown(span: Span) -> TokenStream {
    Ident::new("__Unknown", span).into_token_stream()
}

/// Traits that a struct of captures implements if its captures do.
pub(super) fn derives(span: Span) -> [Name; 2] {
    ["Clone", "Debug"].map(|name| Name { name, span })
}
