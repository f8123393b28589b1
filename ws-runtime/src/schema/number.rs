//! JSON numbers as text, with their exact value and their value for a type of a given width.
//!
//! An `f64` cannot represent 9007199254740993 or `f32::MAX` as written, and cannot distinguish -9223372036854775809
//! from `i64::MIN`. A number is therefore kept as text until a type requests it.

use serde_json::Number;

/// A number in the grammar of JSON (RFC 8259 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numeral<'t>(&'t str);

impl<'t> Numeral<'t> {
    /// Parses a whole text as a number. `None` for a `+`, leading zeros or spaces.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let numeral = Self::prefix(text)?;
        (numeral.0.len() == text.len()).then_some(numeral)
    }

    /// Parses the number at the start of a text; `None` if there is none.
    pub(super) fn prefix(text: &'t str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let start = usize::from(bytes.first() == Some(&b'-'));
        let mut end = start + digits(start);
        if end == start || (bytes[start] == b'0' && end > start + 1) {
            return None;
        }
        if bytes.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            end += 1 + fraction;
            if fraction == 0 {
                return None;
            }
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            end += 1 + sign + exponent;
            if exponent == 0 {
                return None;
            }
        }
        Some(Self(&text[..end]))
    }

    /// Returns the number as written.
    pub(crate) fn text(self) -> &'t str {
        self.0
    }

    /// Returns true if the text is written as an integer, without a fraction or an exponent.
    pub(crate) fn is_plain(self) -> bool {
        !self.0.contains(['.', 'e', 'E'])
    }

    fn is_negative(self) -> bool {
        self.0.starts_with('-')
    }

    /// Returns true for a zero with a minus sign. Only a float keeps the sign.
    pub(crate) fn is_signed_zero(self) -> bool {
        self.is_negative() && self.integer() == Some(0)
    }

    /// Returns the number as an integer, in whatever notation it is written (`1`, `1.0`, `1e2`). `None` if it is not an
    /// integer or does not fit 128 bits.
    pub(crate) fn integer(self) -> Option<i128> {
        if self.is_plain() {
            return self.0.parse().ok();
        }
        let (mantissa, exponent) = match self.0.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, saturating(exponent)),
            None => (self.0, 0),
        };
        let mantissa = mantissa.trim_start_matches('-');
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = whole.to_owned() + fraction;
        let significant = digits.trim_end_matches('0');
        let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
        let places = i64::try_from(fraction.len()).ok()?;
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Some(0);
        }
        // The number of zeros after the last significant digit. It is negative if digits follow the decimal point, and
        // the number is then not an integer.
        let shift = u32::try_from(exponent.saturating_add(zeros).saturating_sub(places)).ok()?;
        let magnitude: i128 = if self.is_negative() {
            format!("-{significant}").parse().ok()?
        } else {
            significant.parse().ok()?
        };
        magnitude.checked_mul(10_i128.checked_pow(shift)?)
    }

    /// Returns the nearest `f64`; `None` if it is infinite.
    pub(crate) fn double(self) -> Option<f64> {
        self.0.parse().ok().filter(|float: &f64| float.is_finite())
    }

    /// Returns the nearest `f32`, rounded once; `None` if it is infinite.
    pub(crate) fn single(self) -> Option<f32> {
        self.0.parse().ok().filter(|float: &f32| float.is_finite())
    }

    /// Returns the number for a validator, which supports floats and integers of 64 bits.
    pub(crate) fn value(self) -> Number {
        let integer = self.integer();
        if let Some(Ok(value)) = integer.map(u64::try_from) {
            return value.into();
        }
        if let Some(Ok(value)) = integer.map(i64::try_from) {
            return value.into();
        }
        // A number beyond the range of a float becomes the largest float, which exceeds every limit of a type.
        let far = if self.is_negative() { f64::MIN } else { f64::MAX };
        let float = self.double().unwrap_or(far);
        // An integer below `i64::MIN` must not be rounded up to it.
        let lowest = -9_223_372_036_854_775_808.0_f64;
        let below = integer.is_some() && float.to_bits() == lowest.to_bits();
        Number::from_f64(if below { float.next_down() } else { float }).unwrap_or_else(|| 0.into())
    }
}

