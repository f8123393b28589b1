//! Detects variants that serde cannot tag, because their content is not an object that could contain the tag.
//!
//! schemars merges the tag into the schema of the content. For numbers, lists and enums, a part of that schema remains
//! visible. A string or a bool looks like a variant without content, and is found by reading its type (see `widen`).

use serde_json::{Map, Value};

use super::{
    Direction,
    choice::{Choice, alternatives, is_annotation, target},
};

/// The keywords of a content that remain after a tag was merged into its schema.
const LEFT: &[&str] =
    &["format", "minimum", "maximum", "items", "prefixItems", "minItems", "minLength", "pattern", "enum"];

/// Checks all enums of a document as schemars generates it.
///
/// # Errors
/// Fails if a variant can never be read or written.
pub(super) fn check(document: &Value, direction: Direction) -> Result<(), String> {
    within(document, document, direction)
}

/// Returns the reason why a variant cannot be tagged, and the change to make.
pub(super) fn untaggable(name: &str, direction: Direction) -> String {
    let never = match direction {
        Direction::Inbound => "read",
        Direction::Outbound => "written",
    };
    format!(
        "serde cannot tag the content of the variant `{name}`, so it can never be {never}: use named fields, as in \
         `{name} {{ text: String }}`, or name the content, as in `content = \"data\"`"
    )
}

/// Returns true if a branch of a tagged enum shows only its tag: no schema of a content that could be an object.
pub(super) fn shows_tag_alone(branch: &Value, tag: &str) -> bool {
    let Some(keywords) = branch.as_object() else { return false };
    let is_plain = |key: &String| matches!(&**key, "type" | "properties" | "required") || is_annotation(key);
    keywords.keys().all(is_plain) && branch["properties"].as_object().is_some_and(|all| all.keys().eq([tag]))
}

fn within(document: &Value, schema: &Value, direction: Direction) -> Result<(), String> {
    match schema {
        Value::Array(items) => items.iter().try_for_each(|item| within(document, item, direction)),
        Value::Object(keywords) => {
            if let Some(Choice::Tagged { branches, .. }) =
                alternatives(document, keywords).map(|all| all.choice)
            {
                for (name, branch) in branches {
                    if branch.as_object().is_some_and(|branch| !can_be_tagged(document, branch, direction)) {
                        return Err(untaggable(name, direction));
                    }
                }
            }
            keywords.values().try_for_each(|value| within(document, value, direction))
        }
        _ => Ok(()),
    }
}

fn can_be_tagged(document: &Value, branch: &Map<String, Value>, direction: Direction) -> bool {
    let content = branch.get("$ref").and_then(Value::as_str).and_then(|name| target(document, name));
    let optional = branch.get("anyOf").and_then(Value::as_array);
    let optional = optional.is_some_and(|all| all.iter().any(|one| one["type"] == "null"));
    !LEFT.iter().any(|keyword| branch.contains_key(*keyword))
        && content.is_none_or(|content| may_be_object(document, content, 0))
        // An option is read as its content, but serde does not write it.
        && !(optional && direction == Direction::Outbound)
}

/// Returns true if a value of the schema may be an object.
fn may_be_object(document: &Value, schema: &Value, depth: usize) -> bool {
    let Some(keywords) = schema.as_object().filter(|_| depth < 16) else { return true };
    let types =
        keywords.get("type").map(|types| types.as_array().map_or(std::slice::from_ref(types), Vec::as_slice));
    let named = keywords.get("$ref").and_then(Value::as_str).and_then(|name| target(document, name));
    types.is_none_or(|types| types.iter().any(|name| name == "object"))
        && named.is_none_or(|named| may_be_object(document, named, depth + 1))
        && ["oneOf", "anyOf"]
            .into_iter()
            .filter_map(|key| keywords.get(key)?.as_array())
            .all(|branches| branches.iter().any(|branch| may_be_object(document, branch, depth + 1)))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use schemars::JsonSchema;

    use super::*;
    use crate::schema::Generator;

    fn rejection<T: JsonSchema>(direction: Direction) -> Option<String> {
        let mut generator = Generator::new(direction);
        let root = generator.schema::<T>();
        generator.finish(root).err()
    }

    macro_rules! tagged {
        ($($name:ident($content:ty);)*) => {$(
            #[derive(JsonSchema)]
            #[serde(tag = "type")]
            #[expect(dead_code, reason = "only the schema is used")]
            enum $name {
                Held($content),
                Other,
            }
        )*};
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Level {
        Low,
        High,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Name(String);

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Point {
        x: u8,
    }

    #[derive(JsonSchema)]
    struct Unit;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    enum External {
        Low,
        Of(u8),
    }

    tagged! {
        Number(u32);
        Real(f64);
        List(Vec<String>);
        Set(BTreeSet<u8>);
        Pair((u8, String));
        Character(char);
        Enum(Level);
        Newtype(Name);
        Listed(Option<Vec<u8>>);
        Structure(Point);
        Boxed(Box<Point>);
        Mapped(BTreeMap<String, u8>);
        Nothing(());
        UnitStruct(Unit);
        Nested(Structure);
        Keyed(External);
        Any(Value);
        Optional(Option<Point>);
    }

    #[test]
    fn tagged_variant_must_contain_an_object() {
        for direction in [Direction::Inbound, Direction::Outbound] {
            for rejection in [
                rejection::<Number>(direction),
                rejection::<Real>(direction),
                rejection::<List>(direction),
                rejection::<Set>(direction),
                rejection::<Pair>(direction),
                rejection::<Character>(direction),
                rejection::<Enum>(direction),
                rejection::<Newtype>(direction),
                rejection::<Listed>(direction),
                rejection::<Vec<Option<Number>>>(direction),
                rejection::<Nested2>(direction),
            ] {
                let reason = rejection.unwrap();
                assert!(reason.contains("`Held`") && reason.contains("content = \"data\""), "{reason}");
            }
            for rejection in [
                rejection::<Structure>(direction),
                rejection::<Boxed>(direction),
                rejection::<Mapped>(direction),
                rejection::<Nothing>(direction),
                rejection::<UnitStruct>(direction),
                rejection::<Nested>(direction),
                rejection::<Keyed>(direction),
                rejection::<Any>(direction),
            ] {
                assert_eq!(rejection, None);
            }
        }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Nested2 {
        inner: BTreeMap<String, Enum>,
    }

    #[test]
    fn optional_tagged_content_is_rejected_outbound() {
        assert_eq!(rejection::<Optional>(Direction::Inbound), None);
        assert!(rejection::<Optional>(Direction::Outbound).unwrap().contains("never be written"));
    }
}
