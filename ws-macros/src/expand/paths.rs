//! Every absolute path that the output may use. Nothing else spells one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// Paths into the runtime, wherever the user has it.
pub(super) struct Paths {
    root: Option<Path>,
}

impl Paths {
    /// Paths through `crate = …`, or through `::ws_runtime`.
    pub(super) fn new(root: Option<&Path>) -> Self {
        Self { root: root.cloned() }
    }

    fn private(&self, span: Span, name: &str) -> TokenStream {
        let name = Ident::new(name, span);
        let usual = || quote_spanned!(span=> ::ws_runtime);
        let root = self.root.as_ref().map_or_else(usual, ToTokens::to_token_stream);
        quote_spanned!(span=> #root::__private::#name)
    }
}

macro_rules! private {
    ($($function:ident = $name:literal),* $(,)?) => {
        impl Paths {
            $(pub(super) fn $function(&self, span: Span) -> TokenStream {
                self.private(span, $name)
            })*
        }
    };
}

private! {
    contract = "Contract",
    endpoint = "Endpoint",
    route = "Route",
    admit_trait = "Admit",
    part = "Part",
    captures = "Captures",
    invalid = "Invalid",
    handlers = "Handlers",
    options = "Options",
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
}

/// `::core::result::Result`.
pub(super) fn result(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::result::Result)
}

/// `::core::option::Option::Some`.
pub(super) fn some(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::option::Option::Some)
}

/// `::std::string::String`.
pub(super) fn string(span: Span) -> TokenStream {
    quote_spanned!(span=> ::std::string::String)
}

/// The name of a `&'static str`.
pub(super) fn str(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::primitive::str)
}

/// The name of `bool`.
pub(super) fn bool(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::primitive::bool)
}

/// `::core::cfg!`.
pub(super) fn cfg(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::cfg!)
}

/// `::core::concat!`.
pub(super) fn concat(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::concat!)
}

/// What a struct of captures can do as far as its captures can.
pub(super) fn derives(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)
}
