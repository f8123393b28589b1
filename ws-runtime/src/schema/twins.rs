//! Detects two types that schemars treats as one.
//!
//! schemars identifies a type by its module and name. Two types of the same name in two function bodies, or renamed to
//! the same name in one module, share the schema of the first. If the schema is generated again with every reference
//! expanded, each type has its own schema. If that differs from the referenced definition, there are two types.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

/// The maximum number of schemas that are expanded for the comparison. If types refer to each other many times, the
/// number grows with each level.
const MOST: usize = 100_000;

/// A root schema and the definitions to which it refers.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) root: &'a Value,
    pub(super) definitions: &'a Map<String, Value>,
}

impl<'a> Document<'a> {
    /// Returns true if the document stays reasonably small when every reference is expanded.
    pub(super) fn can_be_written_out(self) -> bool {
        self.count(self.root, &mut Vec::new(), MOST).is_some()
    }

    /// Returns the budget that remains after a schema is expanded; `None` if it is exceeded.
    fn count(self, schema: &'a Value, above: &mut Vec<&'a str>, budget: usize) -> Option<usize> {
        let mut budget = budget.checked_sub(1)?;
        match schema {
            Value::Array(items) => {
                for item in items {
                    budget = self.count(item, above, budget)?;
                }
            }
            Value::Object(keywords) => {
                if let Some((name, target)) = self.named(keywords).filter(|(name, _)| !above.contains(name)) {
                    above.push(name);
                    budget = self.count(target, above, budget)?;
                    above.pop();
                }
                for value in keywords.values() {
                    budget = self.count(value, above, budget)?;
                }
            }
            _ => {}
        }
        Some(budget)
    }

    fn named(self, keywords: &'a Map<String, Value>) -> Option<(&'a str, &'a Value)> {
        let name = keywords.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
        self.definitions.get(name).map(|schema| (name, schema))
    }
}

/// Returns the name that two types share; `None` if there is none. `referring` and `written_out` are generated from one
/// type.
pub(super) fn shared_name(referring: Document<'_>, written_out: Document<'_>) -> Option<String> {
    let mut compare = Compare { referring, written_out, seen: HashSet::new() };
    compare.schemas(referring.root, written_out.root, None).err().map(str::to_owned)
}

struct Compare<'a> {
    referring: Document<'a>,
    written_out: Document<'a>,
    seen: HashSet<(*const Value, *const Value)>,
}

impl<'a> Compare<'a> {
    /// Compares two schemas within the definition named `within`.
    fn schemas(&mut self, one: &'a Value, other: &'a Value, within: Option<&'a str>) -> Result<(), &'a str> {
        if !self.seen.insert((one, other)) {
            return Ok(());
        }
        let one = View::of(self.referring, one, within);
        let other = View::of(self.written_out, other, None);
        let within = one.within;
        if let (true, Some(name)) = (one.differs(&other), within) {
            return Err(name);
        }
        for (name, schema) in &one.properties {
            if let Some((_, other)) = other.properties.iter().find(|(other, _)| name == other) {
                self.schemas(schema, other, within)?;
            }
        }
        for (one, other) in one.parts.iter().zip(&other.parts) {
            if let (Some(one), Some(other)) = (one, other) {
                self.schemas(one, other, within)?;
            }
        }
        for (one, other) in one.branches.iter().zip(&other.branches) {
            self.schemas(one, other, within)?;
        }
        Ok(())
    }
}

/// The constraints of a schema, independent of whether it is a reference or optional.
#[derive(Default)]
struct View<'a> {
    within: Option<&'a str>,
    types: BTreeSet<&'a str>,
    format: Option<&'a str>,
    names: Option<Vec<&'a Value>>,
    properties: Vec<(&'a str, &'a Value)>,
    branches: Vec<&'a Value>,
    /// The nested schemas: those of items and of the values of a map.
    parts: Vec<Option<&'a Value>>,
}

impl<'a> View<'a> {
    fn of(document: Document<'a>, schema: &'a Value, within: Option<&'a str>) -> Self {
        let mut view = Self { within, ..Self::default() };
        view.add(document, schema, 0);
        view
    }

