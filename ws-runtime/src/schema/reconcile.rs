//! Adapts the schema of schemars where it differs from the values that serde accepts.
//!
//! | part | change |
//! |---|---|
//! | integers of 32 and 64 bits have no limits, only a `format` that is not validated | `minimum` and `maximum` |
//! | the same for `f32`, which would be infinite beyond its range | `exclusiveMinimum` and `exclusiveMaximum` |
//! | formats that JSON Schema does not know (`uint32`, `float`) | removed |
//! | `IpAddr` has the unknown format `ip` | `ipv4` or `ipv6` |
//! | `Result`, `Bound`, `Range`, `Duration`, `SystemTime` allow other properties, but serde does not | `additionalProperties: false` |
//! | a tag beside an externally tagged enum: serde writes a unit variant as a key with `null` | such a key |
//! | `deny_unknown_fields` around a flattened, internally tagged enum: serde then rejects every value | rejected |
//! | 128-bit integers lose digits in most JSON readers, including this one | rejected |
//!
//! `rest` excludes tags and other surrounding names from the values of a flattened map. `widen` adds the parts that
//! only the type reveals (`alias`, `other`, the content of an adjacently tagged unit variant).
//!
//! Rules of `try_from` and `deserialize_with`, the range of a map's integer keys, and further members beside an
//! externally tagged enum in a tagged variant are not reconciled, because a schema cannot express them. A value that such a type rejects is reported as one of the wrong type. The schema also
//! decides where serde alone would accept more: arrays in place of objects, `{"unit": null}`, and repeated items of a
//! set are rejected.

use std::collections::BTreeSet;

use jsonschema::Draft;
use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

use super::{Direction, units::unit_keys};

/// Adapts a schema and all its subschemas. [`finish`](Self::finish) reports a part that cannot be adapted.
pub(super) struct Reconcile {
    direction: Direction,
    /// The names of the definitions of std's durations and times.
    seconds: Vec<String>,
    rejected: Option<&'static str>,
}

impl Reconcile {
    /// Creates a transformation. `seconds` contains the names of the definitions of std's durations and times.
    pub(super) fn new(direction: Direction, seconds: Vec<String>) -> Self {
        Self { direction, seconds, rejected: None }
    }

    pub(super) fn finish(self) -> Result<(), String> {
        self.rejected.map_or(Ok(()), |reason| Err(reason.to_owned()))
    }
}

impl Transform for Reconcile {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            let format = format.to_owned();
            self.format(schema, &format);
        }
        if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
            for (name, definition) in definitions {
                if self.seconds.contains(name) || is_std_generic(name, definition) {
                    close(definition);
                }
            }
        }
        unit_keys(schema);
        if self.direction == Direction::Inbound && denies_its_own_tag(schema.as_value()) {
            self.rejected = Some(
                "serde's `deny_unknown_fields` rejects the tag of a flattened, internally tagged enum, so no value \
                 would be accepted: remove it, or tag the enum adjacently",
            );
        }
        transform_subschemas(self, schema);
    }
}

impl Reconcile {
    fn format(&mut self, schema: &mut Schema, format: &str) {
        if let Some((low, high)) = limits(format) {
            bound(schema, "minimum", low, |ours, theirs| ours > theirs);
            bound(schema, "maximum", high, |ours, theirs| ours < theirs);
        } else if format == "float" {
            // If the type sets a tighter limit, that one is kept.
            let is_tight = |keyword: &str| {
                schema.get(keyword).and_then(Value::as_f64).is_some_and(|limit| limit.abs() < F32_END)
            };
            let (low, high) = (is_tight("minimum"), is_tight("maximum"));
            if !low {
                bound(schema, "exclusiveMinimum", (-F32_END).into(), |ours, theirs| ours > theirs);
            }
            if !high {
                bound(schema, "exclusiveMaximum", F32_END.into(), |ours, theirs| ours < theirs);
            }
        } else if matches!(format, "int128" | "uint128") {
            self.rejected = Some("128-bit numbers lose precision in JSON: use a string, or 64 bits");
        } else if format == "ip" {
            schema.insert("anyOf".to_owned(), json!([{"format": "ipv4"}, {"format": "ipv6"}]));
        } else if jsonschema::options().is_known_format(Draft::Draft202012, format) {
            return;
        }
        schema.remove("format");
    }
}

/// The value halfway between `f32::MAX` and the next power of two. A smaller double rounds to an `f32`, any other one
/// to infinity.
pub(super) const F32_END: f64 = 3.402_823_567_797_336_6e38;

/// Returns the range of a Rust integer type by the name that schemars gives it; `None` for other names.
fn limits(format: &str) -> Option<(Value, Value)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "int" => (isize::MIN.into(), isize::MAX.into()),
        "uint8" => (0.into(), u8::MAX.into()),
        "uint16" => (0.into(), u16::MAX.into()),
        "uint32" => (0.into(), u32::MAX.into()),
        "uint64" => (0.into(), u64::MAX.into()),
        "uint" => (0.into(), usize::MAX.into()),
        _ => return None,
    })
}

