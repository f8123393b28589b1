//! Documentation, as the contract's document gets it.

use proc_macro2::TokenStream;

/// A part of an item's documentation.
pub(crate) enum DocPart {
    /// A line, or several, as `///` gives them.
    Text(String),
    /// What the compiler must still read, such as `include_str!("chat.md")`.
    Code(TokenStream),
}
