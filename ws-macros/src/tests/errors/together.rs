//! Several mistakes in one source.

use super::mistakes::errors;
use crate::tests::harness::expand;

#[test]
fn all_mistakes_of_a_block_are_reported_together() {
    let errors = errors(
        r#"#[ws_route("chat/:room", body = 3, bdoy = Say, idle_timeout = "soon", protocols = ["a", "a"])]
        impl Chat {
            fn open(&mut self) {}
            fn on_drain(&self) {}
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
            "on_drain",
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
fn all_mistakes_are_reported_on_any_item() {
    for (source, expected) in [
        (
            r#"#[ws_route("chat", body = 3, query = &str)] impl<'a> Chat<'a> { fn open(&mut self) {} fn on_message(&self) {} }"#,
            &["3", "'", "&", "on_message", r#""chat""#, "&"] as &[&str],
        ),
        (
            r#"#[ws_route("/", body = 3)] impl<'a, T> Chat<'a, T> { fn open(&self, ws: &Socket<Self>) {} fn on_message(&self) {} }"#,
            &["3", "'", "on_message"],
        ),
        (
            r#"#[ws_route("chat", query = &str, idle_timeout = "")] trait Chat {}"#,
            &[r#""""#, "trait", r#""chat""#, "&"],
        ),
        (
            r#"#[ws_route("chat", query = &str)] #[ws_route("/b")] impl Chat { fn open(self) {} }"#,
            &["ws_route", r#""chat""#, "&"],
        ),
        (
            r#"#[ws_route("chat", tags = ["a", "a"])] struct Chat<'a>(&'a u8);"#,
            &["struct", "'", r#""chat""#, r#""a""#],
        ),
        (
            r#"#[ws_contract("chat", query = &str, protocols = [], idle_timeout = 3)] enum Api {}"#,
            &["idle_timeout", "enum", r#""chat""#, "&", "[]"],
        ),
    ] {
        let errors = errors(source);
        let words: Vec<&str> = errors.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, expected, "{source}\n{errors:#?}");
    }
}

#[test]
fn data_type_is_read_from_a_wrong_return_type() {
    for (returned, data) in [
        ("Option<User>", "type Data = User ;"),
        ("bool", "type Data = bool ;"),
        ("Option<&str>", "type Data = & 'static str ;"),
    ] {
        let source = format!("#[ws_route(\"/\")] impl Chat {{ fn before_handle(&self) -> {returned} {{}} }}");
        let written = expand(&source).to_string();
        assert!(written.contains(data), "{written}");
    }
}

#[test]
fn route_is_implemented_despite_errors() {
    let written = expand(r#"#[ws_route("/{room}", idle_timeout = "soon")] impl Chat { fn before_handle(&self) -> Result<User, Reject> {} }"#).to_string();
    for part in [
        "struct Params",
        "Contract for Chat",
        "Endpoint for Chat",
        "Route for Chat",
        "< Result < User , Reject > as",
    ] {
        assert!(written.contains(part), "{part} is missing in {written}");
    }
    assert!(!written.contains("before_handle < 'a >"), "no handler is called beside a mistake: {written}");
}
