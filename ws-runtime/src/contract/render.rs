//! Renders the path of a request from the captures of a contract.

use std::{error::Error, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value};

/// All characters that a segment must encode: those outside of `pchar` (RFC 3986 §3.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Captures for which a contract has no path: a mistake of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError(PathErrorKind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathErrorKind {
    /// The captures are not written as a struct of texts.
    NotTexts,
    /// No path has exactly the present captures.
    NoPath,
    /// A path cannot contain the value of a capture.
    Value(&'static str),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PathErrorKind::NotTexts => {
                f.write_str("the captures are not a struct of texts, numbers and booleans")
            }
            PathErrorKind::NoPath => f.write_str("no path of the contract has exactly these captures"),
            PathErrorKind::Value(name) => {
                write!(
                    f,
                    "the capture `{name}` cannot be part of a path: it is empty, or contains `.` or `..` as a segment"
                )
            }
        }
    }
}

impl Error for PathError {}

/// Returns the first path whose captures are exactly those that are present, with their values.
pub(super) fn render<P: Serialize>(paths: &[&'static str], params: &P) -> Result<String, PathError> {
    let not_texts = || PathError(PathErrorKind::NotTexts);
    let given = match serde_json::to_value(params).map_err(|_| not_texts())? {
        // The captures of a path without any.
        Value::Null => Map::new(),
        Value::Object(given) => given,
        _ => return Err(not_texts()),
    };
    let mut texts = Vec::new();
    for (name, value) in given {
        match value {
            Value::Null => {}
            Value::String(text) => texts.push((name, text)),
            Value::Number(_) | Value::Bool(_) => texts.push((name, value.to_string())),
            Value::Array(_) | Value::Object(_) => return Err(not_texts()),
        }
    }
    let fits = |path: &&&'static str| {
        captures(path).count() == texts.len()
            && captures(path).all(|(name, _)| texts.iter().any(|(given, _)| *given == name))
    };
    let path = paths.iter().find(fits).ok_or(PathError(PathErrorKind::NoPath))?;
    let mut rendered = String::new();
    for segment in path.split('/').skip(1) {
        rendered.push('/');
        let Some((name, is_rest)) = capture(segment) else {
            rendered.push_str(segment);
            continue;
        };
        let text = texts.iter().find(|(given, _)| given == name).map_or("", |(_, text)| text);
        let segments: Vec<&str> = if is_rest { text.split('/').collect() } else { vec![text] };
        // A path with such segments is another path after normalisation.
        if text.is_empty() || segments.iter().any(|segment| matches!(*segment, "." | "..")) {
            return Err(PathError(PathErrorKind::Value(name)));
        }
        let encoded: Vec<String> =
            segments.iter().map(|segment| utf8_percent_encode(segment, ENCODED).to_string()).collect();
        rendered.push_str(&encoded.join("/"));
    }
    Ok(rendered)
}

/// Returns the names of the captures of a path, and whether each is the rest of the path.
fn captures(path: &'static str) -> impl Iterator<Item = (&'static str, bool)> {
    path.split('/').filter_map(capture)
}

fn capture(segment: &'static str) -> Option<(&'static str, bool)> {
    let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(inner.strip_prefix('*').map_or((inner, false), |name| (name, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Default)]
    struct Place {
        room: Option<String>,
        seat: Option<u8>,
        rest: Option<String>,
    }

    const PATHS: &[&str] = &["/", "/{room}", "/{room}/{seat}", "/x/{*rest}", "/y/{room}"];

    fn rendered(room: Option<&str>, seat: Option<u8>, rest: Option<&str>) -> Result<String, String> {
        let [room, rest] = [room, rest].map(|text| text.map(str::to_owned));
        render(PATHS, &Place { room, seat, rest }).map_err(|error| error.to_string())
    }

    #[test]
    fn first_path_with_exactly_the_present_captures_is_rendered() {
        for (room, seat, rest, path) in [
            (None, None, None, "/"),
            (Some("tea"), None, None, "/tea"),
            (Some("tea"), Some(7), None, "/tea/7"),
            (None, None, Some("a/b"), "/x/a/b"),
        ] {
            assert_eq!(rendered(room, seat, rest).as_deref(), Ok(path));
        }
        for (room, seat, rest) in
            [(None, Some(7), None), (Some("a"), None, Some("b")), (Some("a"), Some(1), Some("b"))]
        {
            let refused = "no path of the contract has exactly these captures".to_owned();
            assert_eq!(rendered(room, seat, rest), Err(refused), "{room:?} {seat:?} {rest:?}");
        }
    }

    #[test]
    fn values_are_encoded_as_segments() {
        for (text, segment, rest) in [
            ("a b", "a%20b", "a%20b"),
            ("a/b", "a%2Fb", "a/b"),
            ("a?b#c", "a%3Fb%23c", "a%3Fb%23c"),
            ("100%", "100%25", "100%25"),
            ("%61", "%2561", "%2561"),
            ("café", "caf%C3%A9", "caf%C3%A9"),
            ("a:@!$&'()*+,;=-._~", "a:@!$&'()*+,;=-._~", "a:@!$&'()*+,;=-._~"),
            ("{x}", "%7Bx%7D", "%7Bx%7D"),
            ("...", "...", "..."),
        ] {
            assert_eq!(rendered(Some(text), None, None), Ok(format!("/{segment}")), "{text}");
            assert_eq!(rendered(None, None, Some(text)), Ok(format!("/x/{rest}")), "{text}");
        }
    }

    #[test]
    fn values_that_no_path_can_contain_are_refused() {
        for text in ["", ".", ".."] {
            assert!(rendered(Some(text), None, None).is_err(), "{text:?}");
        }
        for rest in ["", ".", "a/..", "../b", "a/./b"] {
            assert!(rendered(None, None, Some(rest)).is_err(), "{rest:?}");
        }
        let refused = |refused: Result<String, PathError>| refused.unwrap_err().to_string();
        let not_texts = "the captures are not a struct of texts, numbers and booleans";
        assert_eq!(refused(render(PATHS, &7)), not_texts);
        assert_eq!(refused(render(PATHS, &[("room", "a")])), not_texts);
        assert_eq!(refused(render(&["/{a}"], &serde_json::json!({"a": [1]}))), not_texts);
        assert_eq!(render(&["/chat"], &super::super::NoParams), Ok("/chat".to_owned()));
    }
}
