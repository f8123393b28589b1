//! Additions to a schema for names that serde accepts and schemars does not list.

use serde_json::{Map, Value, json};

/// An addition of names to a schema.
pub(super) enum Edit {
    /// A field has aliases.
    Field { name: String, aliases: Vec<String> },
    /// A variant has aliases. They are added to the list of an enum, or as branches.
    Variant { name: String, aliases: Vec<String> },
    /// Any other string is accepted as a variant.
    OtherString(Vec<String>),
    /// Any other tag is accepted as a variant; `content` may be null.
    OtherTag { tag: String, names: Vec<String>, content: Option<String> },
    /// A variant accepts no content except `null`.
    NoContent { name: String, tag: String, content: String },
}

impl Edit {
    /// Applies the addition to its schema.
    pub(super) fn apply(self, schema: &mut Value) {
        match self {
            Self::Field { name, aliases } => field(schema, &name, &aliases),
            Self::Variant { name, aliases } => variant(schema, &name, &aliases),
            Self::OtherString(names) => {
                let other = json!({"type": "string", "not": {"enum": names}, "x-serde": "other"});
                match schema.get_mut("oneOf").and_then(Value::as_array_mut) {
                    Some(branches) => branches.push(other),
                    None => *schema = json!({"oneOf": [schema.take(), other]}),
                }
            }
            Self::OtherTag { tag, names, content } => {
                let mut other = json!({
                    "type": "object",
                    "properties": {},
                    "required": [tag],
                    "x-serde": "other",
                });
                other["properties"][&tag] = json!({"type": "string", "not": {"enum": names}});
                if let Some(content) = content {
                    other["properties"][content] = json!({"type": "null"});
                }
                if let Some(branches) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
                    // Branches for aliases have been added already, so the excluded names are collected again.
                    let more = branches.iter().flat_map(|branch| strings_of(&branch["properties"][&tag]));
                    let more: Vec<Value> = more.map(Value::from).collect();
                    other["properties"][&tag]["not"]["enum"] = more.into();
                    if branches.iter().any(|branch| branch["additionalProperties"] == false) {
                        other["additionalProperties"] = false.into();
                    }
                    branches.push(other);
                }
            }
            Self::NoContent { name, tag, content } => {
                for branch in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
                    if strings_of(&branch["properties"][&tag]) == [name.as_str()] {
                        branch["properties"][&content] = json!({"type": "null"});
                    }
                }
            }
        }
    }
}

/// Adds each alias of a field as a property. If the field was required, one of its names is now required.
fn field(schema: &mut Value, name: &str, aliases: &[String]) {
    let Some(property) = schema["properties"].get(name).cloned() else { return };
    for alias in aliases {
        let mut property = property.clone();
        match &mut property {
            Value::Object(keywords) => drop(keywords.insert("x-serde".to_owned(), "alias".into())),
            other => *other = json!({"x-serde": "alias"}),
        }
        schema["properties"][alias] = property;
    }
    let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else { return };
    let Some(index) = required.iter().position(|required| required == name) else { return };
    required.remove(index);
    if required.is_empty() {
        schema.as_object_mut().map(|keywords| keywords.remove("required"));
    }
    let aliases = aliases.iter().map(|alias| json!({"required": [alias], "x-serde": "alias"}));
    let any: Vec<Value> = [json!({"required": [name]})].into_iter().chain(aliases).collect();
    let any = json!({"anyOf": any});
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(all) => all.push(any),
        None => schema["allOf"] = json!([any]),
    }
}

/// Adds the aliases of a variant to a list of names, or each as a copy of the variant's branch.
fn variant(schema: &mut Value, name: &str, aliases: &[String]) {
    if let Some(branches) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        if let Some(branch) = branches.iter_mut().find(|branch| strings_of(branch).contains(&name)) {
            return listed(branch, aliases);
        }
        let is_named = |branch: &&Value| {
            let properties = branch["properties"].as_object();
            properties.is_some_and(|all| {
                (all.len() == 1 && all.contains_key(name))
                    || all.values().any(|value| strings_of(value) == [name])
            })
        };
        let Some(branch) = branches.iter().find(is_named).cloned() else { return };
        branches.extend(aliases.iter().map(|alias| renamed(&branch, name, alias)));
    } else {
        listed(schema, aliases);
    }
}

fn listed(schema: &mut Value, aliases: &[String]) {
    let names: Vec<Value> =
        strings_of(schema).into_iter().chain(aliases.iter().map(String::as_str)).map(Value::from).collect();
    if let Some(keywords) = schema.as_object_mut() {
        keywords.remove("const");
        keywords.insert("enum".to_owned(), names.into());
        let marked = keywords.entry("x-serde").or_insert_with(|| json!([]));
        marked
            .as_array_mut()
            .into_iter()
            .for_each(|marked| marked.extend(aliases.iter().map(|alias| json!(alias))));
    }
}

/// Returns a copy of a branch with another name as its only key or its tag.
fn renamed(branch: &Value, name: &str, alias: &str) -> Value {
    let mut branch = branch.clone();
    branch["x-serde"] = "alias".into();
    let Some(properties) = branch["properties"].as_object_mut() else { return branch };
    if let Some(tag) = properties.values_mut().find(|value| strings_of(value) == [name]) {
        *tag = json!({"type": "string", "const": alias});
    } else if let Some(content) = properties.remove(name) {
        properties.insert(alias.to_owned(), content);
        branch["required"] = json!([alias]);
    }
    branch
}

/// Returns the strings that a schema lists.
pub(super) fn strings_of(schema: &Value) -> Vec<&str> {
    schema.as_object().map(strings).unwrap_or_default()
}

/// Returns the strings that `enum` and `const` list.
pub(super) fn strings(schema: &Map<String, Value>) -> Vec<&str> {
    let names = schema.get("enum").and_then(Value::as_array).into_iter().flatten().chain(schema.get("const"));
    names.filter_map(Value::as_str).collect()
}
