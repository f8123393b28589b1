//! Numbers whose notation matters: in types of several kinds, in keys, at limits, and out of range.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::numbers::{Field, read};
use crate::{
    codec::{Decode, Encode},
    message::Message,
};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Whole(i64),
    Real(f64),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
}

/// A tagged enum with an integer and a float, which serde buffers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Move {
    To {
        #[schemars(regex(pattern = "^[a-z]$"))]
        name: String,
        steps: i32,
        angle: f64,
    },
}

/// If a type accepts integers and floats, the notation decides. A float becomes an integer only if the type accepts no
/// floats.
#[test]
fn notation_determines_the_variant_of_an_untagged_number() {
    for (number, expected) in [
        ("1", Either::Whole(1)),
        ("1.0", Either::Real(1.0)),
        ("1e2", Either::Real(100.0)),
        ("-9223372036854775808", Either::Whole(i64::MIN)),
        ("-9223372036854775809", Either::Real(-9_223_372_036_854_775_808.0)),
        ("9007199254740993", Either::Whole(9_007_199_254_740_993)),
    ] {
        assert_eq!(read::<Either>(number).unwrap(), expected, "{number}");
    }
    let Either::Real(zero) = read::<Either>("-0.0").unwrap() else { panic!() };
    assert!(zero.is_sign_negative());

    assert_eq!(read::<Id>("9007199254740993.0").unwrap(), Id::Number(9_007_199_254_740_993));
    assert_eq!(read::<Id>("-0").unwrap(), Id::Number(0));
    assert!(read::<Id>("1.5").is_err());
    assert_eq!(read::<Id>(r#""1.5""#).unwrap(), Id::Text("1.5".to_owned()));

    let Move::To { name, steps, angle } =
        read::<Move>(r#"{"type":"To","steps":2.0,"angle":-0.0,"name":"a"}"#).unwrap();
    assert_eq!((&*name, steps, angle.to_bits()), ("a", 2, (-0.0_f64).to_bits()));
    let read = read::<Move>(r#"{"type":"To","steps":-0.0,"angle":1.5,"name":"a"}"#);
    assert!(matches!(read, Ok(Move::To { steps: 0, .. })), "{read:?}");
}

#[test]
fn untyped_number_keeps_its_notation() {
    let text = r#"{"a":[1.0,-0.0,1e2,18446744073709551615,0.30000000000000004],"b":1}"#;
    let value = read::<serde_json::Value>(text).unwrap();
    assert_eq!(value, serde_json::from_str::<serde_json::Value>(text).unwrap());
    assert!(value["a"][0].is_f64() && value["a"][1].as_f64().unwrap().is_sign_negative());
}

#[test]
fn map_keys_are_parsed_as_numbers() {
    let map = read::<BTreeMap<u64, u8>>(r#"{"18446744073709551615":1,"9007199254740993":2}"#).unwrap();
    assert_eq!(map, BTreeMap::from([(u64::MAX, 1), (9_007_199_254_740_993, 2)]));
    let map = read::<BTreeMap<i64, u8>>(r#"{"-9223372036854775808":1}"#).unwrap();
    assert_eq!(map, BTreeMap::from([(i64::MIN, 1)]));
    for text in [r#"{"18446744073709551616":1}"#, r#"{"1.0":1}"#, r#"{"+1":1}"#] {
        assert!(read::<BTreeMap<u64, u8>>(text).is_err(), "{text}");
    }
}

#[test]
fn custom_limits_are_exact_in_every_notation() {
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    struct Limited {
        #[schemars(range(min = 0.1, max = 0.3))]
        single: f32,
        #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
        double: f64,
        #[schemars(range(max = 9_007_199_254_740_993_u64))]
        whole: u64,
    }
    for (single, double, whole, is_valid) in [
        ("0.1", "0.5", "1", true),
        ("0.3", "5e-324", "9007199254740993", true),
        ("0.09999999999", "0.5", "1", false),
        ("0.30000001", "0.5", "1", false),
        ("0.2", "0", "1", false),
        ("0.2", "-0.0", "1", false),
        ("0.2", "1", "1", false),
        ("0.2", "0.9999999999999999", "1.0", true),
        ("0.2", "0.5", "9007199254740994", false),
        ("0.2", "0.5", "9007199254740993.0", true),
    ] {
        let text = format!(r#"{{"single":{single},"double":{double},"whole":{whole}}}"#);
        assert_eq!(read::<Limited>(&text).is_ok(), is_valid, "{text}");
    }
    let value = Limited { single: 0.1, double: 0.5, whole: 9_007_199_254_740_993 };
    assert!(value.encode(&<Limited as Encode>::plan().unwrap(), &mut Vec::new()).is_ok());
}

#[test]
fn number_out_of_range_is_reported_with_its_path() {
    let error = read::<Vec<f64>>("[1,1e400]").unwrap_err();
    assert!(error.contains("\"/1\": is a number that its type cannot hold"), "{error}");
    let error = read::<Vec<u16>>("[1,1.00000000000000000001]").unwrap_err();
    assert!(error.contains("\"/1\": expected integer"), "{error}");
    let error = read::<Vec<i64>>("[-9223372036854775809]").unwrap_err();
    assert!(error.contains("\"/0\": must be at least -9223372036854775808"), "{error}");
    // A number in a member that the type ignores is not rejected.
    assert_eq!(read::<Field<u8>>(r#"{"v":1,"more":1e400}"#).unwrap().v, 1);
    let message = Message::text("1e400");
    assert!(
        <serde_json::Value as Decode>::decode(
            message.into(),
            &<serde_json::Value as Decode>::plan().unwrap()
        )
        .is_err()
    );
}
