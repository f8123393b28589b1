//! A schema that can be checked while the text is read.
//!
//! Most types' schemas ask for nothing that needs the whole value: which JSON type, which keys, how long, how large, which
//! tag. Of such a schema a small tree is made, along which a deserializer checks each token as it passes; no [`Value`] is
//! built. A schema with anything else in it (patterns, formats, unique items, untagged objects) has no shape, and a text
//! that the shape does not take is not invalid: it is read again by the long way, which alone decides.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use super::choice::{Alternatives, Choice, alternatives, is_annotation, resolve, target};

/// A schema as a tree; recursion is by index.
#[derive(Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    root: Id,
}

/// A place in a shape.
pub(crate) type Id = usize;

/// The place where anything may stand.
const ANY: Id = 0;

/// The integers that a double holds exactly: comparisons up to here are exact whichever way a number is written.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[derive(Debug)]
enum Node {
    /// What may stand here, by JSON type.
    Parts(Parts),
    /// The same as another node, and `null` too.
    OrNull(Id),
    /// The same as another node.
    Same(Id),
}

#[derive(Debug, Default)]
struct Parts {
    null: bool,
    boolean: bool,
    number: Option<Numbers>,
    string: Option<Strings>,
    array: Option<Array>,
    object: Option<Object>,
}

#[derive(Debug)]
enum Numbers {
    Integer { low: i128, high: i128 },
    Real { low: f64, high: f64 },
}

#[derive(Debug)]
struct Strings {
    /// Lengths in characters.
    min: usize,
    max: usize,
    one_of: Option<Vec<Box<str>>>,
}

/// What an array may hold.
#[derive(Debug)]
pub(crate) struct Array {
    prefix: Vec<Id>,
    items: Id,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// What an object may hold.
#[derive(Debug)]
pub(crate) enum Object {
    Plain(Plain),
    /// The property `tag` names the branch; it is known only when the tag comes first.
    Tagged { tag: Box<str>, branches: Vec<(Box<str>, Id)> },
    /// One property, whose key names the branch.
    Keyed(Vec<(Box<str>, Id)>),
}

/// An object's properties.
#[derive(Debug)]
pub(crate) struct Plain {
    properties: Vec<(Box<str>, Id)>,
    /// Which of the properties must be there, as bits.
    pub(crate) required: u64,
    /// What other properties may hold; `None` if there may be none.
    pub(crate) rest: Option<Id>,
}

/// A number as the text has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Array {
    /// What may stand at an index.
    pub(crate) fn item(&self, index: usize) -> Id {
        self.prefix.get(index).copied().unwrap_or(self.items)
    }
}

impl Plain {
    /// What a key's value may be, and the key's bit, if it is declared.
    pub(crate) fn property(&self, key: &str) -> Option<(Id, u64)> {
        let index = self.properties.iter().position(|(name, _)| **name == *key)?;
        Some((self.properties[index].1, 1 << index))
    }
}

impl Object {
    /// The branch of this name.
    pub(crate) fn branch(branches: &[(Box<str>, Id)], name: &str) -> Option<Id> {
        branches.iter().find(|(known, _)| **known == *name).map(|(_, id)| *id)
    }
}

/// One place of a shape, to be asked about tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'p> {
    shape: &'p Shape,
    parts: &'p Parts,
    null: bool,
}

impl<'p> Spot<'p> {
    pub(crate) fn at(self, id: Id) -> Self {
        self.shape.spot(id)
    }

    pub(crate) fn null(self) -> bool {
        self.null
    }

    pub(crate) fn boolean(self) -> bool {
        self.parts.boolean
    }

    /// The number, if it may stand here; an integer is given as one however it is written, where one is asked for.
    #[expect(clippy::cast_precision_loss, reason = "limits that a double does not hold exactly have no shape")]
    #[expect(clippy::cast_possible_truncation, reason = "a double without a fraction within the limits of an i128")]
    pub(crate) fn number(self, token: Token) -> Option<Token> {
        match (self.parts.number.as_ref()?, token) {
            (Numbers::Integer { low, high }, token) => {
                let integer = match token {
                    Token::Unsigned(value) => i128::from(value),
                    Token::Signed(value) => i128::from(value),
                    Token::Float(value) if value.fract() == 0.0 => value as i128,
                    Token::Float(_) => return None,
                };
                let token = match (u64::try_from(integer), i64::try_from(integer)) {
                    (Ok(value), _) => Token::Unsigned(value),
                    (_, Ok(value)) => Token::Signed(value),
                    _ => return None,
                };
                (*low..=*high).contains(&integer).then_some(token)
            }
            (Numbers::Real { low, high }, token) => {
                let real = match token {
                    Token::Unsigned(value) => value as f64,
                    Token::Signed(value) => value as f64,
                    Token::Float(value) => value,
                };
                (*low..=*high).contains(&real).then_some(token)
            }
        }
    }

