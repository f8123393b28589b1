//! Parses header fields (RFC 9110 §5), and lists the fields that only the server may set.
//!
//! This module does not interpret the values.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};

/// Returns the elements of a list field, in order. Repeated lines form one list (RFC 9110 §5.3), whitespace around an
/// element is not part of it (§5.6.1), and empty elements are ignored (§5.6.1.2).
pub(super) fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(name).into_iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii))
        .filter(|element| !element.is_empty())
}

/// Returns true if a list field contains `token`, ignoring case.
pub(super) fn lists(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    elements(headers, name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// The result of reading a single-value field.
pub(super) enum Single<'a> {
    Missing,
    One(&'a HeaderValue),
    /// The field has several lines, or its line contains a list.
    Several,
}

/// Reads a single-value field. The values of the fields read here contain no comma, so a comma means that a proxy has
/// joined two lines (RFC 9110 §5.2).
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Single<'a> {
    let mut lines = headers.get_all(name).into_iter();
    match (lines.next(), lines.next()) {
        (None, _) => Single::Missing,
        (Some(line), None) if !line.as_bytes().contains(&b',') => Single::One(line),
        _ => Single::Several,
    }
}

/// Returns true if the bytes are a token (RFC 9110 §5.6.2): visible ASCII without delimiters, not empty.
pub(super) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Returns true if only the server may set this response field: hop-by-hop fields (RFC 9110 §7.6.1), fields that
/// delimit the body (RFC 9112 §6), and fields of the handshake (RFC 6455 §11.3).
pub(super) fn is_ours(name: &HeaderName) -> bool {
    [CONNECTION, UPGRADE, TE, TRAILER, TRANSFER_ENCODING, CONTENT_LENGTH].contains(name)
        || matches!(name.as_str(), "keep-alive" | "proxy-connection")
        || name.as_str().starts_with("sec-websocket-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (CONNECTION, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn tokens_are_found_in_all_lines_of_a_list() {
        for (lines, listed) in [
            (&["Upgrade"][..], true),
            (&["keep-alive, Upgrade"], true),
            (&["keep-alive", "uPGRADE"], true),
            (&["keep-alive\t,\tupgrade ,"], true),
            (&[",,upgrade"], true),
            (&[], false),
            (&[""], false),
            (&["keep-alive"], false),
            (&["upgraded"], false),
            (&["up grade"], false),
            (&["\"upgrade\""], false),
            (&["upgrade;q=1"], false),
        ] {
            assert_eq!(lists(&fields(lines), &CONNECTION, "upgrade"), listed, "{lines:?}");
        }
    }

    #[test]
    fn repeated_line_or_list_is_not_a_single_value() {
        assert!(matches!(single(&fields(&[]), &CONNECTION), Single::Missing));
        assert!(matches!(single(&fields(&["a"]), &CONNECTION), Single::One(value) if value == "a"));
        assert!(matches!(single(&fields(&["a, a"]), &CONNECTION), Single::Several));
        assert!(matches!(single(&fields(&["a", "a"]), &CONNECTION), Single::Several));
    }

    #[test]
    fn token_contains_only_visible_ascii_without_delimiters() {
        for token in ["a", "v2.chat", "!#$%&'*+-.^_`|~09azAZ", "constructor", "__proto__"] {
            assert!(is_token(token.as_bytes()), "{token}");
        }
        for other in ["", " ", "a b", "a,b", "a/b", "(a)", "\"a\"", "a=b", "a;b", "ü", "a\x7f", "a\0"] {
            assert!(!is_token(other.as_bytes()), "{other:?}");
        }
    }
}
