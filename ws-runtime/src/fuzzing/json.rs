//! JSON: a text is accepted if and only if the published schema accepts it, and both decoding paths agree.

use std::{collections::BTreeMap, fmt::Debug, sync::LazyLock};

use jsonschema::Validator;
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use super::input::Input;
use crate::{
    codec::{Decode, Plan},
    message::Message,
    schema::parse,
};

/// A tagged enum with limits, as in a chat.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Say {
    Text {
        #[schemars(length(min = 1, max = 5))]
        text: String,
        at: Option<i64>,
    },
    Seat {
        #[schemars(range(min = 1, max = 40))]
        row: u8,
        tags: Vec<bool>,
    },
    Who,
}

/// A recursive struct with nested types.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tree {
    #[serde(default)]
    name: String,
    weight: f64,
    leaves: BTreeMap<String, u16>,
    #[serde(default)]
    inner: Vec<Tree>,
    level: Option<Level>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
enum Level {
    Low,
    High(i8),
    Exact { of: (u8, i32) },
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Number(i32),
    Pair([u8; 2]),
    Named { name: String },
}

/// A recursive untagged enum.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Filter {
    And { and: Vec<Filter> },
    Not { not: Box<Filter> },
    Is(BTreeMap<String, i8>),
}

/// A recursive tagged enum.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Sum {
    Add { left: Box<Sum>, right: Box<Sum> },
    Negative { of: Box<Sum> },
    Number { n: u8 },
}

/// A decoding plan, and its published schema as another program would compile it.
type Prepared = LazyLock<(Plan, Validator)>;

/// Fuzzes decoding. The first byte chooses the type; the rest is the text.
pub fn json(data: &[u8]) {
    static SAY: Prepared = LazyLock::new(prepared::<Say>);
    static TREE: Prepared = LazyLock::new(prepared::<Tree>);
    static EITHER: Prepared = LazyLock::new(prepared::<Either>);
    static NUMBERS: Prepared = LazyLock::new(prepared::<Vec<Option<u32>>>);
    static FILTER: Prepared = LazyLock::new(prepared::<Filter>);
    static SUM: Prepared = LazyLock::new(prepared::<Sum>);

    let mut input = Input(data);
    let kind = input.byte() % 6;
    let Ok(text) = std::str::from_utf8(input.0) else { return };
    match kind {
        0 => agree::<Say>(text, &SAY),
        1 => agree::<Tree>(text, &TREE),
        2 => agree::<Either>(text, &EITHER),
        3 => agree::<Vec<Option<u32>>>(text, &NUMBERS),
        4 => agree::<Filter>(text, &FILTER),
        _ => agree::<Sum>(text, &SUM),
    }
}

fn prepared<T: DeserializeOwned + JsonSchema + Send + 'static>() -> (Plan, Validator) {
    let plan = <T as Decode>::plan().expect("the types of this file have usable schemas");
    let schema = plan.schema().expect("the types of this file are read as JSON");
    let published = jsonschema::options().should_validate_formats(true).build(schema);
    let published = published.expect("the schema is compiled already");
    (plan, published)
}

fn agree<T: DeserializeOwned + JsonSchema + Debug + PartialEq + Send + 'static>(
    text: &str,
    (plan, published): &(Plan, Validator),
) {
    let decoded = T::decode(Message::text(text).into(), plan);
    let Ok(value) = parse(text) else {
        assert!(decoded.is_err(), "invalid JSON was decoded: {decoded:?}");
        return;
    };
    // A validator sees a number rounded to a float; a type sees its digits. Only short numbers are the same for both.
    let numbers = text.split(|char: char| !(char.is_ascii_digit() || "+-.eE".contains(char)));
    let are_exact = numbers.into_iter().all(|number| number.len() <= 15 && !number.contains(['e', 'E']));
    if are_exact {
        // The strict parser must return the same value as `serde_json`.
        let plain: serde_json::Value =
            serde_json::from_str(text).expect("the strict parser accepts only JSON");
        assert_eq!(published.is_valid(&value), published.is_valid(&plain), "{value} {plain}");
        assert_eq!(decoded.is_ok(), published.is_valid(&value), "{decoded:?}");
    }
    match decoded {
        Ok(decoded) => {
            assert!(published.is_valid(&value), "{decoded:?}");
            let read = serde_json::from_value::<T>(value);
            assert!(!are_exact || read.is_ok_and(|read| decoded == read), "{decoded:?}");
        }
        Err(invalid) => {
            assert!((1..=8).contains(&invalid.errors().len()), "{invalid:?}");
            assert!(invalid.to_frame().len() < 2048, "a reply of {} bytes", invalid.to_frame().len());
        }
    }
}
