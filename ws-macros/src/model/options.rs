//! What the attribute sets for the server.

use proc_macro2::{Span, TokenStream};
use syn::LitStr;

/// The options that were given.
pub(crate) struct Options {
    pub(crate) settings: Vec<Setting>,
    pub(crate) require_protocol: bool,
    pub(crate) origins: Option<Origins>,
}

/// One option.
pub(crate) struct Setting {
    /// The field of the runtime's `Options`.
    pub(crate) name: &'static str,
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What an option is set to; zero turns a limit off.
pub(crate) enum Value {
    /// Bytes, frames, messages.
    Count(u32),
    Milliseconds(u64),
    /// What the compiler works out: a `Duration` for a time, a `usize` for a size, a `u32` for a count.
    Constant(TokenStream),
    Flag(bool),
    Text(LitStr),
    OnInvalid(OnInvalid),
    /// What the runtime's `Deflate` is told beside its defaults; `None` is `off`.
    Deflate(Option<Vec<Setting>>),
}

/// What an invalid message gets.
#[derive(Clone, Copy)]
pub(crate) enum OnInvalid {
    Reply,
    Ignore,
    Close,
}

/// Which pages may connect beside those of the same host.
pub(crate) enum Origins {
    Any,
    List(Vec<LitStr>),
}
