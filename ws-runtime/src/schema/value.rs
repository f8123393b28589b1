//! JSON text to [`Value`], more strictly than `serde_json` does by itself.
//!
//! A key that stands twice in one object is refused: readers differ in which of the two they take, so a proxy could check
//! the one and we act on the other. A number that is written as a float but is an integer becomes one (`1.0`, `1e2`, `-0`):
//! to JSON Schema they are the same number, to serde they are not.

use std::{cell::Cell, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Text that is not JSON, or not JSON that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// At this line and column the text is not JSON, nests too deep or has a number that is too large.
    Syntax(usize, usize),
    /// An object has a key twice.
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

/// Parses one JSON text. The depth limit is `serde_json`'s, 128.
pub(crate) fn parse(text: &str) -> Result<Value, Malformed> {
    let repeated = Cell::new(false);
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = Strictly { repeated: &repeated }.deserialize(&mut json);
    parsed.and_then(|value| json.end().map(|()| value)).map_err(|error| {
        if repeated.get() { Malformed::RepeatedKey } else { Malformed::Syntax(error.line(), error.column()) }
    })
}

/// A number as a text has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Token {
    /// The number as JSON Schema sees it: an integer if it is one, and if 64 bits hold it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the bounds stand in the conditions"
    )]
    #[expect(clippy::cast_precision_loss, reason = "2^64 - 1 becomes 2^64, the first that is out of range")]
    pub(crate) fn normal(self) -> Self {
        match self {
            Self::Float(float) if float.fract() == 0.0 && (i64::MIN as f64..0.0).contains(&float) => {
                Self::Signed(float as i64)
            }
            Self::Float(float) if float.fract() == 0.0 && (0.0..u64::MAX as f64).contains(&float) => {
                Self::Unsigned(float as u64)
            }
            token => token,
        }
    }

    /// The number as a JSON value; `None` if it is not finite.
    pub(crate) fn number(self) -> Option<Number> {
        match self.normal() {
            Self::Unsigned(value) => Some(value.into()),
            Self::Signed(value) => Some(value.into()),
            Self::Float(value) => Number::from_f64(value),
        }
    }
}

#[derive(Clone, Copy)]
struct Strictly<'a> {
    repeated: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Strictly<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strictly<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Token::Float(value).number().map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.insert(key, members.next_value_seed(self)?).is_some() {
                self.repeated.set(true);
                return Err(de::Error::custom("a key is repeated"));
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_repeated_key_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"c":2,"a":3}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert_eq!(parse(text), Err(Malformed::RepeatedKey), "{text}");
        }
        assert_eq!(parse(r#"{"a":{"a":1},"b":{"a":1}}"#), Ok(json!({"a": {"a": 1}, "b": {"a": 1}})));
    }

    #[test]
    fn numbers_become_what_json_schema_takes_them_for() {
        for (text, value) in [
            ("1.0", json!(1)),
            ("1e2", json!(100)),
            ("-0", json!(0)),
            ("-0.0", json!(0)),
            ("-3.0", json!(-3)),
            ("1.5", json!(1.5)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("1e300", json!(1e300)),
        ] {
            assert_eq!(parse(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_json_text_is_refused() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in ["", " ", "{", "nul", "1 2", "{}x", "01", "+1", "NaN", "1e999", "'a'", "\"\u{1}\"", &deep]
        {
            assert!(matches!(parse(text), Err(Malformed::Syntax(..))), "{text}");
        }
    }
}
