//! What the attributes say about mistakes: all of them, each at its word.

mod handlers;
mod keys;
mod paths;
mod places;
mod values;

use proc_macro2::{Span, TokenStream, TokenTree};

use super::expand;

/// The messages of an expansion, each with the word it stands at.
fn errors(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(expand(source), &mut found);
    found
}

/// Finds `::core::compile_error! { "…" }`.
fn collect(tokens: TokenStream, found: &mut Vec<(String, String)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let called = index.checked_sub(2).and_then(|at| tokens.get(at)).map(ToString::to_string);
        if called.as_deref() == Some("compile_error") {
            let message: syn::LitStr = syn::parse2(group.stream()).expect("a message");
            found.push((word(tokens[index - 2].span()), message.value()));
        } else {
            collect(group.stream(), found);
        }
    }
}

fn word(span: Span) -> String {
    span.source_text().unwrap_or_default()
}

/// Checks sources that make one mistake each: where it is reported, and how the message begins.
fn check(table: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (source, place, message) in table {
        match errors(source).as_slice() {
            [(word, text)] if word == place && text.starts_with(message) => {}
            found => wrong.push(format!("{source}\nexpected {message:?} at {place:?}\nfound {found:#?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// One mistake a line: it is reported once, at its word.
macro_rules! mistakes {
    ($name:ident: $($source:literal => $place:literal, $message:literal;)*) => {
        #[test]
        fn $name() {
            super::check(&[$(($source, $place, $message)),*]);
        }
    };
}

use mistakes;

#[test]
fn all_mistakes_of_a_bad_block_are_reported_in_one_build() {
    let errors = errors(
        r#"#[ws_route("chat/:room", body = 3, bdoy = Say, idle_timeout = "soon", protocols = ["a", "a"])]
        impl Chat {
            fn open(&mut self) {}
            fn on_message(&self) {}
            fn message(&self, a: A, b: B, c: impl C) {}
            unsafe fn close(self) -> u8 {}
        }"#,
    );
    let words: Vec<&str> = errors.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(
        words,
        [
            "3",
            "bdoy",
            "\"soon\"",
            "&",
            "on_message",
            "A",
            "impl",
            "unsafe",
            "self",
            "u8",
            "\"chat/:room\"",
            "\"a\""
        ]
    );
}

#[test]
fn messages_begin_small_and_name_the_way_out_last() {
    for source in [r#"#[ws_route("x")] impl Chat {}"#, r#"#[ws_route("/", a = 1)] fn chat() {}"#] {
        for (_, message) in errors(source) {
            assert!(message.starts_with(|letter: char| letter.is_lowercase() || letter == '`'), "{message}");
            assert!(!message.ends_with('.'), "{message}");
        }
    }
}

#[test]
fn beside_an_error_the_route_is_still_there_for_other_code() {
    let written = expand(r#"#[ws_route("/{room}", wrong = 1)] impl Chat { fn before_handle(&self) -> Result<User, Reject> {} }"#).to_string();
    for part in [
        "struct Params",
        "Contract for Chat",
        "Endpoint for Chat",
        "Route for Chat",
        "< Result < User , Reject > as",
    ] {
        assert!(written.contains(part), "{part} is missing in {written}");
    }
}