    pub(crate) fn string(self, text: &str) -> bool {
        let Some(Strings { min, max, one_of }) = &self.parts.string else { return false };
        if let Some(names) = one_of {
            return names.iter().any(|name| **name == *text);
        }
        // A character takes one to four bytes, so most lengths are settled without counting.
        (*min == 0 && text.len() <= *max) || (*min..=*max).contains(&text.chars().count())
    }

    pub(crate) fn array(self) -> Option<&'p Array> {
        self.parts.array.as_ref()
    }

    pub(crate) fn object(self) -> Option<&'p Object> {
        self.parts.object.as_ref()
    }
}

impl Shape {
    /// The shape of a schema, if all of it can be checked on tokens.
    pub(super) fn of(schema: &Value) -> Option<Self> {
        let mut build = Build { document: schema, nodes: vec![Node::Parts(Parts::any())], known: HashMap::new() };
        let root = build.node(schema, 0)?;
        let shape = Self { nodes: build.nodes, root };
        // A reference that comes back to itself says nothing.
        (0..shape.nodes.len()).all(|id| shape.follow(id).is_some()).then_some(shape)
    }

    pub(crate) fn root(&self) -> Spot<'_> {
        self.spot(self.root)
    }

    fn spot(&self, id: Id) -> Spot<'_> {
        let (parts, null) = self.follow(id).unwrap_or((&Parts::NOTHING, false));
        Spot { shape: self, parts, null: null || parts.null }
    }

    fn follow(&self, mut id: Id) -> Option<(&Parts, bool)> {
        let mut null = false;
        for _ in 0..=self.nodes.len() {
            match &self.nodes[id] {
                Node::Parts(parts) => return Some((parts, null)),
                Node::OrNull(same) => (id, null) = (*same, true),
                Node::Same(same) => id = *same,
            }
        }
        None
    }
}

impl Parts {
    const NOTHING: Self =
        Self { null: false, boolean: false, number: None, string: None, array: None, object: None };

    fn any() -> Self {
        Self {
            null: true,
            boolean: true,
            number: Some(Numbers::Real { low: f64::MIN, high: f64::MAX }),
            string: Some(Strings { min: 0, max: usize::MAX, one_of: None }),
            array: Some(Array { prefix: Vec::new(), items: ANY, min: 0, max: usize::MAX }),
            object: Some(Object::Plain(Plain { properties: Vec::new(), required: 0, rest: Some(ANY) })),
        }
    }

    /// Both, where no JSON type is in both.
    fn or(self, other: Self) -> Option<Self> {
        fn either<T>(one: Option<T>, other: Option<T>) -> Option<Option<T>> {
            match (one, other) {
                (Some(_), Some(_)) => None,
                (one, other) => Some(one.or(other)),
            }
        }
        let overlap = (self.null && other.null) || (self.boolean && other.boolean);
        (!overlap).then_some(())?;
        Some(Self {
            null: self.null || other.null,
            boolean: self.boolean || other.boolean,
            number: either(self.number, other.number)?,
            string: either(self.string, other.string)?,
            array: either(self.array, other.array)?,
            object: either(self.object, other.object)?,
        })
    }
}

struct Build<'a> {
    document: &'a Value,
    nodes: Vec<Node>,
    /// The nodes of references, so that a recursive schema ends.
    known: HashMap<String, Id>,
}

