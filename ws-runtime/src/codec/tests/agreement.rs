//! A value is decoded if and only if the published schema accepts it. Many types are tested with many inputs.
//!
//! The published schema is compiled by an independent validator, as another program would do. The fast path must never
//! accept a value that the slow path rejects, or read it differently.

mod inputs;
mod types;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Debug,
    net::IpAddr,
    num::{NonZeroI16, NonZeroU8},
    ops::Range,
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use self::{
    inputs::{INPUTS, mutants},
    types::{
        Adjacent, Aliased, AliasedContent, AliasedKey, AliasedTwice, Anything, Denying, External, Flat,
        FlatDenying, FlatEnum, FlatOption, FlatRest, FlatTwice, Formats, Internal, InternalDenying, Lax,
        Level, LevelKey, Limited, Maps, Name, Newtype, Optional, Other, Overlapping, Plain, Tree, Unit,
        Untagged, UntaggedMaps, Unusual,
    },
};
use crate::{
    codec::{Decode, Plan, json, strict::Strict},
    message::Message,
    schema::parse,
};

/// Asserts that `T` decodes an input if and only if its published schema accepts it.
fn agrees<T: DeserializeOwned + JsonSchema + Debug + PartialEq + Send + 'static>() {
    let plan = <T as Decode>::plan().unwrap();
    let published =
        jsonschema::options().should_validate_formats(true).build(plan.schema().unwrap()).unwrap();
    let mut accepted = 0;
    let mut check = |text: &str| {
        let value = parse(text).unwrap();
        let decoded = decode::<T>(text, &plan);
        assert_eq!(
            decoded.is_ok(),
            published.is_valid(&value),
            "{} {text}\n{decoded:?}",
            std::any::type_name::<T>()
        );
        let fits = decoded.is_ok();
        accepted += usize::from(fits);
        if let Err(invalid) = decoded {
            let frame = invalid.to_frame();
            assert!(!frame.contains("SECRET") && frame.len() < 1200, "{text}: {frame}");
            assert!(
                (1..=8).contains(&invalid.errors().len()) && invalid.errors().is_sorted(),
                "{text}: {frame}"
            );
        }
        if let Some(fast) = decode_fast::<T>(text, &plan) {
            let slow = json::by_value::<T>(text, plan.check().unwrap());
            assert_eq!(fast, slow.unwrap(), "{text}");
        }
        fits
    };
    for text in INPUTS {
        // Decoder and schema are most likely to disagree about nearly valid inputs.
        if check(text) {
            for mutant in mutants(&serde_json::from_str(text).unwrap()) {
                check(&mutant.to_string());
            }
        }
    }
    assert!(accepted > 0, "{} accepts none of the inputs", std::any::type_name::<T>());
}

pub(super) fn decode<T: Decode>(text: &str, plan: &Plan) -> Result<T, crate::codec::Invalid> {
    T::decode(Message::text(text).into(), plan)
}

fn decode_fast<T: DeserializeOwned>(text: &str, plan: &Plan) -> Option<T> {
    let shape = plan.check()?.shape()?;
    let mut json = serde_json::Deserializer::from_str(text);
    T::deserialize(Strict::new(&mut json, shape.root())).ok().filter(|_| json.end().is_ok())
}

macro_rules! agreement {
    ($($name:ident: $type:ty;)*) => {$(
        #[test]
        fn $name() {
            agrees::<$type>();
        }
    )*};
}

agreement! {
    plain_structs: Plain;
    structs_without_unknown_fields: Denying;
    optional_and_default_fields: Optional;
    flattened_structs: Flat;
    flattened_options: FlatOption;
    flattened_enums: FlatEnum;
    flattened_maps: FlatRest;
    flattened_enums_without_unknown_fields: FlatDenying;
    maps_by_number_of_structs: BTreeMap<u8, Plain>;
    internally_tagged_enums: Internal;
    optional_tagged_enums: Option<Internal>;
    lists_of_tagged_enums: Vec<Internal>;
    internally_tagged_enums_without_unknown_fields: InternalDenying;
    adjacently_tagged_enums: Adjacent;
    externally_tagged_enums: External;
    unit_enums: Level;
    untagged_enums: Untagged;
    untagged_enums_that_overlap: Overlapping;
    aliases: Aliased;
    aliases_of_map_keys: BTreeMap<AliasedKey, u8>;
    aliases_inside_aliased_variants: AliasedTwice;
    aliases_inside_adjacent_content: AliasedContent;
    maps_inside_tagged_enums: Maps;
    maps_inside_untagged_enums: UntaggedMaps;
    flattened_twice: FlatTwice;
    optional_addresses: Option<(u8, IpAddr)>;
    nested_options: Vec<Option<Vec<Option<Level>>>>;
    unknown_tags: Other;
    lax_deserialize_with: Lax;
    limits: Limited;
    limits_that_have_no_shape: Unusual;
    patterns_and_formats: Formats;
    recursive_types: Tree;
    unit_structs: Unit;
    newtypes: Newtype;
    any_values: Anything;
    values: Value;
    bools: bool;
    bytes_as_numbers: u8;
    longs: u64;
    signed_longs: i64;
    signed_ints: i32;
    floats: f32;
    doubles: f64;
    non_zero: NonZeroU8;
    signed_non_zero: NonZeroI16;
    chars: char;
    borrowed_text: Cow<'static, str>;
    tuples: (u8, String);
    arrays: [u8; 2];
    sets: BTreeSet<u8>;
    maps: BTreeMap<String, u8>;
    maps_by_newtype: BTreeMap<Name, u8>;
    maps_by_enum: BTreeMap<LevelKey, u8>;
    maps_by_number: BTreeMap<u64, String>;
    results: Result<u8, String>;
    ranges: Range<u8>;
    durations: Duration;
    addresses: IpAddr;
    options: Option<Plain>;
}

