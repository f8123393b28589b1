//! What holds of all errors together.

use super::mistakes::errors;
use crate::tests::harness::expand;

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
