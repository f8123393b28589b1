//! Builds the shape of a schema. A schema with an unsupported keyword has no shape.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use super::{
    choice::{Alternatives, Choice, alternatives, is_aliased, is_annotation, resolve, target},
    reconcile::F32_END,
    shape::{ANY, Array, Id, Node, Numbers, ObjectShape, Properties, Shape, Strings, TypeShapes},
};

/// The limit below which a double represents every integer, so that comparisons are exact in every notation.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns the shape of a schema; `None` if a part of it cannot be checked on tokens.
pub(super) fn shape(schema: &Value) -> Option<Shape> {
    let mut build =
        ShapeBuilder { document: schema, nodes: vec![Node::Types(TypeShapes::any())], known: HashMap::new() };
    let root = build.node(schema, 0)?;
    Shape::new(build.nodes, root)
}

struct ShapeBuilder<'a> {
    document: &'a Value,
    nodes: Vec<Node>,
    /// The nodes of references that were visited, so that a recursive schema terminates.
    known: HashMap<String, Id>,
}

impl ShapeBuilder<'_> {
    fn push(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn node(&mut self, schema: &Value, depth: usize) -> Option<Id> {
        let keywords = constraints(schema)?;
        if let [("$ref", Value::String(reference))] = &*keywords {
            return self.reference(reference, depth);
        }
        if keywords.is_empty() {
            return Some(ANY);
        }
        if let ([("anyOf" | "oneOf", _)], Some(object)) = (&*keywords, schema.as_object()) {
            let document = self.document;
            if let Some(Alternatives { choice: Choice::Untold(branches), null: true, .. }) =
                alternatives(document, object)
                && let [only] = &*branches
            {
                let same = self.node(only, depth + 1)?;
                return Some(self.push(Node::OrNull(same)));
            }
        }
        let parts = self.parts(schema, depth)?;
        Some(self.push(Node::Types(parts)))
    }

    fn reference(&mut self, reference: &str, depth: usize) -> Option<Id> {
        if let Some(&id) = self.known.get(reference) {
            return Some(id);
        }
        let schema = target(self.document, reference)?;
        // The node is registered before it is built, because the schema may refer to itself.
        let id = self.push(Node::Same(ANY));
        self.known.insert(reference.to_owned(), id);
        let same = self.node(schema, depth + 1)?;
        self.nodes[id] = Node::Same(same);
        Some(id)
    }

    fn parts(&mut self, schema: &Value, depth: usize) -> Option<TypeShapes> {
        // No type is nested this deep, but a cycle of references is.
        if depth > 64 {
            return None;
        }
        let document = self.document;
        let schema = resolve(document, schema);
        let keywords = constraints(schema)?;
        let Value::Object(object) = schema else { return Some(TypeShapes::any()) };
        if keywords.is_empty() {
            return Some(TypeShapes::any());
        }
        if let [("oneOf" | "anyOf", _)] = &*keywords {
            return self.choice(alternatives(document, object)?, depth);
        }
        match object.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let merged = merged(resolve(document, target(document, reference)?), object)?;
                self.typed(&merged, depth)
            }
            None => self.typed(object, depth),
        }
    }

    fn choice(&mut self, alternatives: Alternatives<'_>, depth: usize) -> Option<TypeShapes> {
        let null = alternatives.null;
        let parts = match alternatives.choice {
            Choice::Tagged { tag, branches } => {
                let branches = self.branches(branches, depth)?;
                TypeShapes {
                    object: Some(ObjectShape::Tagged { tag: tag.into(), branches }),
                    ..TypeShapes::default()
                }
            }
            Choice::Keyed { units, keys } => {
                let one_of: Vec<Box<str>> = units.into_iter().map(Into::into).collect();
                let string = (!one_of.is_empty()).then_some(Strings { min: 0, max: 0, one_of: Some(one_of) });
                TypeShapes {
                    string,
                    object: Some(ObjectShape::Keyed(self.branches(keys, depth)?)),
                    ..TypeShapes::default()
                }
            }
            Choice::Untold(branches) => {
                let mut all = TypeShapes::default();
                for branch in branches {
                    all = all.or(self.parts(branch, depth + 1)?)?;
                }
                all
            }
        };
        Some(TypeShapes { null: null || parts.null, ..parts })
    }

    fn branches(&mut self, branches: Vec<(&str, &Value)>, depth: usize) -> Option<Vec<(Box<str>, Id)>> {
        branches
            .into_iter()
            .map(|(name, schema)| Some((name.into(), self.node(schema, depth + 1)?)))
            .collect()
    }

    /// Builds the shapes of a schema with types and without alternatives. `None` if it has an unsupported keyword.
    fn typed(&mut self, schema: &Map<String, Value>, depth: usize) -> Option<TypeShapes> {
        let mut keywords = Keywords(schema.iter().filter(|(name, _)| !is_annotation(name)).collect());
        let names: Option<Vec<_>> = match keywords.take("enum") {
            Some(names) => Some(names.as_array()?.iter().collect()),
            None => keywords.take("const").map(|name| vec![name]),
        };
        let types: Vec<&str> = match (keywords.take("type"), &names) {
            (Some(Value::String(name)), _) => vec![name],
            (Some(Value::Array(names)), _) => names.iter().map(Value::as_str).collect::<Option<_>>()?,
            (None, Some(names)) if names.iter().all(|name| name.is_string()) => vec!["string"],
            _ => return None,
        };
        let mut parts = TypeShapes::default();
        for name in types {
            match name {
                "null" => parts.null = true,
                "boolean" => parts.boolean = true,
                "integer" => parts.number = Some(keywords.integers()?),
                "number" => parts.number = Some(keywords.reals()?),
                "string" => {
                    parts.string = Some(Strings {
                        min: keywords.count("minLength", 0)?,
                        max: keywords.count("maxLength", usize::MAX)?,
                        one_of: None,
                    });
                }
                "array" => parts.array = Some(self.array(&mut keywords, depth)?),
                "object" => parts.object = Some(ObjectShape::Properties(self.plain(&mut keywords, depth)?)),
                _ => return None,
            }
        }
        if let Some(names) = names {
            let null = names.iter().any(|name| name.is_null());
            let texts: Vec<Box<str>> =
                names.iter().filter_map(|name| name.as_str()).map(Into::into).collect();
            let bare =
                matches!(&parts, TypeShapes { boolean: false, number: None, array: None, object: None, .. });
            if !bare || texts.len() + usize::from(null) != names.len() {
                return None;
            }
            parts.null = parts.null && null;
            let string = parts.string.as_mut()?;
            if string.min != 0 || string.max != usize::MAX {
                return None;
            }
            string.one_of = Some(texts);
        }
        keywords.0.is_empty().then_some(parts)
    }

    fn array(&mut self, keywords: &mut Keywords<'_>, depth: usize) -> Option<Array> {
        let mut max = keywords.count("maxItems", usize::MAX)?;
        let prefix = match keywords.take("prefixItems") {
            Some(items) => {
                items.as_array()?.iter().map(|item| self.node(item, depth + 1)).collect::<Option<Vec<_>>>()?
            }
            None => Vec::new(),
        };
        let items = match keywords.take("items") {
            None => ANY,
            Some(Value::Bool(false)) => {
                max = max.min(prefix.len());
                ANY
            }
            Some(items) => self.node(items, depth + 1)?,
        };
        Some(Array { prefix, items, min: keywords.count("minItems", 0)?, max })
    }

    fn plain(&mut self, keywords: &mut Keywords<'_>, depth: usize) -> Option<Properties> {
        let mut properties: Vec<(Box<str>, Id)> = Vec::new();
        for (name, schema) in keywords.take("properties").and_then(Value::as_object).into_iter().flatten() {
            // An alias takes the slow path, which checks that the field occurs once.
            let alias = schema["x-serde"] == "alias";
            let node = if alias {
                self.push(Node::Types(TypeShapes::default()))
            } else {
                self.node(schema, depth + 1)?
            };
            properties.push((name.as_str().into(), node));
        }
        let rest = match keywords.take("additionalProperties") {
            None => Some(ANY),
            Some(Value::Bool(false)) => None,
            Some(rest) => Some(self.node(rest, depth + 1)?),
        };
        let all = keywords.take("allOf");
        if !all.and_then(Value::as_array).into_iter().flatten().all(is_aliased) {
            return None;
        }
        let names =
            all.and_then(Value::as_array).into_iter().flatten().map(|part| &part["anyOf"][0]["required"][0]);
        let mut required = 0;
        for name in keywords.take("required").and_then(Value::as_array).into_iter().flatten().chain(names) {
            let index = properties.iter().position(|(known, _)| Some(&**known) == name.as_str())?;
            required |= 1_u64.checked_shl(u32::try_from(index).ok()?)?;
        }
        (properties.len() <= 64).then_some(Properties { declared: properties, required, rest })
    }
}

