//! Converts a text of a request into a JSON value, by the schema of its property.
//!
//! The validator uses the value, and so do types that accept any kind of value. A type that requests a number, a bool
//! or a string parses it from the text; see [`PartText`](super::text::PartText).

use serde_json::{Number, Value, json};

use super::text::{Form, Given, PartText};
use crate::{
    codec::typed::Wish,
    schema::{Check, Direction, Numeral, resolve},
};

/// The JSON types that a property accepts.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one flag for each JSON type")]
pub(super) struct Coerce {
    null: bool,
    boolean: bool,
    integer: bool,
    real: bool,
    string: bool,
    /// True if one schema accepts both numbers and strings. Such a type writes exact numbers as strings.
    decimal: bool,
    items: Option<Box<Coerce>>,
    /// Chooses among several possible values of a text. `None` if there is only one.
    choice: Option<Box<Check>>,
}

impl Coerce {
    /// Returns the conversion for the schema of a property.
    ///
    /// # Errors
    /// Fails if no text can be converted into a value of the schema.
    pub(super) fn of(document: &Value, schema: &Value) -> Result<Self, &'static str> {
        let mut coerce = Self::default();
        coerce.add(document, schema, 0)?;
        // A schema without types accepts strings.
        coerce.string |= !(coerce.boolean || coerce.is_number() || coerce.items.is_some());
        if coerce.string && (coerce.boolean || coerce.is_number()) {
            let definitions = document.get("$defs").cloned().unwrap_or_else(|| json!({}));
            let alone = json!({"$defs": definitions, "allOf": [schema]});
            // If this schema cannot be compiled, the error is reported for the whole type.
            coerce.choice = Check::compile(alone, Direction::Inbound).ok().map(Box::new);
        }
        Ok(coerce)
    }

    fn is_number(&self) -> bool {
        self.integer || self.real
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
                Some("integer") => self.integer = true,
                Some("number") => self.real = true,
                Some("string") => self.string = true,
                Some("array") => {
                    let items = match schema.get("items") {
                        Some(items) => Self::of(document, items)?,
                        None => Self { string: true, ..Self::default() },
                    };
                    if items.items.is_some() {
                        return Err("is a list of lists, which cannot be read from text");
                    }
                    if schema.get("prefixItems").is_some() {
                        return Err("is a tuple, which cannot be read from text");
                    }
                    self.items = Some(Box::new(items));
                }
                Some("object") => return Err("is an object, which cannot be read from text"),
                _ => {}
            }
        }
        let takes =
            |name: &str| *types == name || types.as_array().is_some_and(|types| types.contains(&json!(name)));
        self.decimal |= takes("string") && (takes("number") || takes("integer"));
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
                self.integer |= value.is_i64() || value.is_u64();
                self.real |= value.is_f64();
                self.boolean |= value.is_boolean();
            }
        }
        Ok(())
    }

    /// Converts the texts of one name into a single value or a list. `None` if there are several texts for a single
    /// value.
    pub(super) fn give<'t>(&self, texts: &[&'t str]) -> Option<Given<'t>> {
        match (&self.items, texts) {
            (None, [text]) => Some(Given::One(self.text(text))),
            (Some(_), [text]) if self.boolean || self.is_number() || self.string => {
                Some(Given::One(self.text(text)))
            }
            (Some(items), texts) => Some(Given::List(texts.iter().map(|text| items.text(text)).collect())),
            (None, _) => None,
        }
    }

    fn text<'t>(&self, text: &'t str) -> PartText<'t> {
        // For a type that accepts only integers, a number in any notation is passed on as an integer.
        let wish = if self.real { Wish::AsWritten } else { Wish::Unsigned };
        let forms = self.forms(text);
        let fits = |form: &&Form<'t>| {
            self.choice
                .as_ref()
                .is_none_or(|choice| choice.is_valid(&PartText::new(text, **form, wish).value()))
        };
        // If the schema accepts none of the values, the first one is reported.
        let form = forms.iter().find(fits).or(forms.first()).copied().unwrap_or(Form::String);
        PartText::new(text, form, wish)
    }

    /// Returns the possible values of a text, the most likely one first.
    fn forms<'t>(&self, text: &'t str) -> Vec<Form<'t>> {
        if text.is_empty() && self.null && !self.string {
            return vec![Form::Null];
        }
        let bool = match text {
            "true" if self.boolean => Some(Form::Bool(true)),
            "false" if self.boolean => Some(Form::Bool(false)),
            _ => None,
        };
        let numeral = Numeral::parse(text).filter(|_| self.is_number());
        let number = numeral.map(Form::Number);
        if !self.string {
            return vec![bool.or(number).unwrap_or(Form::String)];
        }
        // A number in another notation is more likely meant as a string: a version, a price, a telephone number.
        let first = numeral.filter(|numeral| !self.decimal && self.is_canonical(*numeral)).map(Form::Number);
        bool.into_iter().chain(first).chain([Form::String]).chain(number).collect()
    }

    /// Returns true if the number, formatted again, is equal to its text.
    fn is_canonical(&self, numeral: Numeral<'_>) -> bool {
        if numeral.is_plain() || !self.real {
            return numeral.integer().is_some_and(|integer| integer.to_string() == numeral.text());
        }
        let canonical = numeral.double().and_then(Number::from_f64);
        canonical.is_some_and(|canonical| canonical.to_string() == numeral.text())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schema_determines_the_json_type_of_a_text() {
        let coerce = |schema: Value, text: &str| {
            Value::from(&Coerce::of(&schema, &schema).unwrap().give(&[text]).unwrap())
        };
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
            (json!({"type": "integer"}), "9007199254740993.0", json!(9_007_199_254_740_993_u64)),
            (json!({"type": ["string", "number"]}), "1.10", json!("1.10")),
            (json!({"type": ["string", "number"]}), "7", json!("7")),
            (json!({"type": ["string", "number"], "pattern": "^\\d+$"}), "1e-5", json!(1e-5)),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), "7", json!(7)),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), "-7", json!(-7)),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), "1e3", json!("1e3")),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), "1.0", json!("1.0")),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), "-0", json!("-0")),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), "007", json!("007")),
            (
                json!({"anyOf": [{"type": "integer", "maximum": 255}, {"type": "string"}]}),
                "256",
                json!("256"),
            ),
            (json!({"anyOf": [{"type": "number"}, {"type": "string"}]}), "1.5", json!(1.5)),
            (json!({"anyOf": [{"type": "number"}, {"type": "string"}]}), "1.10", json!("1.10")),
            (json!({"anyOf": [{"type": "number"}, {"type": "string", "maxLength": 2}]}), "1.10", json!(1.1)),
            (
                json!({"anyOf": [{"type": "number"}, {"type": "string"}]}),
                "12345678901234567.89",
                json!("12345678901234567.89"),
            ),
            (json!({"anyOf": [{"type": "boolean"}, {"type": "string"}]}), "true", json!(true)),
            (json!({"anyOf": [{"type": "boolean"}, {"type": "string"}]}), "True", json!("True")),
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
    fn only_lists_accept_repeated_names() {
        let list = json!({"type": "array", "items": {"type": "integer"}});
        let given = Coerce::of(&list, &list).unwrap();
        assert_eq!(given.give(&["1", "x"]).map(|given| Value::from(&given)), Some(json!([1, "x"])));
        let one = json!({"type": "integer"});
        assert!(Coerce::of(&one, &one).unwrap().give(&["1", "1"]).is_none());
    }
}
