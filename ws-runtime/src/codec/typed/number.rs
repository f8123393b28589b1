//! Passes a number to a visitor in the form that the type requested.

use serde::de::{self, Visitor};

use crate::schema::Numeral;

/// The form in which a number is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) enum Wish {
    /// The type requested an integer of any width.
    Integer,
    /// The type requested an `f32`.
    Single,
    /// The type requested an `f64`.
    Double,
    /// The type accepts any form, so a number is a float if it is written as one.
    AsWritten,
    /// The type accepts any form, but has rejected a float in place of an integer. A number is an integer if it can be
    /// one, except a signed zero.
    Integral,
    /// The type accepts any form, but has also rejected a signed zero. A number is an integer if it can be one.
    Unsigned,
}

/// Passes a number to a visitor in the form `wish`.
pub(in crate::codec) fn visit<'de, V: Visitor<'de>, E: de::Error>(
    numeral: Numeral<'_>,
    wish: Wish,
    visitor: V,
) -> Result<V::Value, E> {
    let integer = match wish {
        Wish::Integer | Wish::Unsigned => numeral.integer(),
        Wish::Integral => numeral.integer().filter(|_| !numeral.is_signed_zero()),
        // `serde_json` passes on an integer as an integer, whatever form was requested.
        Wish::Single | Wish::Double | Wish::AsWritten => {
            let plain = numeral.is_plain() && !numeral.is_signed_zero();
            numeral.integer().filter(|_| plain)
        }
    };
    if let Some(integer) = integer {
        if let Ok(value) = u64::try_from(integer) {
            return visitor.visit_u64(value);
        }
        if let Ok(value) = i64::try_from(integer) {
            return visitor.visit_i64(value);
        }
        if wish == Wish::Integer {
            return match u128::try_from(integer) {
                Ok(value) => visitor.visit_u128(value),
                Err(_) => visitor.visit_i128(integer),
            };
        }
    }
    let float = if wish == Wish::Single { numeral.single().map(f64::from) } else { numeral.double() };
    match float {
        Some(float) => visitor.visit_f64(float),
        None => Err(E::custom("infinite")),
    }
}

/// Declares the methods of a `Deserializer` that request a number. Each calls a method with the requested form.
macro_rules! numbers {
    ($read:ident) => {
        $crate::codec::typed::number::numbers! {
            $read
            Integer: [deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128]
            Integer: [deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128]
            Single: [deserialize_f32]
            Double: [deserialize_f64]
        }
    };
    ($read:ident $($wish:ident: [$($method:ident)*])*) => {$($(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
            self.$read(Wish::$wish, visitor)
        }
    )*)*};
}
pub(super) use numbers;
