//! Documentation of an item.

use proc_macro2::TokenStream;

/// A part of an item's documentation.
pub(crate) enum DocPart {
    /// One or several lines of `///`.
    Text(String),
    /// An expression that the compiler still has to evaluate, such as `include_str!("chat.md")`.
    Code(TokenStream),
}
