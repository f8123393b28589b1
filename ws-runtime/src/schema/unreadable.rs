//! Parts of a type that serde can never read because it buffers them first.
//!
//! Inside internally tagged and untagged enums, and beside `flatten`, serde keeps the input as a value of its own. From
//! there it reads neither a raw value nor a key that is a number or a bool, and no object as a string. For each such
//! place of the schema, a text that leads there is read, and the reasons for which the type rejects it are counted.

use serde_json::{Map, Value};

use super::{
    Direction,
    choice::{Choice, alternatives, is_annotation, target},
    edit::strings_of,
    locate::escaped,
    sample::sample,
    tagging::{shows_tag_alone, untaggable},
};

/// The keys that are tried: of both, a number accepts one, and a bool the other.
pub(crate) const TRIAL_KEYS: [&str; 2] = ["1", "true"];
/// A tag that no type has.
const UNKNOWN: &str = "\u{1}unknown";
/// The maximum number of places that are visited. More than any real type has.
const MOST_PLACES: usize = 4_000;
/// The maximum number of texts that are read.
const MOST_RUNS: usize = 1_000;

/// How often a type rejected something while it read a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// A raw value that was buffered.
    pub(crate) raw: usize,
    /// One of the [`TRIAL_KEYS`].
    pub(crate) key: usize,
    /// An object.
    pub(crate) object: usize,
}

/// Searches a document for parts that the type never reads. `read` reads a text as the type.
///
/// # Errors
/// If there is one.
pub(super) fn check_read(document: &Value, read: fn(&str) -> Rejected) -> Result<(), String> {
    let mut walk = TrialWalk { document, read, places: 0, runs: 0, path: String::new(), above: Vec::new() };
    walk.place(document, &|text| text, &[])
}

/// A member that an object requires beside the one in question.
#[derive(Clone)]
struct Sibling {
    key: String,
    value: String,
    /// True if the value is the only one, as that of a tag is.
    is_tag: bool,
}

struct TrialWalk<'a> {
    document: &'a Value,
    read: fn(&str) -> Rejected,
    places: usize,
    runs: usize,
    path: String,
    /// The definitions around the place.
    above: Vec<&'a str>,
}

impl<'a> TrialWalk<'a> {
    fn run(&mut self, text: &str) -> Rejected {
        self.runs += 1;
        if self.runs > MOST_RUNS { Rejected::default() } else { (self.read)(text) }
    }

    /// The current place, for people.
    fn at(&self) -> String {
        if self.path.is_empty() { "at the root".to_owned() } else { format!("at `{}`", self.path) }
    }

