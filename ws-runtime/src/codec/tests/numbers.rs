//! Numbers at the limits of their types. Inbound, they are exact or rejected, at every position and on both paths.
//! Outbound, they survive a round trip.

use std::{
    collections::HashMap,
    fmt::{Debug, Display},
    num::{
        NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32,
        NonZeroU64, NonZeroUsize,
    },
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::agreement::decode;
use crate::{
    codec::{Decode, Encode, Pairs, Part, Plan},
    schema::Numeral,
};

/// The end of the range of `f32`, halfway between its maximum and the next power of two.
const F32_END: f64 = 3.402_823_567_797_336_6e38;

trait Number: Serialize + DeserializeOwned + JsonSchema + Debug + Send + Sync + Copy + 'static {}
impl<T: Serialize + DeserializeOwned + JsonSchema + Debug + Send + Sync + Copy + 'static> Number for T {}

/// Types with a number at various positions: read directly or buffered by serde, with and without a shape.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Field<T> {
    pub(super) v: T,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Patterned<T> {
    v: T,
    #[schemars(regex(pattern = "^x$"))]
    text: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Tagged<T> {
    V(Field<T>),
    W { v: T },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Flat<T> {
    #[serde(flatten)]
    field: Field<T>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged<T> {
    V { v: T },
    Text(String),
}

pub(super) fn read<T: Decode>(text: &str) -> Result<T, String> {
    read_by(text, &T::plan().unwrap())
}

fn read_by<T: Decode>(text: &str, plan: &Plan) -> Result<T, String> {
    decode(text, plan).map_err(|invalid| {
        assert!(!invalid.errors().is_empty() && !invalid.to_frame().contains("SECRET"), "{text}");
        invalid.to_string()
    })
}

/// The name of a position, and the function that reads a number there.
type ReadAt<T> = (&'static str, Box<dyn Fn(&str) -> Result<T, String>>);

/// All positions for a `T`, with plans that are prepared once.
struct Positions<T>(Vec<ReadAt<T>>);

impl<T: Number> Positions<T> {
    fn new() -> Self {
        let mut positions = Self(Vec::new());
        positions.add("alone", "NUMBER", |at: T| at);
        positions.add("field", r#"{"v":NUMBER}"#, |at: Field<T>| at.v);
        positions.add("field beside a pattern", r#"{"v":NUMBER,"text":"x"}"#, |at: Patterned<T>| at.v);
        positions.add("list", "[NUMBER]", |at: [T; 1]| at[0]);
        positions.add("tuple", "[NUMBER,1]", |at: (T, u8)| at.0);
        positions.add("option", "NUMBER", |at: Option<T>| at.unwrap());
        positions.add("map", r#"{"SECRET":NUMBER}"#, |at: HashMap<String, T>| at["SECRET"]);
        positions.add("tagged newtype", r#"{"type":"V","v":NUMBER}"#, Tagged::into_inner);
        positions.add("tagged", r#"{"v":NUMBER,"type":"W"}"#, Tagged::into_inner);
        positions.add("flattened", r#"{"v":NUMBER}"#, |at: Flat<T>| at.field.v);
        positions.add("untagged", r#"{"v":NUMBER}"#, |at: Untagged<T>| match at {
            Untagged::V { v } => v,
            Untagged::Text(text) => panic!("{text}"),
        });
        let plan = <Field<T> as Part>::plan().unwrap();
        let query = move |number: &str| {
            let mut pairs = Pairs::query("");
            pairs.push("v", number);
            Field::<T>::read(&plan, &pairs).map(|at| at.v).map_err(|invalid| invalid.to_string())
        };
        positions.0.push(("query", Box::new(query)));
        positions
    }

    fn add<W: Decode>(&mut self, name: &'static str, text: &'static str, inner: fn(W) -> T) {
        let plan = W::plan().unwrap();
        let read = move |number: &str| read_by::<W>(&text.replace("NUMBER", number), &plan).map(inner);
        self.0.push((name, Box::new(read)));
    }

    /// Returns the result of reading a number in this notation. Asserts that all positions agree.
    fn read(&self, number: &str) -> Result<T, String> {
        let [(_, alone), others @ ..] = &*self.0 else { panic!("there are several positions") };
        let alone = alone(number);
        for (position, read) in others {
            let read = read(number);
            let same = match (&read, &alone) {
                (Ok(read), Ok(alone)) => format!("{read:?}") == format!("{alone:?}"),
                (Err(_), Err(_)) => true,
                _ => false,
            };
            assert!(same, "{number} in {position}: {read:?}, alone {alone:?}");
        }
        alone
    }
}

impl<T> Tagged<T> {
    fn into_inner(self) -> T {
        match self {
            Self::V(Field { v }) | Self::W { v } => v,
        }
    }
}

/// Asserts that a round trip keeps every bit of each value.
fn survives_round_trip<T: Number>(values: impl IntoIterator<Item = T>) {
    let (outbound, inbound) =
        (<Tagged<T> as Encode>::plan().unwrap(), <Tagged<T> as Decode>::plan().unwrap());
    let positions = Positions::<T>::new();
    for value in values {
        let mut out = Vec::new();
        let written = Tagged::W { v: value }.encode(&outbound, &mut out);
        written.unwrap_or_else(|error| panic!("{value:?}: {error}"));
        let text = String::from_utf8(out).unwrap();
        let read = read_by::<Tagged<T>>(&text, &inbound).map(Tagged::into_inner);
        assert_eq!(format!("{:?}", read.unwrap()), format!("{value:?}"), "{text}");
        let alone = serde_json::to_string(&value).unwrap();
        assert_eq!(format!("{:?}", positions.read(&alone).unwrap()), format!("{value:?}"), "{alone}");
    }
}

/// Numbers to read as every integer type, separated by whitespace.
const INTEGERS: &str = "
    0 -0 -0.0 0.0 0e5 1 1.0 1e0 10e-1 -1 -1.0 1.5 0.5 -0.5 1e2 1e-400 1.00000000000000000000000001 127.0 2e1
    9007199254740991 9007199254740992 9007199254740993 9007199254740993.0 900719925474099.3e1 4503599627370497.5
    9007199254740992.5 1e400 -1e400 1e19 1.8446744073709551615e19 1.8446744073709551616e19
    -9.223372036854775808e18 -9.223372036854775809e18 123456789012345678901234567890
    -123456789012345678901234567890 3.4028235e38
";

fn integers<T: Number + TryInto<i128>>(min: i128, max: i128, is_valid: fn(i128) -> bool)
where
    <T as TryInto<i128>>::Error: Debug,
{
    let edges: Vec<String> = [min, min + 1, max - 1, max, min - 1, max + 1, min - 1000, max + 1000]
        .iter()
        .flat_map(|edge| [edge.to_string(), format!("{edge}.0"), format!("{edge}0e-1")])
        .collect();
    let positions = Positions::<T>::new();
    let edges = edges.iter().filter(|edge| Numeral::parse(edge).is_some());
    for number in edges.map(String::as_str).chain(INTEGERS.split_whitespace()) {
        let exact = Numeral::parse(number).unwrap().integer();
        let expected = exact.filter(|exact| (min..=max).contains(exact) && is_valid(*exact));
        let value = positions.read(number).ok().map(|value| value.try_into().unwrap());
        assert_eq!(value, expected, "{number} as {}", std::any::type_name::<T>());
    }
    let edges = [min, min + 1, max - 1, max, 0, 1].into_iter().filter(|edge| is_valid(*edge));
    survives_round_trip(edges.map(|edge| read::<T>(&edge.to_string()).unwrap()));
}

macro_rules! every_integer {
    ($($name:ident: $type:ident, $non_zero:ident;)*) => {$(
        #[test]
        fn $name() {
            integers::<$type>($type::MIN.try_into().unwrap(), $type::MAX.try_into().unwrap(), |_| true);
        }

        mod $type {
            use super::*;

            #[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
            #[serde(transparent)]
            struct NonZero($non_zero);

            impl Debug for NonZero {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    Display::fmt(&self.0, f)
                }
            }

            impl TryFrom<NonZero> for i128 {
                type Error = std::num::ParseIntError;

                fn try_from(number: NonZero) -> Result<Self, Self::Error> {
                    number.0.to_string().parse()
                }
            }

            #[test]
            fn non_zero_is_exact() {
                let (min, max) = ($type::MIN.try_into().unwrap(), $type::MAX.try_into().unwrap());
                integers::<NonZero>(min, max, |integer| integer != 0);
            }
        }
    )*};
}

every_integer! {
    u8_is_exact: u8, NonZeroU8;
    u16_is_exact: u16, NonZeroU16;
    u32_is_exact: u32, NonZeroU32;
    u64_is_exact: u64, NonZeroU64;
    usize_is_exact: usize, NonZeroUsize;
    i8_is_exact: i8, NonZeroI8;
    i16_is_exact: i16, NonZeroI16;
    i32_is_exact: i32, NonZeroI32;
    i64_is_exact: i64, NonZeroI64;
    isize_is_exact: isize, NonZeroIsize;
}

/// Numbers to read as every float type, separated by whitespace.
const FLOATS: &str = "
    0 -0 0.0 -0.0 -0e3 1 1.0 -1.5 0.1 0.30000000000000004 1e-400 -1e-400 5e-324 4.9e-324 2e-324
    2.2250738585072014e-308 1.1754944e-38 1e-45 7e-46 1e-46 16777217 16777217.0 16777219 9007199254740993
    9007199254740993.0 18446744073709551615 18446744073709551616 -9223372036854775809
    123456789012345678901234567890 3.4028234663852886e38 3.4028235e38 -3.4028235e38 3.4028235677973364e38
    3.4028235677973366e38 3.4028236e38 -3.4028236e38 1e39 1.7976931348623157e308 1.7976931348623158e308
    1.7976931348623159e308 -1.7976931348623159e308 1e400 -1e400 1e99999999999
";

#[test]
fn f64_is_rounded_once_and_keeps_its_sign() {
    let positions = Positions::<f64>::new();
    for number in FLOATS.split_whitespace() {
        let nearest: f64 = number.parse().unwrap();
        let value = positions.read(number).ok();
        assert_eq!(value.map(f64::to_bits), nearest.is_finite().then(|| nearest.to_bits()), "{number}");
    }
    survives_round_trip([
        0.0,
        -0.0,
        0.1,
        f64::MIN,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        f64::EPSILON,
        2_f64.powi(53) + 2.0,
        1e21,
        5e-324,
        0.1 + 0.2,
        -9_223_372_036_854_775_808.0,
        18_446_744_073_709_551_616.0,
    ]);
}

#[test]
fn f32_is_rounded_once_and_survives_a_round_trip() {
    let positions = Positions::<f32>::new();
    for number in FLOATS.split_whitespace() {
        let nearest: f32 = number.parse().unwrap();
        let value = positions.read(number).ok();
        // The limit in the schema is a double. Numbers on both sides of the exact limit are rounded to it.
        let fits = nearest.is_finite() && number.parse::<f64>().unwrap().abs() < F32_END;
        assert_eq!(value.map(f32::to_bits), fits.then(|| nearest.to_bits()), "{number}");
    }
    survives_round_trip([
        0.0,
        -0.0,
        0.1,
        f32::MIN,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
        f32::EPSILON,
        16_777_216.0,
        1e21,
        f32::MAX.next_down(),
    ]);
}

/// As a double, this number is exactly between two singles. Only the text shows which is nearer.
#[test]
fn f32_is_not_rounded_by_way_of_f64() {
    let expected = f32::from_bits(0x15ae_43fd);
    for (position, read) in &Positions::<f32>::new().0 {
        // If the tag comes last, serde buffers the number as a double.
        if *position != "tagged" {
            assert_eq!(read("7.038531e-26"), Ok(expected), "{position}");
        }
    }
}

/// Tests every hundred-thousandth single, and doubles of any exponent.
#[test]
fn float_keeps_its_bits_in_a_round_trip() {
    let (singles, doubles) =
        (<Field<f32> as Encode>::plan().unwrap(), <Field<f64> as Encode>::plan().unwrap());
    let (read_singles, read_doubles) =
        (<Field<f32> as Decode>::plan().unwrap(), <Field<f64> as Decode>::plan().unwrap());
    for bits in (0..u32::MAX).step_by(99_991) {
        let value = f32::from_bits(bits);
        let mut out = Vec::new();
        let written = Field { v: value }.encode(&singles, &mut out);
        assert_eq!(written.is_ok(), value.is_finite(), "{value}");
        if value.is_finite() {
            let read = read_by::<Field<f32>>(&String::from_utf8(out).unwrap(), &read_singles).unwrap();
            assert_eq!(read.v.to_bits(), bits);
        }
        let value = f64::from_bits(u64::from(bits) << 32 | u64::from(bits.wrapping_mul(2_654_435_761)));
        let mut out = Vec::new();
        let written = Field { v: value }.encode(&doubles, &mut out);
        assert_eq!(written.is_ok(), value.is_finite(), "{value}");
        if value.is_finite() {
            let read = read_by::<Field<f64>>(&String::from_utf8(out).unwrap(), &read_doubles).unwrap();
            assert_eq!(read.v.to_bits(), value.to_bits());
        }
    }
}
