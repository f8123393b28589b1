//! Renders the user's tokens for messages.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Renders tokens as code, such as `Box<dyn Any + Send>`.
pub(crate) fn code(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

/// Renders a string for a sentence, even if it is empty.
pub(crate) fn text(text: &str) -> String {
    if text.is_empty() { "an empty string".to_owned() } else { format!("`{text}`") }
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut joint = false;
    for token in tokens {
        if !joint && is_apart(text, &token) {
            text.push(' ');
        }
        joint = false;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(mark) => {
                joint = mark.spacing() == Spacing::Joint;
                text.push(mark.as_char());
            }
            word => text.push_str(&word.to_string()),
        }
    }
}

/// Returns true if a space separates the rendered text from the next token.
fn is_apart(text: &str, next: &TokenTree) -> bool {
    let Some(last) = text.chars().next_back() else { return false };
    let ends_word = last.is_alphanumeric() || last == '_' || last == '"';
    let factor = last == '*' && text.ends_with(" *");
    match next {
        TokenTree::Ident(word) if factor => word != "const" && word != "mut",
        TokenTree::Ident(_) | TokenTree::Literal(_) => factor || ends_word || ",;+=>/".contains(last),
        TokenTree::Punct(mark) => match mark.as_char() {
            '*' | '/' if ends_word || last == ')' => true,
            '+' | '=' | '-' => last != ' ',
            '&' | '\'' | '*' | '<' => ",;+=".contains(last) || text.ends_with("->"),
            _ => false,
        },
        TokenTree::Group(_) => ",;+=".contains(last) || text.ends_with("->"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn types_are_shown_as_written() {
        for written in [
            "Say",
            "Box<dyn Any + Send>",
            "chat::Say<'a, u8>",
            "<Chat as Contract>::Body",
            "&'static mut str",
            "(Said, [u8; 4])",
            "impl Fn(&u8, &str) -> &str + 'static",
            "impl Iterator<Item = (u8, &'a str)>",
            "for<'a> fn(&'a u8) -> u8",
            "Row<{ N }>",
            "*const u8",
            "&'a *const u8",
            "64 * 1024",
            "(N + 1) * limits::MAX / 2",
            "3",
        ] {
            let tokens: proc_macro2::TokenStream = written.parse().expect("tokens");
            assert_eq!(super::code(&tokens), written);
        }
    }

    #[test]
    fn empty_string_is_shown_in_words() {
        assert_eq!(super::text("60us"), "`60us`");
        assert_eq!(super::text(""), "an empty string");
    }
}
