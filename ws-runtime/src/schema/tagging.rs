//! Variants that serde cannot tag: their content is not an object, so it has no place for the tag.
//!
//! schemars merges the tag into the schema of the content. For numbers, lists and enums something of it remains
//! visible; a string or a bool looks like a variant without content, and is found by running its type (see `widen`).

use serde_json::{Map, Value};

use super::{
    Direction,
    choice::{Choice, alternatives, target},
};

/// The parts of a schema that remain after a tag was merged into it.
const LEFT: &[&str] =
    &["format", "minimum", "maximum", "items", "prefixItems", "minItems", "minLength", "pattern", "enum"];

/// Checks all enums of an unmodified document.
///
/// # Errors
/// If a variant can never be read, or never be written.
pub(super) fn check(document: &Value, direction: Direction) -> Result<(), String> {
    within(document, document, direction)
}

/// Reports that a variant cannot be tagged, with the way out.
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
        // An option is read as its content, and serde refuses to write it.
        && !(optional && direction == Direction::Outbound)
}

/// Returns true if some value of a schema is an object.
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

    fn refused<T: JsonSchema>(direction: Direction) -> Option<String> {
        let mut generator = Generator::new(direction);
        let root = generator.schema::<T>();
        generator.finish(root).err()
    }

    macro_rules! tagged {
        ($($name:ident($content:ty);)*) => {$(
            #[derive(JsonSchema)]
            #[serde(tag = "type")]
            #[expect(dead_code, reason = "its schema is what counts")]
            enum $name {
                Held($content),
                Other,
            }
        )*};
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
    enum Level {
        Low,
        High,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Name(String);

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Point {
        x: u8,
    }

    #[derive(JsonSchema)]
    struct Unit;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
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
    fn tagged_variant_without_an_object_is_refused() {
        for direction in [Direction::Inbound, Direction::Outbound] {
            for refused in [
                refused::<Number>(direction),
                refused::<Real>(direction),
                refused::<List>(direction),
                refused::<Set>(direction),
                refused::<Pair>(direction),
                refused::<Character>(direction),
                refused::<Enum>(direction),
                refused::<Newtype>(direction),
                refused::<Listed>(direction),
                refused::<Vec<Option<Number>>>(direction),
                refused::<Nested2>(direction),
            ] {
                let reason = refused.unwrap();
                assert!(reason.contains("`Held`") && reason.contains("content = \"data\""), "{reason}");
            }
            for refused in [
                refused::<Structure>(direction),
                refused::<Boxed>(direction),
                refused::<Mapped>(direction),
                refused::<Nothing>(direction),
                refused::<UnitStruct>(direction),
                refused::<Nested>(direction),
                refused::<Keyed>(direction),
                refused::<Any>(direction),
            ] {
                assert_eq!(refused, None);
            }
        }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what counts")]
    struct Nested2 {
        inner: BTreeMap<String, Enum>,
    }

    #[test]
    fn optional_tagged_content_is_refused_outbound() {
        assert_eq!(refused::<Optional>(Direction::Inbound), None);
        assert!(refused::<Optional>(Direction::Outbound).unwrap().contains("never be written"));
    }
}
