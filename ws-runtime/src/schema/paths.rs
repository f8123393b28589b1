//! The paths through a schema: the keys and indexes that lead from one node to another.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::choice::{Choice, alternatives, is_annotation, target};

/// The maximum number of steps from one node. Real types have far fewer; further steps are ignored.
const MOST_STEPS: usize = 10_000;

/// Identifies a part of a document by its address.
type PartId = *const Value;

/// The nodes of a schema and the steps between them.
pub(super) struct Graph<'a> {
    document: &'a Value,
    nodes: HashMap<PartId, usize>,
    steps: Vec<Vec<PathStep<'a>>>,
    /// The name of each node's definition, or of the first definition that its schema mentions; `None` if there is
    /// none.
    names: Vec<Option<&'a str>>,
}

/// A step from a node to one that is a level deeper.
#[derive(Clone)]
pub(super) struct PathStep<'a> {
    by: By<'a>,
    pub(super) to: usize,
    /// The alternatives chosen before the step.
    turns: Vec<Alternative>,
    /// True if serde keeps a copy of the value, to try several alternatives.
    pub(super) copied: bool,
}

/// The key or index of a step.
#[derive(Clone)]
enum By<'a> {
    Key(&'a str),
    /// Any key except the contained ones.
    Rest(Vec<&'a str>),
    Index(usize),
    /// The contained index or any later one.
    Items(usize),
}

/// A choice of one alternative.
#[derive(Clone, PartialEq, Eq)]
struct Alternative {
    of: PartId,
    part: usize,
    /// True if a value matches only one of the alternatives, selected by its tag.
    told: bool,
}

/// A step whose target is not known yet.
struct OpenStep<'a> {
    by: By<'a>,
    to: &'a Value,
    turns: Vec<Alternative>,
    copied: bool,
}

impl<'a> Graph<'a> {
    /// Builds the graph of a document.
    ///
    /// # Errors
    /// Fails if a node leads to itself without a key or index.
    pub(super) fn of(document: &'a Value) -> Result<Self, String> {
        let mut graph = Self { document, nodes: HashMap::new(), steps: Vec::new(), names: Vec::new() };
        let (root, name) = graph.named(document);
        graph.node(root, name)?;
        Ok(graph)
    }

    /// Returns the number of nodes, including the root.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn steps(&self, node: usize) -> &[PathStep<'a>] {
        &self.steps[node]
    }

    /// Returns the name of a node's definition, or of the first definition that its schema mentions; `None` if there is
    /// none.
    pub(super) fn name(&self, node: usize) -> Option<&'a str> {
        self.names[node]
    }

    fn node(&mut self, schema: &'a Value, name: Option<&'a str>) -> Result<usize, String> {
        let address: PartId = schema;
        if let Some(&node) = self.nodes.get(&address) {
            return Ok(node);
        }
        let node = self.steps.len();
        self.nodes.insert(address, node);
        self.steps.push(Vec::new());
        self.names.push(name.or_else(|| mentioned(schema)));
        let mut found = Vec::new();
        self.look(schema, &mut Vec::new(), &mut Vec::new(), false, &mut found)?;
        for OpenStep { by, to, turns, copied } in found {
            // A reference leads to the node of its definition.
            let (to, name) = self.named(to);
            let to = self.node(to, name)?;
            let steps = &mut self.steps[node];
            // All key patterns of a map have the same value type, so one step stands for them.
            let known = |step: &PathStep<'_>| {
                step.to == to && step.turns == turns && matches!((&step.by, &by), (By::Rest(_), By::Rest(_)))
            };
            if !steps.iter().any(known) {
                steps.push(PathStep { by, to, turns, copied });
            }
        }
        Ok(node)
    }

    /// Returns the definition to which a schema refers, with its name, or else the schema itself.
    fn named(&self, schema: &'a Value) -> (&'a Value, Option<&'a str>) {
        let only = |keys: &Map<String, Value>| keys.keys().all(|key| key == "$ref" || is_annotation(key));
        let reference = schema.as_object().filter(|keys| only(keys)).and_then(|keys| keys.get("$ref"));
        let named = reference
            .and_then(Value::as_str)
            .and_then(|reference| Some((target(self.document, reference)?, reference.rsplit('/').next())));
        named.unwrap_or((schema, None))
    }

    /// Collects the steps from a value of this schema to the next level.
    fn look(
        &self,
        schema: &'a Value,
        above: &mut Vec<PartId>,
        turns: &mut Vec<Alternative>,
        copied: bool,
        found: &mut Vec<OpenStep<'a>>,
    ) -> Result<(), String> {
        let Some(keywords) = schema.as_object() else { return Ok(()) };
        let address: PartId = schema;
        if above.contains(&address) {
            return Err(
                "the type contains itself directly, so decoding it would never end: put it into a field of a struct \
                 or a variant"
                    .to_owned(),
            );
        }
        if found.len() > MOST_STEPS {
            return Ok(());
        }
        above.push(address);
        own(keywords, turns, copied, found);
        let named = keywords.get("$ref").and_then(Value::as_str);
        let named = named.and_then(|reference| target(self.document, reference));
        let all = keywords.get("allOf").and_then(Value::as_array);
        let both = named.map(|schema| (schema, copied)).into_iter();
        // serde keeps a copy of the input of a flattened enum.
        let flat = copied || keywords.contains_key("properties");
        let both = both.chain(all.into_iter().flatten().map(|schema| (schema, flat)));
        for (part, (schema, copied)) in both.enumerate() {
            turns.push(Alternative { of: address, part, told: false });
            self.look(schema, above, turns, copied, found)?;
            turns.pop();
        }
        if let Some(alternatives) = alternatives(self.document, keywords) {
            let of: PartId =
                ["oneOf", "anyOf"].into_iter().find_map(|key| keywords.get(key)).unwrap_or(schema);
            let (branches, told): (Vec<_>, _) = match alternatives.choice {
                Choice::Tagged { branches, .. } => (branches.into_iter().map(|(_, at)| at).collect(), true),
                Choice::Untold(branches) => (branches, false),
                Choice::Keyed { keys, .. } => {
                    let steps = keys.into_iter().enumerate();
                    found.extend(steps.map(|(part, (key, to))| {
                        let mut turns = turns.clone();
                        turns.push(Alternative { of, part, told: true });
                        OpenStep { by: By::Key(key), to, turns, copied }
                    }));
                    (Vec::new(), true)
                }
            };
            let copied = flat || (!told && branches.len() > 1);
            for (part, branch) in branches.into_iter().enumerate() {
                turns.push(Alternative { of, part, told });
                self.look(branch, above, turns, copied, found)?;
                turns.pop();
            }
        }
        above.pop();
        Ok(())
    }
}

