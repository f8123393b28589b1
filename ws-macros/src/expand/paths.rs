//! Every absolute path that the output may use. Nothing else spells one.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::Path;

/// Paths into the runtime, wherever the user has it.
pub(super) struct Paths<'a> {
    root: Option<&'a Path>,
}

/// A path, written out a token at a time: a stream for each would cross into the compiler and back.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    /// The user's path of the runtime, if the name is in there and the user gives one.
    root: Option<&'a Path>,
    segments: &'static [&'static str],
    span: Span,
}

impl<'a> Paths<'a> {
    /// Paths through `crate = …`, or through `::ws_runtime`.
    pub(super) fn new(root: Option<&'a Path>) -> Self {
        Self { root }
    }
}

impl ToTokens for Name<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut segments = self.segments;
        if let Some(root) = self.root {
            root.to_tokens(tokens);
            segments = &segments[1..];
        }
        for segment in segments {
            for spacing in [Spacing::Joint, Spacing::Alone] {
                let mut colon = Punct::new(':', spacing);
                colon.set_span(self.span);
                tokens.append(colon);
            }
            tokens.append(Ident::new(segment, self.span));
        }
    }
}

macro_rules! private {
    ($($function:ident = $name:literal),* $(,)?) => {
        impl<'a> Paths<'a> {
            $(pub(super) fn $function(&self, span: Span) -> Name<'a> {
                Name { root: self.root, segments: &["ws_runtime", "__private", $name], span }
            })*
        }
    };
}

macro_rules! standard {
    ($($(#[$doc:meta])* $function:ident = $($segment:literal)::*),* $(,)?) => {
        $($(#[$doc])* pub(super) fn $function(span: Span) -> Name<'static> {
            Name { root: None, segments: &[$($segment),*], span }
        })*
    };
}

private! {
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

standard! {
    result = "core"::"result"::"Result",
    some = "core"::"option"::"Option"::"Some",
    string = "std"::"string"::"String",
    /// The name of a `&'static str`.
    str = "core"::"primitive"::"str",
    /// The name of `bool`.
    bool = "core"::"primitive"::"bool",
    /// The macro, without its `!`.
    cfg = "core"::"cfg",
    /// The macro, without its `!`.
    concat = "core"::"concat",
}

/// What a struct of captures can do as far as its captures can.
pub(super) fn derives(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)
}