/// Returns the constraining keywords of a schema; `None` for a schema that rejects every value.
fn constraints(schema: &Value) -> Option<Vec<(&str, &Value)>> {
    match schema {
        Value::Bool(true) => Some(Vec::new()),
        Value::Object(keywords) => {
            let keywords = keywords.iter().filter(|(name, _)| !is_annotation(name));
            Some(keywords.map(|(name, value)| (name.as_str(), value)).collect())
        }
        _ => None,
    }
}

/// Merges the target of a reference and the siblings of the reference into one schema of an object, as for a newtype
/// variant and its tag. `None` if one excludes properties that the other declares.
fn merged(target: &Value, beside: &Map<String, Value>) -> Option<Map<String, Value>> {
    let target = target.as_object()?;
    let mut merged = Map::new();
    for schema in [target, beside] {
        for (keyword, value) in schema {
            match (keyword.as_str(), merged.get_mut(keyword), value) {
                ("$ref", ..) if std::ptr::eq(schema, beside) => {}
                (keyword, ..) if is_annotation(keyword) => {}
                ("type", _, Value::String(name)) if name == "object" => {
                    merged.insert("type".to_owned(), value.clone());
                }
                ("properties", None, Value::Object(_)) | ("required", None, Value::Array(_)) => {
                    merged.insert(keyword.clone(), value.clone());
                }
                ("properties", Some(Value::Object(all)), Value::Object(more)) => {
                    for (name, property) in more {
                        if all.insert(name.clone(), property.clone()).is_some() {
                            return None;
                        }
                    }
                }
                ("required", Some(Value::Array(all)), Value::Array(more)) => all.extend(more.iter().cloned()),
                _ => return None,
            }
        }
    }
    Some(merged)
}

