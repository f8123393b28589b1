//! Skips tokens that cannot be parsed, so that later arguments are still parsed.

use proc_macro2::{Punct, TokenTree};
use syn::{Token, parse::ParseStream};

/// Skips to the next comma between arguments. A comma between `<` and `>` belongs to a type.
pub(super) fn to_comma(input: ParseStream<'_>) {
    let mut depth = 0_usize;
    while !input.is_empty() {
        let next_key = input.peek2(syn::Ident) && input.peek3(Token![=]);
        if input.peek(Token![,]) && (depth == 0 || next_key) {
            return;
        }
        if input.peek(Token![->]) || input.peek(Token![=>]) {
            let _: syn::Result<Punct> = input.parse();
        } else if input.peek(Token![<]) {
            depth += 1;
        } else if input.peek(Token![>]) {
            depth = depth.saturating_sub(1);
        }
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
