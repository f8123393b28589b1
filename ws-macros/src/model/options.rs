//! Server options that an attribute sets.

use proc_macro2::{Span, TokenStream};
use syn::LitStr;

/// Options that are set.
pub(crate) struct Options {
    pub(crate) settings: Vec<Setting>,
    pub(crate) require_protocol: bool,
    pub(crate) origins: Option<Origins>,
}

/// One option.
pub(crate) struct Setting {
    /// Name of the field in the runtime's `Options`.
    pub(crate) name: &'static str,
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// Value of an option.
pub(crate) enum Value {
    /// Turned off.
    Off,
    /// A number of bytes, frames or messages.
    Count(u32),
    Milliseconds(u64),
    /// A constant expression of type `Duration` for a time, `usize` for a size, or `u32` for a count.
    Constant(TokenStream),
    Flag(bool),
    Text(LitStr),
    OnInvalid(OnInvalid),
    /// Settings of the runtime's `Deflate` that differ from the defaults.
    Deflate(Vec<Setting>),
}

/// Response to an invalid message.
#[derive(Clone, Copy)]
pub(crate) enum OnInvalid {
    Reply,
    Ignore,
    Close,
}

/// Origins that may connect in addition to the server's own host.
pub(crate) enum Origins {
    Any,
    List(Vec<LitStr>),
}
