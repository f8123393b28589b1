//! Documentation of an item.

use proc_macro2::TokenStream;

/// A part of an item's documentation.
pub(crate) enum DocPart {
    /// One or several lines of `///`.
    Text(String),
    /// An expression that the compiler evaluates later, such as `include_str!("chat.md")`.
    Code(TokenStream),
}
