//! Adds the names that serde accepts and schemars does not list: `alias` and `other`.
//!
//! The schema and the type are walked together. Additional names that the type reads are added, marked `x-serde`, so
//! that generators of values can ignore them. Where serde buffers a value first (inside an internally tagged or
//! untagged enum, beside `flatten`), the names cannot be found, and the schema is unchanged.

use std::{cmp::Reverse, collections::BTreeSet};

use serde_json::{Map, Value};

use super::{
    Direction,
    choice::{Alternatives, Choice, alternatives, is_annotation},
    edit::{Edit, strings, strings_of},
    locate::escaped,
    recorder::{Asked, Give, Go, Probe, Seen},
    sample::sample,
    sampler::Sampler,
    tagging::{shows_tag_alone, untaggable},
};

/// The maximum number of times that a type is read.
const MOST_RUNS: usize = 20_000;
/// A name that no field or variant has.
const UNKNOWN: &str = "\u{1}unknown";

/// Adds to a document the names that its root type accepts.
///
/// # Errors
/// Fails if serde can never read a part of the type.
pub(super) fn widen(document: &mut Value, probe: Probe) -> Result<(), String> {
    let mut walk = Walk::new(document, probe, None);
    walk.visit(String::new(), &mut Vec::new())?;
    let mut edits = walk.edits;
    // An alias copies its variant, with the further names inside it.
    edits.sort_by_key(|(pointer, _)| Reverse(pointer.len()));
    for (pointer, edit) in edits {
        if let Some(schema) = document.pointer_mut(&pointer) {
            edit.apply(schema);
        }
    }
    Ok(())
}

/// Checks that serde can write every part of an outbound type, by reading the same type.
///
/// A type may be written differently than it is read, so a finding must be confirmed: for a variant by its schema,
/// which shows no content, and for a key by `sampler`, which writes values.
///
/// # Errors
/// Fails if serde can never write a part of the type.
pub(super) fn check_written(document: &Value, sampler: Sampler) -> Result<(), String> {
    Walk::new(document, sampler.probe, Some(sampler)).visit(String::new(), &mut Vec::new())
}

struct Walk<'a> {
    document: &'a Value,
    probe: Probe,
    /// Writes values of the type. `None` for an inbound document.
    sampler: Option<Sampler>,
    runs: usize,
    /// The pointers of the definitions visited so far.
    seen: BTreeSet<String>,
    edits: Vec<(String, Edit)>,
}

impl<'a> Walk<'a> {
    fn new(document: &'a Value, probe: Probe, sampler: Option<Sampler>) -> Self {
        Self { document, probe, sampler, runs: 0, seen: BTreeSet::new(), edits: Vec::new() }
    }

    fn run(&mut self, path: &[Go], give: Give<'_>) -> Seen {
        self.runs += 1;
        if self.runs > MOST_RUNS { Seen::default() } else { (self.probe)(path, give) }
    }

    /// Returns the pointer to the schema itself, behind references and optional values. `None` if it was visited
    /// before.
    fn resolve(&mut self, mut pointer: String) -> Option<String> {
        for _ in 0..64 {
            let schema = self.document.pointer(&pointer)?.as_object()?;
            let only = |key: &str| schema.keys().all(|other| other == key || is_annotation(other));
            if let (Some(reference), true) = (schema.get("$ref").and_then(Value::as_str), only("$ref")) {
                reference.strip_prefix('#')?.clone_into(&mut pointer);
                if !self.seen.insert(pointer.clone()) {
                    return None;
                }
            } else if let (Some(Value::Array(branches)), true) = (schema.get("anyOf"), only("anyOf")) {
                let mut some = branches.iter().enumerate().filter(|(_, branch)| branch["type"] != "null");
                let (Some((index, _)), None) = (some.next(), some.next()) else { return Some(pointer) };
                pointer = format!("{pointer}/anyOf/{index}");
            } else {
                return Some(pointer);
            }
        }
        None
    }

    fn visit(&mut self, pointer: String, path: &mut Vec<Go>) -> Result<(), String> {
        let Some(pointer) = self.resolve(pointer) else { return Ok(()) };
        let document = self.document;
        let Some(schema) = document.pointer(&pointer).and_then(Value::as_object) else { return Ok(()) };
        let asked = self.run(path, Give::Nothing).asked;
        let told = alternatives(document, schema);
        match (asked, told) {
            (
                Some(Asked::Struct(fields)),
                Some(Alternatives { choice: Choice::Tagged { tag, branches }, .. }),
            ) => self.adjacent(&pointer, path, (fields, tag), &branches),
            (Some(Asked::Struct(fields)), None) => self.fields(&pointer, schema, fields, path),
            (Some(Asked::Enum(names)), told) => self.external(&pointer, schema, names, told, path),
            (Some(Asked::Any), Some(Alternatives { choice: Choice::Tagged { tag, branches }, .. })) => {
                self.internal(&pointer, tag, &branches, path)
            }
            (Some(Asked::Map), None) => self.map(&pointer, schema, path),
            (Some(Asked::Seq), None) => self.list(&pointer, schema, path),
            _ => Ok(()),
        }
    }

