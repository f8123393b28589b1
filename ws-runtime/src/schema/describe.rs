//! Describes errors of the validator in words that contain no part of the value.

use std::borrow::Cow;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::{format::must_be, issue::MAX_MESSAGE};

/// Returns a message that lists names of the schema in backticks.
pub(super) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut list = String::from("expected one of ");
    for (index, name) in names.into_iter().enumerate() {
        if index > 0 {
            list.push_str(", ");
        }
        if list.len() > MAX_MESSAGE {
            break;
        }
        list.push('`');
        list.push_str(name);
        list.push('`');
    }
    list
}

/// Returns the keyword and a message for an error of the validator. The validator's own text is not used, because it
/// repeats the value.
pub(super) fn describe(kind: &ValidationErrorKind) -> (&'static str, String) {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type { kind: TypeKind::Single(name) } => ("type", format!("expected {name}")),
        Kind::Type { kind: TypeKind::Multiple(names) } => {
            let mut names: Vec<_> = names.iter().map(jsonschema::JsonType::as_str).collect();
            names.sort_by_key(|name| *name == "null");
            ("type", format!("expected {}", names.join(" or ")))
        }
        Kind::Required { property } => {
            ("required", format!("`{}` is required", property.as_str().unwrap_or_default()))
        }
        Kind::AdditionalProperties { .. } => {
            ("additionalProperties", "has a property that is not allowed".into())
        }
        Kind::UnevaluatedProperties { .. } => {
            ("unevaluatedProperties", "has a property that is not allowed".into())
        }
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => {
            ("items", "has too many items".into())
        }
        Kind::Enum { options } => {
            let texts: Vec<_> = options.as_array().into_iter().flatten().map(text).collect();
            ("enum", one_of(texts.iter().map(|text| &**text)))
        }
        Kind::Constant { expected_value } => ("const", format!("expected `{}`", text(expected_value))),
        Kind::Minimum { limit } => ("minimum", format!("must be at least {limit}")),
        Kind::Maximum { limit } => ("maximum", format!("must be at most {limit}")),
        Kind::ExclusiveMinimum { limit } => ("exclusiveMinimum", format!("must be greater than {limit}")),
        Kind::ExclusiveMaximum { limit } => ("exclusiveMaximum", format!("must be less than {limit}")),
        Kind::MultipleOf { multiple_of } => ("multipleOf", format!("must be a multiple of {multiple_of}")),
        Kind::MinLength { limit } => ("minLength", at_least(*limit, "character", "characters")),
        Kind::MaxLength { limit } => ("maxLength", at_most(*limit, "character", "characters")),
        Kind::MinItems { limit } => ("minItems", at_least(*limit, "item", "items")),
        Kind::MaxItems { limit } => ("maxItems", at_most(*limit, "item", "items")),
        Kind::MinProperties { limit } => ("minProperties", at_least(*limit, "property", "properties")),
        Kind::MaxProperties { limit } => ("maxProperties", at_most(*limit, "property", "properties")),
        Kind::UniqueItems => ("uniqueItems", "must not repeat an item".into()),
        Kind::Pattern { pattern } => ("pattern", format!("must match `{pattern}`")),
        Kind::Format { format } => ("format", must_be([format.as_str()])),
        Kind::PropertyNames { .. } => ("propertyNames", "has a key that is not allowed".into()),
        Kind::Contains => ("contains", "lacks an item of the required form".into()),
        Kind::Not { .. } => ("not", "is a value that is not allowed".into()),
        Kind::FalseSchema => ("false", "nothing is allowed here".into()),
        Kind::AnyOf { .. } => ("anyOf", "fits none of the allowed forms".into()),
        Kind::OneOfNotValid { .. } => ("oneOf", "fits none of the allowed forms".into()),
        Kind::OneOfMultipleValid { .. } => ("oneOf", "fits more than one of the allowed forms".into()),
        _ => ("schema", "does not fit the schema".into()),
    }
}

fn at_least(limit: u64, one: &str, many: &str) -> String {
    match limit {
        1 => "must not be empty".to_owned(),
        _ => format!("must have at least {limit} {}", if limit == 1 { one } else { many }),
    }
}

fn at_most(limit: u64, one: &str, many: &str) -> String {
    match limit {
        0 => "must be empty".to_owned(),
        _ => format!("must have at most {limit} {}", if limit == 1 { one } else { many }),
    }
}

/// Formats a value of the schema for a list; a string has no quotes.
fn text(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Issue;

    #[test]
    fn long_message_is_truncated_at_a_character_boundary() {
        let issue = Issue::new("", "enum", one_of(std::iter::repeat_n("é", 500)));
        assert!(issue.message.len() <= MAX_MESSAGE && issue.message.ends_with('…'), "{}", issue.message);
    }
}