impl PathStep<'_> {
    /// Returns true if both steps read the same key.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.by.meets(&other.by)
    }

    /// Returns true if one value may take both steps from a node: they read the same key, and no tag separates them.
    pub(super) fn coexists(&self, other: &Self) -> bool {
        let parted = self.turns.iter().zip(&other.turns).find(|(one, other)| one != other);
        self.meets(other) && parted.is_none_or(|(one, other)| one.of != other.of || !one.told)
    }

    /// Describes the key in words.
    pub(super) fn describe(&self) -> String {
        self.by.describe()
    }
}

/// Returns the name of the first definition that a schema mentions, directly or as an alternative. For an optional
/// value, that is the definition of the value.
fn mentioned(schema: &Value) -> Option<&str> {
    let branches = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    let mut all = branches.chain([schema]);
    all.find_map(|schema| schema["$ref"].as_str()?.rsplit('/').next())
}

/// Collects the steps of a schema's own keywords for objects and arrays.
fn own<'a>(
    keywords: &'a Map<String, Value>,
    turns: &[Alternative],
    copied: bool,
    found: &mut Vec<OpenStep<'a>>,
) {
    let mut push = |by, to| found.push(OpenStep { by, to, turns: turns.to_vec(), copied });
    let properties = keywords.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        push(By::Key(name), schema);
    }
    let names = || properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let patterns = keywords.get("patternProperties").and_then(Value::as_object);
    let rest = ["additionalProperties", "unevaluatedProperties"];
    let rest = rest.into_iter().filter_map(|keyword| keywords.get(keyword));
    for schema in patterns.into_iter().flatten().map(|(_, schema)| schema).chain(rest) {
        push(By::Rest(names()), schema);
    }
    let prefix = keywords.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (index, schema) in prefix.iter().enumerate() {
        push(By::Index(index), schema);
    }
    if let Some(schema) = keywords.get("items") {
        push(By::Items(prefix.len()), schema);
    }
}

impl By<'_> {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (By::Key(one), By::Key(other)) => one == other,
            (By::Key(key), By::Rest(names)) | (By::Rest(names), By::Key(key)) => !names.contains(key),
            (By::Rest(_), By::Rest(_)) | (By::Items(_), By::Items(_)) => true,
            (By::Index(one), By::Index(other)) => one == other,
            (By::Index(index), By::Items(from)) | (By::Items(from), By::Index(index)) => index >= from,
            _ => false,
        }
    }

    fn describe(&self) -> String {
        match self {
            By::Key(key) => format!("the field `{key}`"),
            By::Rest(_) => "a map's value".to_owned(),
            By::Index(_) | By::Items(_) => "an item".to_owned(),
        }
    }
}