#[test]
fn repeated_key_is_rejected_on_both_paths() {
    fn assert_rejected<T: Decode>(text: &str) {
        let invalid = decode::<T>(text, &T::plan().unwrap()).err().expect(text);
        assert_eq!(invalid.errors()[0].keyword, "json", "{text}");
    }
    assert_rejected::<Plain>(r#"{"n":1,"text":"x","n":1}"#);
    assert_rejected::<Plain>(r#"{"n":1,"text":"x","more":1,"more":2}"#);
    assert_rejected::<Plain>(r#"{"n":1,"text":"x","more":{"a":1,"a":2}}"#);
    assert_rejected::<Plain>(r#"{"n":1,"text":"x","\u006e":1}"#);
    assert_rejected::<HashMap<String, u8>>(r#"{"a":1,"a":1}"#);
    assert_rejected::<Internal>(r#"{"type":"who","type":"who"}"#);
    assert_rejected::<Internal>(r#"{"type":"text","text":"x","text":"x"}"#);
    assert_rejected::<External>(r#"{"new":1,"new":1}"#);
    assert_rejected::<Flat>(r#"{"id":1,"n":1,"text":"x","n":1}"#);
    assert_rejected::<BTreeMap<LevelKey, u8>>(r#"{"low":1,"low":1}"#);
    assert_rejected::<Value>(r#"[{"a":1,"a":1}]"#);
    assert_rejected::<Formats>(r#"{"letters":"a","letters":"a"}"#);
    assert_rejected::<Value>(r#"{"a":1}}"#);
}

/// Tests rules that a schema cannot express. The type rejects the value, and the reply contains no part of serde's
/// error.
#[test]
fn value_rejected_by_its_type_is_not_echoed() {
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(tag = "t", content = "c")]
    enum WithUnit {
        Unit,
        Number(u8),
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(try_from = "String")]
    struct Even(String);

    impl TryFrom<String> for Even {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            if text.len().is_multiple_of(2) { Ok(Self(text)) } else { Err(format!("{text} is odd")) }
        }
    }

    fn assert_rejected<T: Decode>(text: &str, path: &str, message: &str) {
        let invalid = decode::<T>(text, &T::plan().unwrap()).err().expect(text);
        let [issue] = invalid.errors() else { panic!("{invalid:?}") };
        assert_eq!((&*issue.path, &*issue.keyword, &*issue.message), (path, "type", message), "{text}");
        assert!(!invalid.to_frame().contains("odd"), "{invalid}");
    }
    assert_rejected::<Aliased>(r#"{"name":"a","nick":"b"}"#, "", "has `name` under two names");
    assert_rejected::<BTreeMap<u8, String>>(r#"{"256":"x"}"#, "", "the key of member 1 is not valid");
    assert_rejected::<Even>(r#""odd""#, "", "is not a valid `Even`");
    let long = r#"{"secs":18446744073709551615,"nanos":1000000000}"#;
    assert_rejected::<Duration>(long, "", "is not a valid `Duration`");
    let content = decode::<WithUnit>(r#"{"t":"Unit","c":5}"#, &<WithUnit as Decode>::plan().unwrap());
    assert_eq!(content.unwrap_err().errors()[0].path, "/c");
    assert!(decode::<WithUnit>(r#"{"t":"Unit","c":null}"#, &<WithUnit as Decode>::plan().unwrap()).is_ok());
    assert!(decode::<Even>(r#""even""#, &<Even as Decode>::plan().unwrap()).is_ok());
}

/// Common message types are decoded in one pass.
#[test]
fn common_types_take_the_fast_path() {
    fn takes_fast_path<T: DeserializeOwned + JsonSchema + Send + 'static>(text: &str) {
        assert!(decode_fast::<T>(text, &<T as Decode>::plan().unwrap()).is_some(), "{text}");
    }
    takes_fast_path::<Plain>(r#"{"n":1,"text":"x","more":[1.0,{"a":null}]}"#);
    takes_fast_path::<Optional>(r#"{"a":null,"c":{"n":1,"text":"x"},"d":"low"}"#);
    takes_fast_path::<Flat>(r#"{"id":1,"n":2,"text":"x"}"#);
    takes_fast_path::<Internal>(r#"{"type":"text","text":"x"}"#);
    takes_fast_path::<Internal>(r#"{"type":"plain","n":1,"text":"x"}"#);
    takes_fast_path::<Internal>(
        r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":{"struct":{"x":1.5,"y":2}}}"#,
    );
    takes_fast_path::<Internal>(r#"{"type":"who"}"#);
    takes_fast_path::<Adjacent>(r#"{"t":"Pair","c":[1,"x"]}"#);
    takes_fast_path::<External>(r#""unit""#);
    takes_fast_path::<External>(r#"{"struct":{"x":1,"y":2}}"#);
    takes_fast_path::<Limited>(r#"{"text":"é€𝄞","stars":5,"share":1,"list":[1]}"#);
    takes_fast_path::<Untagged>("[1,2]");
    takes_fast_path::<Tree>(r#"{"value":1,"children":[{"value":2}]}"#);
    takes_fast_path::<BTreeMap<Name, Option<u8>>>(r#"{"a":1,"b":null}"#);
    takes_fast_path::<Vec<(u8, char)>>(r#"[[1,"x"]]"#);
}
