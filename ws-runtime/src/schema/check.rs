//! The compiled schema of a type, which is both published and enforced.

use std::any::type_name;

use jsonschema::{Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Direction, Generator, Issue, SchemaError, Shape, Step,
    explain::Explainer,
    format::{asserted, is_uri},
    growth::{Growth, growth},
    outline::shape,
    place::leads,
    sampler::Sampler,
    unreadable::{Rejected, check_read},
    widen::check_written,
};

/// The schema of a type in one direction. It is compiled once, before the server listens.
#[derive(Debug)]
pub(crate) struct Check {
    schema: Value,
    validator: Validator,
    explainer: Explainer,
    shape: Option<Shape>,
    growth: Growth,
}

impl Check {
    /// Compiles the schema of an inbound `T` without reading the type.
    #[cfg(test)]
    pub(crate) fn inbound<T: JsonSchema>() -> Result<Self, SchemaError> {
        Self::of::<T>(Direction::Inbound)
    }

    /// Compiles the schema of an inbound `T`, with the names that the type reads.
    pub(crate) fn read<T: JsonSchema + DeserializeOwned>() -> Result<Self, SchemaError> {
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.read::<T>();
        Self::finish::<T>(generator, root, Direction::Inbound)
    }

    /// Compiles the schema of an outbound `T`.
    pub(crate) fn outbound<T: JsonSchema>() -> Result<Self, SchemaError> {
        Self::of::<T>(Direction::Outbound)
    }

    fn of<T: JsonSchema>(direction: Direction) -> Result<Self, SchemaError> {
        let mut generator = Generator::new(direction);
        let root = generator.schema::<T>();
        Self::finish::<T>(generator, root, direction)
    }

    fn finish<T>(generator: Generator, root: Value, direction: Direction) -> Result<Self, SchemaError> {
        generator
            .finish(root)
            .and_then(|schema| Self::compile(schema, direction))
            .map_err(|reason| SchemaError::new(type_name::<T>(), direction, reason))
    }

    /// Compiles a document that [`Generator::finish`] returned.
    pub(crate) fn compile(schema: Value, direction: Direction) -> Result<Self, String> {
        // Any crate of the program may enable this feature. With it, a visitor gets numbers as maps.
        if serde_json::from_str::<Value>("1e400").is_ok() {
            return Err(
                "the feature `arbitrary_precision` of serde_json is enabled, which makes it impossible to check numbers"
                    .into(),
            );
        }
        let enforced = asserted(&schema, direction);
        Ok(Self {
            validator: compile(&enforced)?,
            explainer: Explainer::new(&enforced)?,
            shape: shape(&enforced),
            growth: growth(&schema).unwrap_or(Growth::ByDepth),
            schema,
        })
    }

    /// Checks that serde can write every part of an outbound type.
    ///
    /// # Errors
    /// Fails if serde can never write a variant or a key.
    pub(crate) fn check_written(&self, sampler: Sampler) -> Result<(), String> {
        check_written(&self.schema, sampler)
    }

    /// Searches an inbound type for parts that can never be read, by reading texts.
    ///
    /// # Errors
    /// If serde never reads a variant, a key or a raw value.
    pub(crate) fn check_read(&self, read: fn(&str) -> Rejected) -> Result<(), String> {
        check_read(&self.schema, read)
    }

    /// Returns the published document.
    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// Returns true if a JSON pointer may have a target in a value of this schema.
    pub(crate) fn leads(&self, pointer: &str) -> bool {
        leads(&self.schema, pointer)
    }

    /// Returns the shape; `None` if a part of the schema cannot be checked on tokens.
    pub(crate) fn shape(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Returns true if a text is too expensive to read: serde copies each value for each level above it, and much of
    /// the text is deeply nested.
    pub(crate) fn is_too_deep(&self, text: &str) -> bool {
        self.growth == Growth::ByDepth && is_too_deep(text.as_bytes())
    }

    /// Returns the issues of an invalid value: one to eight, sorted by path.
    pub(crate) fn explain(&self, value: &Value) -> Vec<Issue> {
        self.explainer.explain(value)
    }

    /// Returns the issue for a value that its schema accepts and its type rejects. `steps` is the path to that value.
    pub(crate) fn type_issue(&self, value: &Value, steps: &[Step]) -> Issue {
        self.explainer.type_issue(value, steps)
    }

    /// Returns a path through a value as a JSON pointer, without keys that come from the value.
    pub(crate) fn path(&self, value: &Value, steps: &[Step]) -> String {
        self.explainer.path(value, steps)
    }

    /// Returns true if the schema declares the last key of a path through a value.
    pub(crate) fn is_declared(&self, value: &Value, steps: &[Step]) -> bool {
        self.explainer.is_declared(value, steps)
    }

    /// Returns true if the type is an enum whose variants are identified by a tag or a key.
    pub(crate) fn is_told(&self) -> bool {
        self.explainer.is_told()
    }
}

/// Returns true if the bytes of a JSON text are more than sixteen levels deep on average. A short text may have any
/// depth.
fn is_too_deep(text: &[u8]) -> bool {
    const LEVELS: usize = 16;
    const SHORT: usize = 8192;
    if text.len() <= SHORT {
        return false;
    }
    let (mut depth, mut sum, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for &byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        sum = sum.saturating_add(depth);
    }
    sum > LEVELS * text.len()
}

/// Compiles one schema. The remaining formats are validated, which 2020-12 leaves open. Patterns are matched in linear
/// time. External references are not fetched; the resolvers are compiled out.
pub(super) fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_format("uri", is_uri)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|error| unusable(&error))
}

/// Returns the reason why a schema cannot be compiled.
fn unusable(error: &ValidationError<'_>) -> String {
    let text = match error.kind() {
        ValidationErrorKind::Format { format } if format == "regex" => error.instance().as_str(),
        _ => None,
    };
    let Some(pattern) = text else { return error.to_string() };
    let unsupported = if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|around| pattern.contains(around)) {
        "it uses look-around, which is not supported, because patterns are matched in linear time: rewrite it \
         without look-around, or check the value in the `Deserialize` of the type"
    } else {
        "it is not a regular expression of the `regex` crate, which has no look-around and no back-references"
    };
    format!("the pattern `{pattern}` cannot be used: {unsupported}")
}

#[cfg(test)]
mod tests {
    use super::is_too_deep;

    #[test]
    fn long_text_is_too_deep_if_mostly_nested() {
        let nested =
            |levels: usize, inner: &str| format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels));
        let ones = vec!["1"; 20_000].join(",");
        let quoted = format!("\"{}\"", "[\\\"{".repeat(20_000));
        for (text, expected) in [
            (nested(10, &ones), false),
            (nested(100, &ones), true),
            (nested(100, "1"), false),
            (format!("[{},{ones}]", nested(100, "1")), false),
            (format!("[{quoted},{}]", nested(100, "1")), false),
            (nested(100, &quoted), true),
            (nested(100, &"x".repeat(7_000)), false),
        ] {
            assert_eq!(is_too_deep(text.as_bytes()), expected, "{}", &text[..100]);
        }
    }
}