/// Sets a limit, unless the type already has a tighter one.
fn bound(schema: &mut Schema, keyword: &str, limit: Value, tighter: fn(f64, f64) -> bool) {
    let keep = schema.get(keyword).and_then(Value::as_f64);
    if keep.is_none_or(|theirs| limit.as_f64().is_none_or(|ours| tighter(ours, theirs))) {
        schema.insert(keyword.to_owned(), limit);
    }
}

/// Returns true if a struct that denies unknown fields flattens an internally tagged enum. An adjacently tagged enum
/// without fields in its variants has the same schema; it is accepted.
fn denies_its_own_tag(schema: &Value) -> bool {
    if schema["unevaluatedProperties"] != false {
        return false;
    }
    let flattened = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
    flattened.filter_map(|schema| schema["oneOf"].as_array()).any(|branches| {
        let mut contents = BTreeSet::new();
        let mut tagged = false;
        for branch in branches {
            contents.extend(branch["$ref"].as_str());
            for (name, property) in branch["properties"].as_object().into_iter().flatten() {
                if property["const"].is_string() {
                    tagged = true;
                } else {
                    contents.insert(name);
                }
            }
        }
        tagged && contents.len() > 1
    })
}

/// Returns true if a definition is that of std's `Result`, `Bound` or `Range`, whose objects accept no other
/// properties. schemars gives them names that no derive produces. Another type may still be renamed to such a name, so
/// the type parameters in the name must match the properties.
fn is_std_generic(name: &str, definition: &Value) -> bool {
    let keys =
        |object: &Value| object["properties"].as_object().map(|all| all.keys().cloned().collect::<Vec<_>>());
    let named = |prefix: &str, parameter: &Value| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| spelled(parameter).is_none_or(|spelled| rest.starts_with(&spelled)))
    };
    let branches = definition["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let only = |branch: &Value, key: &str| keys(branch).is_some_and(|keys| keys == [key]);
    match branches {
        [ok, err] if only(ok, "Ok") && only(err, "Err") => named("Result_of_", &ok["properties"]["Ok"]),
        [included, excluded, open] if only(included, "Included") && only(excluded, "Excluded") => {
            open["const"] == "Unbounded" && named("Bound_of_", &included["properties"]["Included"])
        }
        [] => {
            let ends = keys(definition).is_some_and(|mut keys| {
                keys.sort_unstable();
                keys == ["end", "start"]
            });
            ends && named("Range_of_", &definition["properties"]["start"])
        }
        _ => false,
    }
}

/// Returns the name that schemars gives a type, if the schema of the type reveals it.
fn spelled(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    if let Some(name) = reference {
        // If two types have the same name, schemars adds a number to the second.
        return Some(name.trim_end_matches(|character: char| character.is_ascii_digit()).to_owned());
    }
    match (schema["type"].as_str()?, schema["format"].as_str()) {
        ("integer" | "number", Some(format)) => Some(format.to_owned()),
        ("string", None) => Some("string".to_owned()),
        ("boolean", None) => Some("boolean".to_owned()),
        _ => None,
    }
}

