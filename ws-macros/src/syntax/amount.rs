//! Sizes, times, counts and places as they are written.

use proc_macro2::Ident;
use syn::{
    LitInt, LitStr,
    parse::{Parse, ParseStream, Result},
};

/// A quantity, not yet understood.
pub(crate) enum Amount {
    Number(LitInt),
    Text(LitStr),
    Off,
}

impl Parse for Amount {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitInt) {
            input.parse().map(Self::Number)
        } else if input.peek(LitStr) {
            input.parse().map(Self::Text)
        } else {
            let word: Ident = input.parse()?;
            // What is expected instead is said by the key.
            if word == "off" { Ok(Self::Off) } else { Err(input.error("")) }
        }
    }
}

/// A place in a message, not yet understood.
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