/// Returns the exponent, clamped to the range of `i64`.
fn saturating(exponent: &str) -> i64 {
    let far = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    exponent.parse().unwrap_or(far)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn numeral(text: &str) -> Numeral<'_> {
        Numeral::parse(text).expect(text)
    }

    #[test]
    fn numbers_follow_the_grammar_of_json() {
        for text in [
            "", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "1.e2", "0x10", "NaN", "Infinity", " 1",
            "1 ", "1_0", "١",
        ] {
            assert_eq!(Numeral::parse(text), None, "{text:?}");
        }
        for text in ["0", "-0", "10", "0.0", "-0.0", "1e2", "1E-2", "1.5e+10", "0e0"] {
            assert_eq!(numeral(text).text(), text);
        }
    }

    #[test]
    fn integers_are_exact_in_every_notation() {
        for (text, integer) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0", Some(0)),
            ("0e99999999999999999999", Some(0)),
            ("1.0", Some(1)),
            ("1e2", Some(100)),
            ("120e-1", Some(12)),
            ("1200.00e-2", Some(12)),
            ("0.001e3", Some(1)),
            ("-3.0", Some(-3)),
            ("1.5", None),
            ("1e-1", None),
            ("1e-400", None),
            ("1.00000000000000000000000001", None),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("-9223372036854775809", Some(-9_223_372_036_854_775_809)),
            ("1.8446744073709551615e19", Some(u64::MAX.into())),
            ("170141183460469231731687303715884105727", Some(i128::MAX)),
            ("-170141183460469231731687303715884105728", Some(i128::MIN)),
            ("-170141183460469231731687303715884105728.0", Some(i128::MIN)),
            ("170141183460469231731687303715884105728", None),
            ("1e39", None),
            ("1e99999999999999999999", None),
            ("1e-99999999999999999999", None),
        ] {
            assert_eq!(numeral(text).integer(), integer, "{text}");
        }
    }

    #[test]
    fn floats_are_rounded_once_and_never_infinite() {
        assert_eq!(numeral("3.4028235e38").single(), Some(f32::MAX));
        assert_eq!(numeral("3.4028236e38").single(), None);
        assert_eq!(numeral("1e-45").single(), Some(f32::from_bits(1)));
        // Rounding by way of a double would yield the next single.
        assert_eq!(numeral("7.038531e-26").single(), Some(f32::from_bits(0x15ae_43fd)));
        assert_eq!(numeral("1.7976931348623157e308").double(), Some(f64::MAX));
        assert_eq!(numeral("1.7976931348623159e308").double(), None);
        assert_eq!(numeral("5e-324").double(), Some(f64::from_bits(1)));
        assert_eq!(numeral("1e-400").double(), Some(0.0));
        assert_eq!(numeral("-0.0").double().map(f64::to_bits), Some((-0.0_f64).to_bits()));
    }

    #[test]
    fn validator_gets_exact_integers_and_finite_floats() {
        for (text, value) in [
            ("1.0", json!(1)),
            ("1e2", json!(100)),
            ("-0.0", json!(0)),
            ("-3.0", json!(-3)),
            ("1.5", json!(1.5)),
            ("9007199254740993.0", json!(9_007_199_254_740_993_u64)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("-9223372036854775809", json!(-9_223_372_036_854_777_856.0)),
            ("1e300", json!(1e300)),
            ("1e400", json!(f64::MAX)),
            ("-1e400", json!(f64::MIN)),
        ] {
            assert_eq!(serde_json::Value::Number(numeral(text).value()), value, "{text}");
        }
    }
}
