//! Parses JSON text into a [`Value`], more strictly than `serde_json`.
//!
//! A repeated key of an object is rejected: parsers differ in which of the two values they use, so a proxy could check
//! one and this server use the other. Numbers are converted for validators: an integer written as a float (`1.0`,
//! `1e2`, `-0`) becomes an integer, because in JSON Schema both are the same number. The types themselves are read from
//! the text.

use std::fmt;

use serde_json::{Map, Value};

use super::lexer::{Lexer, NotJson, ValueKind};

/// The error for a text that is not JSON or repeats a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// The text is malformed or too deeply nested at this line and column.
    Syntax(usize, usize),
    /// An object contains a key twice.
    RepeatedKey,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(line, column) => {
                write!(f, "is not JSON that can be read (line {line}, column {column})")
            }
            Self::RepeatedKey => f.write_str("has a key twice in one object"),
        }
    }
}

/// Parses a JSON text. Like `serde_json`, it rejects a nesting depth of 128 or more.
pub(crate) fn parse(text: &str) -> Result<Value, Malformed> {
    let mut lexer = Lexer::new(text);
    let parsed = value(&mut lexer).and_then(|value| {
        lexer.end()?;
        Ok(value)
    });
    parsed.map_err(|stop| match stop {
        ParseStop::NotJson => {
            let (line, column) = lexer.position();
            Malformed::Syntax(line, column)
        }
        ParseStop::RepeatedKey => Malformed::RepeatedKey,
    })
}

enum ParseStop {
    NotJson,
    RepeatedKey,
}

impl From<NotJson> for ParseStop {
    fn from(_: NotJson) -> Self {
        Self::NotJson
    }
}

/// Reads one value. The maximum depth of the lexer bounds the recursion.
fn value(lexer: &mut Lexer<'_>) -> Result<Value, ParseStop> {
    Ok(match lexer.peek()? {
        ValueKind::Null => {
            lexer.null()?;
            Value::Null
        }
        ValueKind::Bool => Value::Bool(lexer.bool()?),
        ValueKind::Number => Value::Number(lexer.number()?.value()),
        ValueKind::String => Value::String(lexer.string()?.into_owned()),
        ValueKind::Array => {
            lexer.open()?;
            let mut array = Vec::new();
            while lexer.item(array.is_empty())? {
                array.push(value(lexer)?);
            }
            Value::Array(array)
        }
        ValueKind::Object => {
            lexer.open()?;
            let mut object = Map::new();
            while let Some(key) = lexer.key(object.is_empty())? {
                if object.insert(key.into_owned(), value(lexer)?).is_some() {
                    return Err(ParseStop::RepeatedKey);
                }
            }
            Value::Object(object)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn repeated_key_is_rejected_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"c":2,"a":3}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert_eq!(parse(text), Err(Malformed::RepeatedKey), "{text}");
        }
        assert_eq!(parse(r#"{"a":{"a":1},"b":{"a":1}}"#), Ok(json!({"a": {"a": 1}, "b": {"a": 1}})));
    }

    #[test]
    fn text_must_be_exactly_one_json_value() {
        let deep = "[".repeat(128) + &"]".repeat(128);
        for text in [
            "",
            " ",
            "{",
            "nul",
            "1 2",
            "{}x",
            "01",
            "+1",
            "NaN",
            "'a'",
            "\"\u{1}\"",
            "[1,]",
            "[,1]",
            "{,}",
            "{\"a\"}",
            "{\"a\":1,}",
            "{1:2}",
            "[1 2]",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "tru",
            "[}",
            "\u{feff}1",
            "\u{a0}1",
            &deep,
        ] {
            assert!(matches!(parse(text), Err(Malformed::Syntax(..))), "{text}");
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
        assert_eq!(parse("[\n1,\n x]"), Err(Malformed::Syntax(3, 2)));
        assert_eq!(parse("[1,2"), Err(Malformed::Syntax(1, 5)));
    }

    /// Compares the result with that of `serde_json`, for texts without repeated keys and special numbers.
    #[test]
    fn json_text_is_parsed_as_by_serde_json() {
        let deep = "[".repeat(127) + &"]".repeat(127);
        let texts = [
            " null\t",
            "\r\ntrue ",
            "false",
            "0",
            "-7",
            "1.5",
            "[]",
            "[ ]",
            "{ }",
            "[[],[1 , 2],{}]",
            r#" { "a" : [ 1 , { "b" : null } ] , "" : "x" } "#,
            r#""\"\\\/\b\f\n\r\t\u00e9\ud834\udd1e é𝄞""#,
            "\"\u{7f}\"",
            &deep,
        ];
        for text in texts {
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text), Ok(plain), "{text}");
            // Each prefix and suffix must be accepted if and only if `serde_json` accepts it.
            for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
                for cut in [&text[..end], &text[end..]] {
                    let plain: Option<Value> = serde_json::from_str(cut).ok();
                    assert_eq!(parse(cut).ok(), plain, "{cut}");
                }
            }
        }
    }
}