    fn below(&mut self, pointer: String, path: &mut Vec<Go>, step: Go) -> Result<(), String> {
        path.push(step);
        let result = self.visit(pointer, path);
        path.pop();
        result
    }

    /// Groups the names that the type treats alike, which belong to one field or variant. Also returns how the type
    /// treats an unknown name; `None` if it rejects it.
    fn groups<'n>(
        &mut self,
        path: &[Go],
        names: &[&'n str],
        give: impl Fn(&'n str) -> Give<'n>,
    ) -> (Vec<Vec<&'n str>>, Option<u64>) {
        let unknown = self.run(path, give(UNKNOWN)).made;
        let mut groups: Vec<(u64, Vec<&str>)> = Vec::new();
        for &name in names {
            let Some(made) = self.run(path, give(name)).made else { continue };
            match groups.iter_mut().find(|(known, _)| *known == made) {
                Some((_, group)) => group.push(name),
                None => groups.push((made, vec![name])),
            }
        }
        (groups.into_iter().map(|(_, group)| group).collect(), unknown)
    }

    fn fields(
        &mut self,
        pointer: &str,
        schema: &Map<String, Value>,
        fields: &'static [&'static str],
        path: &mut Vec<Go>,
    ) -> Result<(), String> {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
        for (name, aliases) in self.aliases(path, fields, Give::Key, |name| properties.contains_key(name)).0 {
            self.edits.push((pointer.to_owned(), Edit::Field { name, aliases }));
        }
        for name in properties.keys() {
            self.below(format!("{pointer}/properties/{}", escaped(name)), path, Go::Key(name.clone()))?;
        }
        Ok(())
    }

    /// Returns the names that have aliases, with these. The schema lists one name of each group. Also returns true if
    /// any other name is accepted.
    fn aliases(
        &mut self,
        path: &[Go],
        names: &'static [&'static str],
        give: fn(&'static str) -> Give<'static>,
        known: impl Fn(&str) -> bool,
    ) -> (Vec<(String, Vec<String>)>, bool) {
        let (groups, unknown) = self.groups(path, names, give);
        let aliases = groups.into_iter().filter_map(|group| {
            let (known, aliases): (Vec<&str>, Vec<&str>) = group.into_iter().partition(|name| known(name));
            let [name] = &*known else { return None };
            let aliases: Vec<String> = aliases.into_iter().map(str::to_owned).collect();
            (!aliases.is_empty()).then(|| ((*name).to_owned(), aliases))
        });
        (aliases.collect(), unknown.is_some())
    }

