//! From texts to JSON values, as a property's schema says.

use serde_json::{Number, Value};

use crate::schema::{Token, resolve};

/// Which JSON types a property takes.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one question a JSON type")]
pub(super) struct Coerce {
    null: bool,
    boolean: bool,
    number: bool,
    string: bool,
    items: Option<Box<Coerce>>,
}

impl Coerce {
    /// Reads a property's schema.
    ///
    /// # Errors
    /// If a text cannot become such a value.
    pub(super) fn of(document: &Value, schema: &Value) -> Result<Self, &'static str> {
        let mut coerce = Self::default();
        coerce.add(document, schema, 0)?;
        // A schema that asks for no type takes the text.
        coerce.string |= !(coerce.boolean || coerce.number || coerce.items.is_some());
        Ok(coerce)
    }

    fn add(&mut self, document: &Value, schema: &Value, depth: usize) -> Result<(), &'static str> {
        if depth > 16 {
            return Err("refers to itself");
        }
        let schema = resolve(document, schema);
        let types = &schema["type"];
        for name in types.as_array().map_or(std::slice::from_ref(types), Vec::as_slice) {
            match name.as_str() {
                Some("null") => self.null = true,
                Some("boolean") => self.boolean = true,
                Some("integer" | "number") => self.number = true,
                Some("string") => self.string = true,
                Some("array") => {
                    let items = match schema.get("items") {
                        Some(items) => Self::of(document, items)?,
                        None => Self { string: true, ..Self::default() },
                    };
                    if items.items.is_some() {
                        return Err("is a list of lists, which text cannot be");
                    }
                    if schema.get("prefixItems").is_some() {
                        return Err("is a tuple, which text cannot be");
                    }
                    self.items = Some(Box::new(items));
                }
                Some("object") => return Err("is an object, which text cannot be"),
                _ => {}
            }
        }
        for alternatives in ["oneOf", "anyOf", "allOf"] {
            for schema in schema[alternatives].as_array().into_iter().flatten() {
                self.add(document, schema, depth + 1)?;
            }
        }
        if types.is_null() {
            let values =
                schema["enum"].as_array().map_or(std::slice::from_ref(&schema["const"]), Vec::as_slice);
            for value in values {
                self.string |= value.is_string();
                self.number |= value.is_number();
                self.boolean |= value.is_boolean();
            }
        }
        Ok(())
    }

    /// Makes a value of all texts of a name; `None` if there are too many.
    pub(super) fn value(&self, texts: &[&str]) -> Option<Value> {
        match (&self.items, texts) {
            (None, [text]) => Some(self.scalar(text)),
            (Some(_), [text]) if self.boolean || self.number || self.string => Some(self.scalar(text)),
            (Some(items), texts) => Some(texts.iter().map(|text| items.scalar(text)).collect()),
            (None, _) => None,
        }
    }

    /// A text that does not read as what is asked for stays a text: the schema then says what was asked for.
    fn scalar(&self, text: &str) -> Value {
        if text.is_empty() && self.null && !self.string {
            return Value::Null;
        }
        if self.number
            && let Some(number) = read_number(text)
        {
            return Value::Number(number);
        }
        match text {
            "true" if self.boolean => Value::Bool(true),
            "false" if self.boolean => Value::Bool(false),
            text => Value::String(text.to_owned()),
        }
    }
}

/// A number as JSON writes it (RFC 8259 §6): no `+`, no leading zeros, no spaces around it.
fn read_number(text: &str) -> Option<Number> {
    let bare = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit());
    let read: Number = serde_json::from_str(text).ok().filter(|_| bare)?;
    if read.is_f64() { Token::Float(read.as_f64()?).number() } else { Some(read) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_schema_decides_what_a_text_becomes() {
        let coerce =
            |schema: Value, text: &str| Coerce::of(&schema, &schema).unwrap().value(&[text]).unwrap();
        for (schema, text, value) in [
            (json!({"type": "string"}), "123", json!("123")),
            (json!({"type": "string"}), "1e3", json!("1e3")),
            (json!({"type": "string"}), "0x10", json!("0x10")),
            (json!({"type": "string"}), " 7 ", json!(" 7 ")),
            (json!({"type": "string"}), "12345678901234567", json!("12345678901234567")),
            (json!({"type": "string"}), "true", json!("true")),
            (json!({"type": "integer"}), "7", json!(7)),
            (json!({"type": "integer"}), "-0", json!(0)),
            (json!({"type": "integer"}), "1e2", json!(100)),
            (json!({"type": "integer"}), "+1", json!("+1")),
            (json!({"type": "integer"}), "007", json!("007")),
            (json!({"type": "integer"}), " 7", json!(" 7")),
            (json!({"type": "integer"}), "", json!("")),
            (json!({"type": "number"}), "1.5", json!(1.5)),
            (json!({"type": "number"}), "NaN", json!("NaN")),
            (json!({"type": "boolean"}), "true", json!(true)),
            (json!({"type": "boolean"}), "1", json!("1")),
            (json!({"type": "boolean"}), "on", json!("on")),
            (json!({"type": ["integer", "null"]}), "", json!(null)),
            (json!({"type": ["string", "null"]}), "", json!("")),
            (json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), "3", json!(3)),
            (json!({"enum": [1, 2]}), "2", json!(2)),
            (json!(true), "7", json!("7")),
            (json!({"type": "array", "items": {"type": "integer"}}), "7", json!([7])),
        ] {
            assert_eq!(coerce(schema.clone(), text), value, "{schema} {text:?}");
        }
    }

    #[test]
    fn only_a_list_takes_several_texts() {
        let list = json!({"type": "array", "items": {"type": "integer"}});
        assert_eq!(Coerce::of(&list, &list).unwrap().value(&["1", "x"]), Some(json!([1, "x"])));
        let one = json!({"type": "integer"});
        assert_eq!(Coerce::of(&one, &one).unwrap().value(&["1", "1"]), None);
    }
}