    /// Adds the constraints of a schema that are not set yet. The siblings of a reference take precedence.
    fn add(&mut self, document: Document<'a>, schema: &'a Value, depth: usize) {
        let Some(keywords) = schema.as_object().filter(|_| depth < 16) else { return };
        if self.types.is_empty() {
            let types = keywords.get("type");
            let types =
                types.and_then(Value::as_array).map_or_else(|| types.into_iter().collect(), Vec::from_iter);
            self.types = types.into_iter().filter_map(Value::as_str).filter(|name| *name != "null").collect();
        }
        let text = |key: &str| keywords.get(key).and_then(Value::as_str);
        self.format = self.format.or_else(|| text("format"));
        if self.names.is_none() {
            let names = keywords.get("enum").and_then(Value::as_array).map(Vec::from_iter);
            let names = names.or_else(|| Some(vec![keywords.get("const")?]));
            self.names = names.map(|names| names.into_iter().filter(|name| !name.is_null()).collect());
        }
        for (name, schema) in keywords.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !self.properties.iter().any(|(known, _)| known == name) {
                self.properties.push((name, schema));
            }
        }
        if self.parts.iter().all(Option::is_none) {
            let whole = ["items", "additionalProperties"].into_iter().map(|key| keywords.get(key));
            let listed = ["prefixItems", "patternProperties"].into_iter().filter_map(|key| keywords.get(key));
            let listed = listed.flat_map(|list| match list {
                Value::Array(items) => items.iter().collect::<Vec<_>>(),
                Value::Object(schemas) => schemas.values().collect(),
                _ => Vec::new(),
            });
            self.parts = whole.chain(listed.map(Some)).collect();
        }
        if let Some((name, target)) = document.named(keywords) {
            self.within = Some(name);
            self.add(document, target, depth + 1);
        }
        if self.branches.is_empty() {
            let branches = ["oneOf", "anyOf"].into_iter().filter_map(|key| keywords.get(key)?.as_array());
            let branches: Vec<_> = branches.flatten().filter(|branch| branch["type"] != "null").collect();
            match &*branches {
                [only] => self.add(document, only, depth + 1),
                _ => self.branches = branches,
            }
        }
    }

    /// Returns true if no type can have both views. A constraint that only one of them has is not a difference, because
    /// attributes of a field may have added it.
    fn differs(&self, other: &Self) -> bool {
        let differ =
            |one: Option<&str>, other: Option<&str>| one.is_some() && other.is_some() && one != other;
        let both = |one: bool, other: bool| one && other;
        let keys = |view: &Self| view.properties.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>();
        let object = BTreeSet::from(["object"]);
        differ(self.format, other.format)
            || (both(!self.types.is_empty(), !other.types.is_empty()) && self.types != other.types)
            || (both(self.names.is_some(), other.names.is_some()) && self.names != other.names)
            || (both(self.types == object, other.types == object) && keys(self) != keys(other))
            || (both(!self.branches.is_empty(), !other.branches.is_empty())
                && self.branches.len() != other.branches.len())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, HashMap},
        time::Duration,
    };

    use schemars::JsonSchema;

    use crate::schema::{Direction, Generator};

    fn generate<T: JsonSchema>(direction: Direction) -> Result<serde_json::Value, String> {
        let mut generator = Generator::new(direction);
        let root = generator.schema::<T>();
        generator.finish(root)
    }

    macro_rules! schemas {
        ($($(#[$attribute:meta])* $kind:ident $name:ident $body:tt)*) => {$(
            #[derive(JsonSchema)]
            $(#[$attribute])*
            #[expect(dead_code, reason = "only the schema is used")]
            $kind $name $body
        )*};
    }

    /// Types with equal names in the bodies of several functions.
    mod bodies {
        use schemars::JsonSchema;

        macro_rules! bodies {
            ($($body:ident: $trait:ident, $item:tt, $kind:tt;)*) => {$(
                pub(super) trait $trait {
                    type Item: JsonSchema;
                    type Kind: JsonSchema;
                }

                #[expect(dead_code, non_local_definitions, reason = "the function exists for its types, which the trait exposes")]
                fn $body() {
                    #[derive(JsonSchema)]
                    pub(super) struct Item $item
                    #[derive(JsonSchema)]
                    pub(super) enum Kind $kind
                    impl $trait for () {
                        type Item = Item;
                        type Kind = Kind;
                    }
                }
            )*};
        }

        bodies! {
            first: First, { id: u8 }, { One, Two };
            named: Named, { name: u8 }, { One, Three };
            typed: Typed, { id: String }, { One { n: u8 } };
            same: Same, { id: u8 }, { One, Two };
        }
    }
    use bodies::{First, Named, Same, Typed};

    type Item = <() as First>::Item;
    type Kind = <() as First>::Kind;

    schemas! {
        struct Pair { one: Item, other: <() as Named>::Item }
        struct Later { one: Vec<Option<Item>>, other: HashMap<String, (u8, Box<<() as Typed>::Item>)> }
        struct Kinds { one: Kind, other: <() as Named>::Kind }
        #[serde(tag = "type")]
        enum Tagged { One(Item), Other(<() as Named>::Item) }
        enum Keyed { One { kind: Option<Kind> }, Other { kind: Option<<() as Typed>::Kind> } }
        struct Flat { one: Item, #[serde(flatten)] other: Inner }
        struct Inner { other: <() as Typed>::Item }
        #[schemars(rename = "Shape")]
        struct Square { side: u8 }
        #[schemars(rename = "Shape")]
        struct Circle { radius: u8 }
        struct Shapes { square: Square, circles: Vec<Circle> }
        struct Generics { one: Generic<Item>, other: Generic<<() as Typed>::Item> }
        struct Inside { item: Outer }
        #[schemars(rename = "Item")]
        struct Outer { item: Option<Box<Innermost>> }
        #[schemars(rename = "Item")]
        struct Innermost { last: u8 }
        /// A type that is accepted. Each name in it belongs to one type, which is used in different forms.
        #[schemars(rename = "Fine")]
        struct Fine {
            /// A doc comment on the field.
            one: Item,
            #[serde(default)]
            two: Option<Item>,
            #[schemars(range(max = 5), length(min = 1))]
            many: Vec<Item>,
            map: BTreeMap<u8, Kind>,
            kind: Option<Kind>,
            #[schemars(with = "Kind")]
            with: String,
            pair: (Item, Kind),
            tagged: Vec<FineTagged>,
            optional: Option<FineTagged>,
            again: Option<Box<Fine>>,
            duration: Duration,
            result: Result<Item, Kind>,
            nothing: Option<()>,
            generics: (Generic<u8>, Generic<Item>, Generic<Option<Item>>),
            #[serde(flatten)]
            flat: Option<FineFlat>,
            address: std::net::IpAddr,
            any: serde_json::Value,
        }
        #[serde(tag = "type", deny_unknown_fields)]
        enum FineTagged { One(Item), Two { kind: Option<Kind> }, Three, Four(Square), Unit(Unit), Fine(Box<Fine>), Denying(Denying) }
        struct FineFlat { flat: Item, more: Vec<Kind> }
        struct Unit { of: u8 }
        #[serde(deny_unknown_fields)]
        struct Denying { of: Option<Kind> }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Generic<T> {
        of: T,
    }

    #[test]
    fn distinct_types_with_one_name_are_rejected() {
        for direction in [Direction::Inbound, Direction::Outbound] {
            for (generated, name) in [
                (generate::<Pair>(direction), "`Item`"),
                (generate::<Later>(direction), "`Item`"),
                (generate::<Kinds>(direction), "`Kind`"),
                (generate::<Tagged>(direction), "`Item`"),
                (generate::<Keyed>(direction), "`Kind`"),
                (generate::<Flat>(direction), "`Item`"),
                (generate::<Shapes>(direction), "`Shape`"),
                (generate::<Generics>(direction), "`"),
                (generate::<Inside>(direction), "`Item`"),
                (generate::<Option<Vec<Pair>>>(direction), "`Item`"),
            ] {
                let reason = generated.unwrap_err();
                assert!(reason.contains(name) && reason.contains("schemars(rename"), "{reason}");
            }
        }
    }

    #[test]
    fn one_type_used_in_several_forms_is_accepted() {
        for direction in [Direction::Inbound, Direction::Outbound] {
            generate::<Fine>(direction).unwrap();
            generate::<FineTagged>(direction).unwrap();
            // Types with equal schemas cannot be distinguished, which does no harm.
            generate::<(Item, <() as Same>::Item)>(direction).unwrap();
        }
    }
}
