//! Sizes, times, counts and JSON pointers as the user wrote them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    LitInt, LitStr, Token,
    parse::{Parse, ParseStream, Result},
};

/// A quantity as it was written.
pub(crate) enum Amount {
    Number(LitInt),
    Text(LitStr),
    Off,
    /// `const limits::IDLE`, without the keyword. The compiler evaluates the constant.
    Constant(TokenStream),
}

impl Parse for Amount {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(Token![const]) {
            let _: Token![const] = input.parse()?;
            constant(input).map(Self::Constant)
        } else if input.peek(LitInt) {
            input.parse().map(Self::Number)
        } else if input.peek(LitStr) {
            input.parse().map(Self::Text)
        } else {
            let word: Ident = input.parse()?;
            // The caller replaces this error by a message about the key.
            if word == "off" { Ok(Self::Off) } else { Err(input.error("")) }
        }
    }
}

/// Parses all tokens up to the next comma that is not between `<` and `>`.
fn constant(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut depth = 0_usize;
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        if input.peek(Token![<]) {
            depth += 1;
        } else if input.peek(Token![>]) {
            depth = depth.saturating_sub(1);
        }
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    // The caller replaces this error by a message about the key.
    if tokens.is_empty() { Err(input.error("")) } else { Ok(tokens) }
}

/// A JSON pointer as it was written.
pub(crate) enum Pointer {
    Text(LitStr),
    Off,
}

impl Parse for Pointer {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Text);
        }
        let word: Ident = input.parse()?;
        if word == "off" { Ok(Self::Off) } else { Err(input.error("")) }
    }
}
