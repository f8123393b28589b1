//! Where schemars and serde part, the schema is brought to say what serde does.
//!
//! | part | what is done |
//! |---|---|
//! | integers of 32 and 64 bits have no limits but a `format` that nobody checks | `minimum` and `maximum` |
//! | `f32` likewise: beyond its range it would become infinite | `minimum` and `maximum` |
//! | formats that JSON Schema does not know (`uint32`, `float`) | removed |
//! | `IpAddr` has the unknown format `ip` | `ipv4` or `ipv6` |
//! | `Result`, `Bound`, `Range`, `Duration`, `SystemTime` allow further properties, serde does not | `additionalProperties: false` |
//! | `deny_unknown_fields` around a flattened, internally tagged enum: serde then refuses every value | refused |
//! | 128-bit integers do not survive most JSON readers, ours included | refused |
//!
//! Not reconciled, since a schema does not show it; where such a type refuses a value that its schema allows, the value is
//! refused as one of the wrong type: rules of `try_from` and `deserialize_with`; content in an adjacently tagged unit
//! variant; a map's integer keys beyond their type.
//! What serde would take beyond the schema is refused, for the schema decides: `alias` names, unknown tags under
//! `other`, arrays in an object's place, `{"unit": null}`, repeated items of a set.

use std::collections::BTreeSet;

use jsonschema::Draft;
use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

use super::Direction;

/// Mends a schema and all schemas in it; what cannot be mended is kept for [`finish`](Self::finish).
pub(super) struct Reconcile {
    direction: Direction,
    refused: Option<&'static str>,
}

impl Reconcile {
    pub(super) fn new(direction: Direction) -> Self {
        Self { direction, refused: None }
    }

    pub(super) fn finish(self) -> Result<(), String> {
        self.refused.map_or(Ok(()), |reason| Err(reason.to_owned()))
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
                close(name, definition);
            }
        }
        if self.direction == Direction::Inbound && denies_its_own_tag(schema.as_value()) {
            self.refused = Some(
                "serde's `deny_unknown_fields` refuses the tag of a flattened, internally tagged enum, so nothing would \
                 be accepted: remove it, or tag the enum adjacently",
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
        } else if matches!(format, "int128" | "uint128") {
            self.refused = Some("JSON numbers of 128 bits are not read reliably: use a string, or 64 bits");
        } else if format == "ip" {
            schema.insert("anyOf".to_owned(), json!([{"format": "ipv4"}, {"format": "ipv6"}]));
        } else if jsonschema::options().is_known_format(Draft::Draft202012, format) {
            return;
        }
        schema.remove("format");
    }
}

/// The range of a Rust number, by schemars' name of it.
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
        "float" => (f64::from(f32::MIN).into(), f64::from(f32::MAX).into()),
        _ => return None,
    })
}

/// Sets a limit, unless the type's author has set a tighter one.
fn bound(schema: &mut Schema, keyword: &str, limit: Value, tighter: fn(f64, f64) -> bool) {
    let keep = schema.get(keyword).and_then(Value::as_f64);
    if keep.is_none_or(|theirs| limit.as_f64().is_none_or(|ours| tighter(ours, theirs))) {
        schema.insert(keyword.to_owned(), limit);
    }
}

/// Whether a struct that takes no unknown fields flattens an internally tagged enum. An adjacently tagged one looks like
/// it where no variant has fields of its own, and is given the benefit of the doubt.
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

/// Types of the standard library, by schemars' names of them, whose objects serde takes without further properties.
fn close(name: &str, definition: &mut Value) {
    let closed = ["Result_of_", "Bound_of_", "Range_of_"].iter().any(|prefix| name.starts_with(prefix))
        || (name.starts_with("Duration") && definition["required"] == json!(["secs", "nanos"]))
        || (name.starts_with("SystemTime")
            && definition["required"] == json!(["secs_since_epoch", "nanos_since_epoch"]));
    if !closed {
        return;
    }
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
    use std::{collections::BTreeMap, net::IpAddr, time::Duration};

    use schemars::JsonSchema;

    use super::super::Generator;
    use super::*;

    fn schema<T: JsonSchema>() -> Result<Value, String> {
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.schema::<T>();
        generator.finish(root)
    }

    #[test]
    fn numbers_get_the_limits_of_their_types() {
        for (schema, low, high) in [
            (schema::<u8>(), json!(0), json!(255)),
            (schema::<u32>(), json!(0), json!(u32::MAX)),
            (schema::<u64>(), json!(0), json!(u64::MAX)),
            (schema::<i32>(), json!(i32::MIN), json!(i32::MAX)),
            (schema::<i64>(), json!(i64::MIN), json!(i64::MAX)),
            (schema::<std::num::NonZeroU16>(), json!(1), json!(65535)),
            (schema::<f32>(), json!(f64::from(f32::MIN)), json!(f64::from(f32::MAX))),
            (schema::<Option<i16>>(), json!(i16::MIN), json!(i16::MAX)),
        ] {
            let schema = schema.unwrap();
            assert_eq!((&schema["minimum"], &schema["maximum"]), (&low, &high), "{schema}");
            assert_eq!(schema.get("format"), None, "{schema}");
        }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Ranged {
        #[schemars(range(min = 5, max = 10))]
        tighter: u32,
        #[schemars(range(min = -5, max = 1_000))]
        wider: u8,
    }

    #[test]
    fn the_tighter_of_two_limits_stays() {
        let schema = schema::<Ranged>().unwrap();
        let properties = &schema["$defs"]["Ranged"]["properties"];
        assert_eq!(properties["tighter"], json!({"type": "integer", "minimum": 5, "maximum": 10}));
        assert_eq!(properties["wider"], json!({"type": "integer", "minimum": 0, "maximum": 255}));
    }

    #[test]
    fn numbers_of_128_bits_are_refused_wherever_they_stand() {
        for refused in
            [schema::<u128>(), schema::<Vec<Option<i128>>>(), schema::<BTreeMap<String, (u128,)>>()]
        {
            assert!(refused.unwrap_err().contains("128 bits"));
        }
    }

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Envelope<T> {
        id: u8,
        #[serde(flatten)]
        content: T,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "type")]
    #[expect(dead_code, reason = "its schema is what counts")]
    enum Internal {
        Text { text: String },
        Typing { on: bool },
    }

    #[derive(JsonSchema)]
    #[serde(tag = "type", content = "content")]
    #[expect(dead_code, reason = "its schema is what counts")]
    enum Adjacent {
        Text { text: String },
        Typing(bool),
    }

    #[test]
    fn a_struct_that_refuses_the_tag_of_its_flattened_enum_is_refused() {
        assert!(schema::<Envelope<Internal>>().unwrap_err().contains("deny_unknown_fields"));
        assert!(schema::<Vec<Envelope<Internal>>>().is_err());
        assert!(schema::<Envelope<Adjacent>>().is_ok());
        let mut generator = Generator::new(Direction::Outbound);
        let root = generator.schema::<Envelope<Internal>>();
        assert!(generator.finish(root).is_ok());
    }

    #[test]
    fn unknown_formats_go_and_known_ones_stay() {
        assert_eq!(schema::<IpAddr>().unwrap()["anyOf"], json!([{"format": "ipv4"}, {"format": "ipv6"}]));
        assert_eq!(schema::<std::net::Ipv4Addr>().unwrap()["format"], "ipv4");
        assert_eq!(schema::<f64>().unwrap().get("format"), None);
        let duration = schema::<Duration>().unwrap();
        assert_eq!(duration["$defs"]["Duration"]["additionalProperties"], false);
    }
}
