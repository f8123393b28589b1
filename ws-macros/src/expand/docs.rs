//! Documentation as one string constant.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

use super::paths;
use crate::model::DocPart;

/// Returns the documentation without the space after each `///`; `None` if there is none.
pub(super) fn text(parts: &[DocPart], span: Span) -> Option<TokenStream> {
    let mut pieces = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match part {
            DocPart::Text(text) => lines.extend(text.split('\n').map(trim)),
            DocPart::Code(code) => {
                if !pieces.is_empty() || !lines.is_empty() {
                    lines.push(String::new());
                }
                pieces.extend(literal(&mut lines, span));
                pieces.push(code.clone());
                lines.push(String::new());
            }
        }
    }
    if pieces.is_empty() {
        let text = lines.join("\n").trim().to_owned();
        return (!text.is_empty()).then(|| LitStr::new(&text, span).into_token_stream());
    }
    if lines.len() > 1 {
        pieces.extend(literal(&mut lines, span));
    }
    let concat = paths::concat(span);
    Some(quote_spanned!(span=> #concat!(#(#pieces),*)))
}

fn literal(lines: &mut Vec<String>, span: Span) -> Option<TokenStream> {
    let text = std::mem::take(lines).join("\n");
    (!text.is_empty()).then(|| LitStr::new(&text, span).into_token_stream())
}

fn trim(line: &str) -> String {
    line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
}
