//! Collects the errors of an expansion and checks them against a table.

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::tests::harness::expand;

/// Returns the messages of an expansion, each with the source text at its span.
pub(super) fn errors(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(expand(source), &mut found);
    found
}

/// Finds the text of `::core::compile_error! { "…" }`.
fn collect(tokens: TokenStream, found: &mut Vec<(String, String)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let called = index.checked_sub(2).and_then(|at| tokens.get(at)).map(ToString::to_string);
        if called.as_deref() == Some("compile_error") {
            let message: syn::LitStr = syn::parse2(group.stream()).expect("a message");
            found.push((source_text(tokens[index - 2].span()), message.value()));
        } else {
            collect(group.stream(), found);
        }
    }
}

fn source_text(span: Span) -> String {
    span.source_text().unwrap_or_default()
}

/// Asserts that each source causes one message, at the given span and with the given beginning.
pub(super) fn check(table: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (source, place, message) in table {
        match errors(source).as_slice() {
            [(word, text)] if word == place && text.starts_with(message) && is_in_style(text) => {}
            found => wrong.push(format!("{source}\nexpected {message:?} at {place:?}\nfound {found:#?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Returns true if the message is in lower case, has no full stop, and is followed by at most one help.
fn is_in_style(message: &str) -> bool {
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    let begins = first.starts_with(|letter: char| letter.is_lowercase() || letter == '`');
    let help = lines.next().is_none_or(|line| line.strip_prefix("help: ").is_some_and(|way| !way.is_empty()));
    begins && help && lines.next().is_none() && !message.ends_with('.') && !message.contains("``")
}

/// Declares a test whose sources have one mistake each.
macro_rules! mistakes {
    ($name:ident: $($source:literal => $place:literal, $message:literal;)*) => {
        #[test]
        fn $name() {
            $crate::tests::errors::mistakes::check(&[$(($source, $place, $message)),*]);
        }
    };
}

pub(super) use mistakes;