    fn external(
        &mut self,
        pointer: &str,
        schema: &Map<String, Value>,
        names: &'static [&'static str],
        told: Option<Alternatives<'_>>,
        path: &mut Vec<Go>,
    ) -> Result<(), String> {
        let (units, keys) = match told.map(|told| told.choice) {
            None => (strings(schema), Vec::new()),
            Some(Choice::Keyed { units, keys }) => {
                (units, keys.into_iter().map(|(key, _)| key).collect::<Vec<_>>())
            }
            // Variants with doc comments are separate alternatives.
            Some(Choice::Untold(branches)) if branches.iter().all(|branch| branch["type"] == "string") => (
                branches.iter().filter_map(|branch| branch.as_object()).flat_map(strings).collect(),
                Vec::new(),
            ),
            Some(_) => return Ok(()),
        };
        if units.is_empty() && keys.is_empty() {
            return Ok(());
        }
        let known = |name: &str| units.contains(&name) || keys.contains(&name);
        let (aliases, other) = self.aliases(path, names, Give::Variant, known);
        for (name, aliases) in aliases {
            self.edits.push((pointer.to_owned(), Edit::Variant { name, aliases }));
        }
        if other {
            let names = names.iter().chain(&units).chain(&keys).map(|name| (*name).to_owned()).collect();
            self.edits.push((pointer.to_owned(), Edit::OtherString(names)));
        }
        let branches = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (index, branch) in branches {
            if let Some((key, _)) = branch["properties"].as_object().and_then(|all| all.iter().next()) {
                let pointer = format!("{pointer}/oneOf/{index}/properties/{}", escaped(key));
                self.below(pointer, path, Go::Variant(key.clone()))?;
            }
        }
        Ok(())
    }

    fn internal(
        &mut self,
        pointer: &str,
        tag: &str,
        branches: &[(&str, &Value)],
        path: &[Go],
    ) -> Result<(), String> {
        let names: Vec<&str> = branches.iter().map(|(name, _)| *name).collect();
        let direction = if self.sampler.is_some() { Direction::Outbound } else { Direction::Inbound };
        for (name, branch) in branches {
            let may_be = direction == Direction::Inbound || shows_tag_alone(branch, tag);
            if may_be && self.run(path, Give::Tag(tag, name)).no_object {
                return Err(untaggable(name, direction));
            }
        }
        let unknown = self.run(path, Give::Tag(tag, UNKNOWN));
        if let Some(all) = unknown.instead {
            let (groups, _) = self.groups(path, all, |name| Give::Tag(tag, name));
            for group in groups {
                let (known, aliases): (Vec<&str>, Vec<&str>) =
                    group.into_iter().partition(|name| names.contains(name));
                if let ([name], false) = (&*known, aliases.is_empty()) {
                    let aliases = aliases.into_iter().map(str::to_owned).collect();
                    self.edits
                        .push((pointer.to_owned(), Edit::Variant { name: (*name).to_owned(), aliases }));
                }
            }
        } else if unknown.made.is_some() {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let edit = Edit::OtherTag { tag: tag.to_owned(), names, content: None };
            self.edits.push((pointer.to_owned(), edit));
        }
        Ok(())
    }

    fn adjacent(
        &mut self,
        pointer: &str,
        path: &mut Vec<Go>,
        (fields, tag): (&'static [&'static str], &str),
        branches: &[(&str, &Value)],
    ) -> Result<(), String> {
        let [_, content] = fields else { return Ok(()) };
        let names: Vec<&str> = branches.iter().map(|(name, _)| *name).collect();
        path.push(Go::Key(tag.to_owned()));
        let asked = self.run(path, Give::Nothing).asked;
        let found = match asked {
            Some(Asked::Enum(all)) => {
                Some(self.aliases(path, all, Give::Variant, |name| names.contains(&name)))
            }
            _ => None,
        };
        path.pop();
        let Some((aliases, other)) = found else { return Ok(()) };
        for (name, _) in branches.iter().filter(|(_, branch)| branch["properties"].get(*content).is_none()) {
            let (name, tag, content) = ((*name).to_owned(), tag.to_owned(), (*content).to_owned());
            self.edits.push((pointer.to_owned(), Edit::NoContent { name, tag, content }));
        }
        for (name, aliases) in aliases {
            self.edits.push((pointer.to_owned(), Edit::Variant { name, aliases }));
        }
        if other {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let edit = Edit::OtherTag { tag: tag.to_owned(), names, content: Some((*content).to_owned()) };
            self.edits.push((pointer.to_owned(), edit));
        }
        let Some(all) = self.document.pointer(pointer).and_then(|schema| schema["oneOf"].as_array()) else {
            return Ok(());
        };
        for (index, branch) in all.iter().enumerate() {
            let name = strings_of(&branch["properties"][tag]).first().copied();
            if let (Some(name), Some(_)) = (name, branch["properties"].get(*content)) {
                let pointer = format!("{pointer}/oneOf/{index}/properties/{}", escaped(content));
                let step = Go::Content(tag.to_owned(), name.to_owned(), (*content).to_owned());
                self.below(pointer, path, step)?;
            }
        }
        Ok(())
    }

    fn map(&mut self, pointer: &str, schema: &Map<String, Value>, path: &mut Vec<Go>) -> Result<(), String> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        if let (None, None) = (properties, patterns)
            && schema.get("additionalProperties").is_some_and(Value::is_object)
        {
            let unwritable = self.sampler.is_none_or(Sampler::writes_no_key);
            if self.run(path, Give::Key("x")).no_key && unwritable {
                return Err(
                    "the keys of a map are not strings, which JSON requires: use a list of pairs".to_owned()
                );
            }
            return self.below(format!("{pointer}/additionalProperties"), path, Go::Key("x".to_owned()));
        }
        // The keys may be the variants of an enum.
        if let (Some(properties), Some(names)) = (properties, self.run(path, Give::Key(UNKNOWN)).instead) {
            for (name, aliases) in
                self.aliases(path, names, Give::Key, |name| properties.contains_key(name)).0
            {
                self.edits.push((pointer.to_owned(), Edit::Field { name, aliases }));
            }
        }
        for name in properties.into_iter().flatten().map(|(name, _)| name) {
            self.below(format!("{pointer}/properties/{}", escaped(name)), path, Go::Key(name.clone()))?;
        }
        for pattern in patterns.into_iter().flatten().map(|(pattern, _)| pattern) {
            let pointer = format!("{pointer}/patternProperties/{}", escaped(pattern));
            self.below(pointer, path, Go::Key("0".to_owned()))?;
        }
        Ok(())
    }

    fn list(&mut self, pointer: &str, schema: &Map<String, Value>, path: &mut Vec<Go>) -> Result<(), String> {
        let prefix = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut before = Vec::new();
        for (index, item) in prefix.iter().enumerate() {
            self.below(format!("{pointer}/prefixItems/{index}"), path, Go::Item(before.clone()))?;
            before.push(sample(self.document, item, 0));
        }
        if schema.get("items").is_some_and(Value::is_object) {
            self.below(format!("{pointer}/items"), path, Go::Item(before))?;
        }
        Ok(())
    }
}
