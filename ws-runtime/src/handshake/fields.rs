//! Reading header fields by the grammar of RFC 9110 §5, and knowing which of them are the server's own.
//!
//! It knows nothing of what a field means.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
};

/// The elements of a list-valued field, in order: repeated lines are one list (RFC 9110 §5.3), and the space around an
/// element is not part of it (§5.6.1). Empty elements are ignored (§5.6.1.2).
pub(super) fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(name).into_iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii))
        .filter(|element| !element.is_empty())
}

/// Whether a list-valued field has this token, in any case.
pub(super) fn lists(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    elements(headers, name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// A field that may stand once only, as it was found.
pub(super) enum Single<'a> {
    Missing,
    One(&'a HeaderValue),
    /// It stands on several lines, or its one line holds a list.
    Several,
}

/// Reads a field that may stand once only. None of the fields that this is asked of may hold a comma, so one is a list: a
/// proxy may join two lines into one (RFC 9110 §5.2).
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Single<'a> {
    let mut lines = headers.get_all(name).into_iter();
    match (lines.next(), lines.next()) {
        (None, _) => Single::Missing,
        (Some(line), None) if !line.as_bytes().contains(&b',') => Single::One(line),
        _ => Single::Several,
    }
}

/// Whether these bytes are a token (RFC 9110 §5.6.2): visible ASCII without delimiters, and not empty.
pub(super) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Whether the server alone may set this field of a response: those of one hop (RFC 9110 §7.6.1), those that say where the
/// body ends (RFC 9112 §6), and those of the opening handshake (RFC 6455 §11.3).
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
    fn repeated_lines_are_one_list() {
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
    fn single_value_field_rejects_repetition_and_lists() {
        assert!(matches!(single(&fields(&[]), &CONNECTION), Single::Missing));
        assert!(matches!(single(&fields(&["a"]), &CONNECTION), Single::One(value) if value == "a"));
        assert!(matches!(single(&fields(&["a, a"]), &CONNECTION), Single::Several));
        assert!(matches!(single(&fields(&["a", "a"]), &CONNECTION), Single::Several));
    }

    #[test]
    fn tokens_contain_no_delimiters() {
        for token in ["a", "v2.chat", "!#$%&'*+-.^_`|~09azAZ", "constructor", "__proto__"] {
            assert!(is_token(token.as_bytes()), "{token}");
        }
        for other in ["", " ", "a b", "a,b", "a/b", "(a)", "\"a\"", "a=b", "a;b", "ü", "a\x7f", "a\0"] {
            assert!(!is_token(other.as_bytes()), "{other:?}");
        }
    }
}
