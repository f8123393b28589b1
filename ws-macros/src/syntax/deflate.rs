//! Parses `per_message_deflate(key = value, flag, …)`, the only key whose value consists of keys.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Result},
};

use super::{Amount, Slot, skip};
use crate::{
    diagnostics::Diagnostics,
    vocabulary::{self, DEFLATE_KEYS},
};

/// Value of `per_message_deflate`.
pub(crate) enum Deflate {
    Off,
    /// Compression is on, with these settings.
    On(Box<DeflateKeys>),
}

/// A slot for each key in the parentheses.
#[derive(Default)]
pub(crate) struct DeflateKeys {
    pub(crate) threshold: Slot<Amount>,
    pub(crate) level: Slot<Amount>,
    pub(crate) server_max_window_bits: Slot<Amount>,
    pub(crate) client_max_window_bits: Slot<Amount>,
    pub(crate) server_no_context_takeover: Slot<bool>,
    pub(crate) client_no_context_takeover: Slot<bool>,
}

/// Parses keys up to the closing parenthesis. Keys that cannot be parsed are reported and omitted.
pub(super) fn parentheses(input: ParseStream<'_>, errors: &mut Diagnostics) -> Result<DeflateKeys> {
    let content;
    parenthesized!(content in input);
    let mut keys = DeflateKeys::default();
    while !content.is_empty() {
        keys.read_one(&content, errors);
        if !content.is_empty() && !content.peek(Token![,]) {
            errors.at(content.span(), "expected `,` between the keys");
            skip::to_comma(&content);
        }
        let _: Result<Option<Token![,]>> = content.parse();
    }
    Ok(keys)
}

impl DeflateKeys {
    fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Diagnostics) {
        let Ok(key) = input.call(Ident::parse_any) else {
            errors.at(input.span(), "expected a key, as in `threshold = \"1KiB\"`");
            // Any other token must be consumed here, or the loop would not end.
            if !input.peek(Token![,]) {
                let _: Result<TokenTree> = input.parse();
            }
            return skip::to_comma(input);
        };
        match key.unraw().to_string().as_str() {
            "threshold" => self.threshold.read(&key, input, errors),
            "level" => self.level.read(&key, input, errors),
            "server_max_window_bits" => self.server_max_window_bits.read(&key, input, errors),
            "client_max_window_bits" => self.client_max_window_bits.read(&key, input, errors),
            "server_no_context_takeover" => self.server_no_context_takeover.read_flag(&key, input, errors),
            "client_no_context_takeover" => self.client_no_context_takeover.read_flag(&key, input, errors),
            unknown => {
                errors.at(key.span(), unknown_key(unknown));
                skip::to_comma(input);
            }
        }
    }
}

fn unknown_key(word: &str) -> String {
    let names = || DEFLATE_KEYS.iter().map(|(name, _)| *name);
    let help = vocabulary::nearest(word, names()).map_or_else(
        || {
            let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            format!("the keys are {}", all.join(", "))
        },
        |near| format!("did you mean `{near}`?"),
    );
    format!("unknown key `{word}` in `per_message_deflate`\nhelp: {help}")
}