/// The keywords of a schema that have not been used yet.
struct Keywords<'a>(Vec<(&'a String, &'a Value)>);

impl<'a> Keywords<'a> {
    fn take(&mut self, keyword: &str) -> Option<&'a Value> {
        let index = self.0.iter().position(|(name, _)| *name == keyword)?;
        Some(self.0.swap_remove(index).1)
    }

    fn count(&mut self, keyword: &str, default: usize) -> Option<usize> {
        self.take(keyword).map_or(Some(default), |count| usize::try_from(count.as_u64()?).ok())
    }

    fn integers(&mut self) -> Option<Numbers> {
        let low = match (self.take("minimum"), self.take("exclusiveMinimum")) {
            (None, None) => i128::MIN,
            (Some(low), None) => integer(low)?,
            (None, Some(low)) => integer(low)? + 1,
            _ => return None,
        };
        let high = match (self.take("maximum"), self.take("exclusiveMaximum")) {
            (None, None) => i128::MAX,
            (Some(high), None) => integer(high)?,
            (None, Some(high)) => integer(high)? - 1,
            _ => return None,
        };
        Some(Numbers::Integer { low, high })
    }

    fn reals(&mut self) -> Option<Numbers> {
        let limits = |inclusive: Option<&Value>, exclusive: Option<&Value>| {
            let read = |limit: Option<&Value>| limit.map_or(Some(None), |limit| real(limit).map(Some));
            Some((read(inclusive)?, read(exclusive)?))
        };
        // A float below an exclusive limit is at most the previous float.
        let (least, above) = limits(self.take("minimum"), self.take("exclusiveMinimum"))?;
        let (most, below) = limits(self.take("maximum"), self.take("exclusiveMaximum"))?;
        let low = least.unwrap_or(f64::MIN).max(above.map_or(f64::MIN, f64::next_up));
        let high = most.unwrap_or(f64::MAX).min(below.map_or(f64::MAX, f64::next_down));
        let single = above == Some(-F32_END) && below == Some(F32_END) && least.is_none() && most.is_none();
        Some(if single { Numbers::Single } else { Numbers::Real { low, high } })
    }
}

fn integer(limit: &Value) -> Option<i128> {
    let number: &Number = limit.as_number()?;
    let signed = number.as_i64().map(i128::from);
    signed.or_else(|| number.as_u64().map(i128::from)).or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT)?;
        #[expect(clippy::cast_possible_truncation, reason = "the filter above")]
        Some(float as i128)
    })
}

fn real(limit: &Value) -> Option<f64> {
    limit.as_f64().filter(|limit| limit.abs() < EXACT || limit.abs().to_bits() == F32_END.to_bits())
}