    /// Visits a schema. `wrap` makes a text for the whole type of one for this place; `beside` has the members that
    /// schemas of the same object require.
    fn place(
        &mut self,
        schema: &'a Value,
        wrap: &dyn Fn(String) -> String,
        beside: &[Sibling],
    ) -> Result<(), String> {
        self.places += 1;
        if self.places > MOST_PLACES {
            return Ok(());
        }
        let Some(keywords) = schema.as_object() else { return self.any(schema, wrap) };
        if beside.is_empty() && keywords.keys().all(|keyword| is_annotation(keyword)) {
            return self.any(&Value::Bool(true), wrap);
        }
        let level = self.level(keywords, beside);
        self.members(keywords, wrap, &level)?;
        self.items(keywords, wrap)?;
        self.tags(keywords, wrap, &level)?;
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for branch in keywords.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.place(branch, wrap, &level)?;
            }
        }
        let Some(reference) = keywords.get("$ref").and_then(Value::as_str) else { return Ok(()) };
        if let Some(definition) = target(self.document, reference)
            && !self.above.contains(&reference)
        {
            self.above.push(reference);
            self.place(definition, wrap, &level)?;
            self.above.pop();
        }
        Ok(())
    }

    /// Any value is accepted, perhaps as a raw one.
    fn any(&mut self, schema: &Value, wrap: &dyn Fn(String) -> String) -> Result<(), String> {
        if *schema == Value::Bool(true) && self.run(&wrap("1".to_owned())).raw > 0 {
            return Err(format!(
                "serde buffers the value {} before it reads it, so it can never be read as a `RawValue`: use \
                 `serde_json::Value`, or avoid `flatten` and enums that are untagged or have a `tag` without a \
                 `content`",
                self.at()
            ));
        }
        Ok(())
    }

    /// Returns the members that an object requires.
    fn level(&self, keywords: &Map<String, Value>, beside: &[Sibling]) -> Vec<Sibling> {
        let mut level = beside.to_vec();
        let required = keywords.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            let property = keywords.get("properties").and_then(|properties| properties.get(name));
            if let (Some(property), None) = (property, level.iter().find(|known| known.key == name)) {
                level.push(Sibling {
                    key: name.to_owned(),
                    value: sample(self.document, property, 0).to_string(),
                    is_tag: strings_of(property).len() == 1,
                });
            }
        }
        level
    }

    fn members(
        &mut self,
        keywords: &'a Map<String, Value>,
        wrap: &dyn Fn(String) -> String,
        level: &[Sibling],
    ) -> Result<(), String> {
        let below = |walk: &mut Self, key: &str, step: &str, schema| {
            let length = walk.path.len();
            walk.path.push('/');
            walk.path.push_str(step);
            walk.place(schema, &|text| wrap(object(key, &text, level)), &[])?;
            walk.path.truncate(length);
            Ok::<_, String>(())
        };
        for (name, property) in keywords.get("properties").and_then(Value::as_object).into_iter().flatten() {
            below(self, name, &escaped(name), property)?;
        }
        let patterns = keywords.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
        // schemars' patterns for keys that are integers.
        let numbers = patterns.filter(|(pattern, _)| matches!(&***pattern, r"^\d+$" | r"^-?\d+$"));
        let others = keywords.get("additionalProperties").filter(|values| **values != false);
        for (key, values) in
            numbers.map(|(_, values)| ("1", values)).chain(others.map(|values| ("x", values)))
        {
            let value = sample(self.document, values, 0).to_string();
            let is_rejected = |key: &&str| self.run(&wrap(object(key, &value, level))).key > 0;
            if TRIAL_KEYS.iter().all(is_rejected) {
                return Err(format!(
                    "serde buffers the map {} before it reads it, so its keys can never be read as numbers or \
                     bools: use strings as keys or a list of pairs, or avoid `flatten` and enums that are untagged or \
                     have a `tag` without a `content`",
                    self.at()
                ));
            }
            below(self, key, "*", values)?;
        }
        Ok(())
    }

    fn items(
        &mut self,
        keywords: &'a Map<String, Value>,
        wrap: &dyn Fn(String) -> String,
    ) -> Result<(), String> {
        let mut before = String::new();
        let prefix = keywords.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        let items = keywords.get("items").filter(|items| !items.is_boolean());
        for (index, item) in prefix.chain(items).enumerate() {
            let length = self.path.len();
            self.path.push('/');
            self.path.push_str(&index.to_string());
            self.place(item, &|text| wrap(format!("[{before}{text}]")), &[])?;
            self.path.truncate(length);
            before.push_str(&sample(self.document, item, 0).to_string());
            before.push(',');
        }
        Ok(())
    }

    /// Checks the variants that show nothing but their tag: they may hold a string or a bool.
    fn tags(
        &mut self,
        keywords: &'a Map<String, Value>,
        wrap: &dyn Fn(String) -> String,
        level: &[Sibling],
    ) -> Result<(), String> {
        let Some(Choice::Tagged { tag, branches }) =
            alternatives(self.document, keywords).map(|all| all.choice)
        else {
            return Ok(());
        };
        let tagged = |name: &str| wrap(object(tag, &Value::from(name).to_string(), level));
        for (name, _) in branches.into_iter().filter(|(_, branch)| shows_tag_alone(branch, tag)) {
            // Other types may reject the object too, as alternatives of an untagged enum do.
            if self.run(&tagged(name)).object > self.run(&tagged(UNKNOWN)).object {
                return Err(untaggable(name, Direction::Inbound));
            }
        }
        Ok(())
    }
}

/// Returns the text of an object with a member, which follows the tags and precedes the other siblings: a tag after its
/// content would make serde buffer the content, and a sibling may be rejected itself.
fn object(key: &str, value: &str, beside: &[Sibling]) -> String {
    let beside = || beside.iter().filter(|sibling| sibling.key != key);
    let tags = beside().filter(|sibling| sibling.is_tag).map(|sibling| (&*sibling.key, &*sibling.value));
    let others = beside().filter(|sibling| !sibling.is_tag).map(|sibling| (&*sibling.key, &*sibling.value));
    let members = tags.chain([(key, value)]).chain(others);
    let members: Vec<_> = members.map(|(key, value)| format!("{}:{value}", Value::from(key))).collect();
    format!("{{{}}}", members.join(","))
}