fn close(definition: &mut Value) {
    let objects = match definition.get_mut("oneOf").and_then(Value::as_array_mut) {
        Some(branches) => branches.iter_mut().filter(|branch| branch["type"] == "object").collect(),
        None => vec![definition],
    };
    for object in objects {
        object["additionalProperties"] = false.into();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        net::IpAddr,
        ops::{Bound, Range, RangeInclusive},
        time::{Duration, SystemTime},
    };

    use schemars::JsonSchema;

    use super::super::Generator;
    use super::*;

    fn schema<T: JsonSchema>() -> Result<Value, String> {
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.schema::<T>();
        generator.finish(root)
    }

    #[test]
    fn number_schemas_have_the_limits_of_their_types() {
        for (schema, low, high) in [
            (schema::<u8>(), json!(0), json!(255)),
            (schema::<u32>(), json!(0), json!(u32::MAX)),
            (schema::<u64>(), json!(0), json!(u64::MAX)),
            (schema::<i32>(), json!(i32::MIN), json!(i32::MAX)),
            (schema::<i64>(), json!(i64::MIN), json!(i64::MAX)),
            (schema::<std::num::NonZeroU16>(), json!(1), json!(65535)),
            (schema::<Option<i16>>(), json!(i16::MIN), json!(i16::MAX)),
        ] {
            let schema = schema.unwrap();
            assert_eq!((&schema["minimum"], &schema["maximum"]), (&low, &high), "{schema}");
            assert_eq!(schema.get("format"), None, "{schema}");
        }
        let single = schema::<f32>().unwrap();
        assert_eq!(
            (&single["exclusiveMinimum"], &single["exclusiveMaximum"]),
            (&json!(-F32_END), &json!(F32_END))
        );
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Ranged {
        #[schemars(range(min = 5, max = 10))]
        tighter: u32,
        #[schemars(range(min = -5, max = 1_000))]
        wider: u8,
    }

    #[test]
    fn tighter_limit_of_a_number_is_kept() {
        let schema = schema::<Ranged>().unwrap();
        let properties = &schema["$defs"]["Ranged"]["properties"];
        assert_eq!(properties["tighter"], json!({"type": "integer", "minimum": 5, "maximum": 10}));
        assert_eq!(properties["wider"], json!({"type": "integer", "minimum": 0, "maximum": 255}));
    }

    #[test]
    fn types_with_128_bit_integers_are_rejected() {
        for result in [schema::<u128>(), schema::<Vec<Option<i128>>>(), schema::<BTreeMap<String, (u128,)>>()]
        {
            assert!(result.unwrap_err().contains("128-bit"));
        }
    }

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Envelope<T> {
        id: u8,
        #[serde(flatten)]
        content: T,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Internal {
        Text { text: String },
        Typing { on: bool },
    }

    #[derive(JsonSchema)]
    #[serde(tag = "type", content = "content")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Adjacent {
        Text { text: String },
        Typing(bool),
    }

    #[test]
    fn struct_that_denies_its_flattened_tag_is_rejected() {
        assert!(schema::<Envelope<Internal>>().unwrap_err().contains("deny_unknown_fields"));
        assert!(schema::<Vec<Envelope<Internal>>>().is_err());
        assert!(schema::<Envelope<Adjacent>>().is_ok());
        let mut generator = Generator::new(Direction::Outbound);
        let root = generator.schema::<Envelope<Internal>>();
        assert!(generator.finish(root).is_ok());
    }

    #[test]
    fn formats_unknown_to_json_schema_are_replaced_or_removed() {
        assert_eq!(schema::<IpAddr>().unwrap()["anyOf"], json!([{"format": "ipv4"}, {"format": "ipv6"}]));
        assert_eq!(schema::<std::net::Ipv4Addr>().unwrap()["format"], "ipv4");
        assert_eq!(schema::<f64>().unwrap().get("format"), None);
        let duration = schema::<Duration>().unwrap();
        assert_eq!(duration["$defs"]["Duration"]["additionalProperties"], false);
    }

    /// Types that have the names of std's types.
    mod alike {
        use schemars::JsonSchema;

        macro_rules! alike {
            ($($(#[$attribute:meta])* $name:ident $body:tt)*) => {$(
                #[derive(JsonSchema)]
                $(#[$attribute])*
                #[expect(dead_code, reason = "only the schema is used")]
                pub(super) struct $name $body
            )*};
        }

        alike! {
            Duration { secs: u64, nanos: u32 }
            SystemTime { secs_since_epoch: u64, nanos_since_epoch: u32 }
            #[schemars(rename = "Range_of_motion")]
            Motion { start: u8, end: u8 }
            #[schemars(rename = "Result_of_uint8_or_string")]
            Outcome { ok: u8 }
            #[schemars(rename = "Bound_of_area")]
            Area { start: u8 }
        }

        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only the schema is used")]
        pub(super) struct Range<T> {
            start: T,
            end: T,
        }
    }

    #[test]
    fn types_named_like_std_types_allow_unknown_properties() {
        type Both = (alike::Duration, Duration);
        let closed = |schema: Result<Value, String>| -> Vec<String> {
            let schema = schema.unwrap();
            let all = schema["$defs"].as_object().into_iter().flatten();
            all.filter(|(_, definition)| definition.to_string().contains("additionalProperties"))
                .map(|(name, _)| name.clone())
                .collect()
        };
        for (schema, expected) in [
            (schema::<alike::Duration>(), &[][..]),
            (schema::<alike::SystemTime>(), &[]),
            (schema::<alike::Motion>(), &[]),
            (schema::<alike::Outcome>(), &[]),
            (schema::<alike::Area>(), &[]),
            (schema::<alike::Range<u8>>(), &[]),
            (schema::<Duration>(), &["Duration"]),
            (schema::<SystemTime>(), &["SystemTime"]),
            (schema::<Both>(), &["Duration2"]),
            (schema::<(Duration, alike::Duration)>(), &["Duration"]),
            (schema::<(alike::Motion, Range<u8>)>(), &["Range_of_uint8"]),
            (schema::<RangeInclusive<alike::Motion>>(), &["Range_of_Range_of_motion"]),
            (schema::<Result<String, Vec<u8>>>(), &["Result_of_string_or_Array_of_uint8"]),
            (schema::<(Bound<f64>, Range<Option<i8>>)>(), &["Bound_of_double", "Range_of_Nullable_int8"]),
        ] {
            assert_eq!(closed(schema), expected);
        }
    }
}