impl Build<'_> {
    fn push(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn node(&mut self, schema: &Value, depth: usize) -> Option<Id> {
        let keywords = constraints(schema)?;
        if let ([("$ref", Value::String(reference))], true) = (&*keywords, true) {
            return self.reference(reference, depth);
        }
        if keywords.is_empty() {
            return Some(ANY);
        }
        if let ([("anyOf" | "oneOf", _)], Some(object)) = (&*keywords, schema.as_object()) {
            let document = self.document;
            if let Some(Alternatives { choice: Choice::Untold(branches), null: true, .. }) = alternatives(document, object)
                && let [only] = &*branches
            {
                let same = self.node(only, depth + 1)?;
                return Some(self.push(Node::OrNull(same)));
            }
        }
        let parts = self.parts(schema, depth)?;
        Some(self.push(Node::Parts(parts)))
    }

    fn reference(&mut self, reference: &str, depth: usize) -> Option<Id> {
        if let Some(&id) = self.known.get(reference) {
            return Some(id);
        }
        let schema = target(self.document, reference)?;
        // The node is known before it is built: the schema may refer to itself.
        let id = self.push(Node::Same(ANY));
        self.known.insert(reference.to_owned(), id);
        let same = self.node(schema, depth + 1)?;
        self.nodes[id] = Node::Same(same);
        Some(id)
    }

    fn parts(&mut self, schema: &Value, depth: usize) -> Option<Parts> {
        // Types are not nested this deep; a ring of references is.
        if depth > 64 {
            return None;
        }
        let document = self.document;
        let schema = resolve(document, schema);
        let keywords = constraints(schema)?;
        let object = match schema {
            Value::Object(object) => object,
            _ => return Some(Parts::any()),
        };
        if keywords.is_empty() {
            return Some(Parts::any());
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

    fn choice(&mut self, alternatives: Alternatives<'_>, depth: usize) -> Option<Parts> {
        let null = alternatives.null;
        let parts = match alternatives.choice {
            Choice::Tagged { tag, branches } => {
                let branches = self.branches(branches, depth)?;
                Parts { object: Some(Object::Tagged { tag: tag.into(), branches }), ..Parts::default() }
            }
            Choice::Keyed { units, keys } => {
                let one_of: Vec<Box<str>> = units.into_iter().map(Into::into).collect();
                let string = (!one_of.is_empty()).then_some(Strings { min: 0, max: 0, one_of: Some(one_of) });
                Parts { string, object: Some(Object::Keyed(self.branches(keys, depth)?)), ..Parts::default() }
            }
            Choice::Untold(branches) => {
                let mut all = Parts::default();
                for branch in branches {
                    all = all.or(self.parts(branch, depth + 1)?)?;
                }
                all
            }
        };
        Some(Parts { null: null || parts.null, ..parts })
    }

    fn branches(&mut self, branches: Vec<(&str, &Value)>, depth: usize) -> Option<Vec<(Box<str>, Id)>> {
        branches.into_iter().map(|(name, schema)| Some((name.into(), self.node(schema, depth + 1)?))).collect()
    }

    /// A schema that says which types it takes, without alternatives. Every keyword in it is understood, or there is no
    /// shape.
    fn typed(&mut self, schema: &Map<String, Value>, depth: usize) -> Option<Parts> {
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
        let mut parts = Parts::default();
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
                "object" => parts.object = Some(Object::Plain(self.plain(&mut keywords, depth)?)),
                _ => return None,
            }
        }
        if let Some(names) = names {
            let null = names.iter().any(|name| name.is_null());
            let texts: Vec<Box<str>> = names.iter().filter_map(|name| name.as_str()).map(Into::into).collect();
            let bare = matches!(&parts, Parts { boolean: false, number: None, array: None, object: None, .. });
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

    fn plain(&mut self, keywords: &mut Keywords<'_>, depth: usize) -> Option<Plain> {
        let mut properties: Vec<(Box<str>, Id)> = Vec::new();
        for (name, schema) in keywords.take("properties").and_then(Value::as_object).into_iter().flatten() {
            properties.push((name.as_str().into(), self.node(schema, depth + 1)?));
        }
        let rest = match keywords.take("additionalProperties") {
            None => Some(ANY),
            Some(Value::Bool(false)) => None,
            Some(rest) => Some(self.node(rest, depth + 1)?),
        };
        let mut required = 0;
        for name in keywords.take("required").and_then(Value::as_array).into_iter().flatten() {
            let index = properties.iter().position(|(known, _)| Some(&**known) == name.as_str())?;
            required |= 1_u64.checked_shl(u32::try_from(index).ok()?)?;
        }
        (properties.len() <= 64).then_some(Plain { properties, required, rest })
    }
}

/// The keywords that a schema is checked by; `None` for the schema that nothing keeps.
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

/// A reference and what stands beside it, as one schema of an object: a newtype variant and its tag. Only where neither
/// rules out what the other declares.
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

/// The keywords of a schema that have not been understood yet.
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
        let low = self.take("minimum").map_or(Some(f64::MIN), real)?;
        let high = self.take("maximum").map_or(Some(f64::MAX), real)?;
        Some(Numbers::Real { low, high })
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
    let far = f64::from(f32::MAX);
    limit.as_f64().filter(|limit| limit.abs() < EXACT || limit.abs().to_bits() == far.to_bits())
}
