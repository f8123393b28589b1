//! Reads sizes, times and counts, which are numbers or constants. A limit of zero is a mistake, because a limit is
//! turned off with `off`.

use proc_macro2::Span;
use syn::{LitInt, LitStr};

use crate::{diagnostics::Diagnostics, model::Value, render, syntax::Amount};

/// One year in milliseconds. A longer time is probably a mistake, and timers cannot represent it.
const LONGEST: u64 = 365 * 24 * 60 * 60 * 1000;

const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];
const TIMES: &[(&str, u64)] = &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

/// Reads a limit in bytes; `None` after a mistake.
pub(super) fn size(amount: &Amount, errors: &mut Diagnostics) -> Option<Value> {
    limit(amount, bytes, errors)
}

/// Reads a limit in milliseconds; `None` after a mistake.
pub(super) fn time(amount: &Amount, errors: &mut Diagnostics) -> Option<Value> {
    limit(amount, milliseconds, errors)
}

/// Reads a limit on a count; `None` after a mistake.
pub(super) fn count(amount: &Amount, errors: &mut Diagnostics) -> Option<Value> {
    limit(amount, number, errors)
}

type Read = fn(&Amount, &mut Diagnostics) -> Option<Value>;

fn limit(amount: &Amount, read: Read, errors: &mut Diagnostics) -> Option<Value> {
    if matches!(amount, Amount::Off) {
        return Some(Value::Off);
    }
    let value = read(amount, errors)?;
    let (written, span) = match amount {
        Amount::Number(number) => (render::text(&number.to_string()), number.span()),
        Amount::Text(text) => (render::text(&text.value()), text.span()),
        Amount::Off | Amount::Constant(_) => return Some(value),
    };
    if matches!(value, Value::Count(0) | Value::Milliseconds(0)) {
        errors.at(span, format!("expected more than 0, found {written}\nhelp: write `off` for no limit"));
        return None;
    }
    Some(value)
}

/// Reads a size in bytes, which may be zero; `None` after a mistake.
pub(super) fn bytes(amount: &Amount, errors: &mut Diagnostics) -> Option<Value> {
    let (value, span) = match amount {
        Amount::Off => return Some(Value::Count(0)),
        Amount::Constant(constant) => return Some(Value::Constant(constant.clone())),
        Amount::Number(number) => (whole(number, "1KiB", errors)?, number.span()),
        Amount::Text(text) => (measure(text, "a valid size", SIZES, errors)?, text.span()),
    };
    within_32_bits(value, span, errors).map(Value::Count)
}

fn milliseconds(amount: &Amount, errors: &mut Diagnostics) -> Option<Value> {
    let (value, span) = match amount {
        Amount::Off => return Some(Value::Off),
        Amount::Constant(constant) => return Some(Value::Constant(constant.clone())),
        Amount::Number(number) => (whole(number, "30s", errors)?.saturating_mul(1000), number.span()),
        Amount::Text(text) => (measure(text, "a valid time", TIMES, errors)?, text.span()),
    };
    if value > LONGEST {
        errors.at(span, "expected at most one year\nhelp: write `off` for no limit");
        return None;
    }
    Some(Value::Milliseconds(value))
}

/// Reads a count, which may be zero; `None` after a mistake.
pub(super) fn number(amount: &Amount, errors: &mut Diagnostics) -> Option<Value> {
    match amount {
        Amount::Off => Some(Value::Count(0)),
        Amount::Constant(constant) => Some(Value::Constant(constant.clone())),
        Amount::Number(number) => {
            within_32_bits(whole(number, "", errors)?, number.span(), errors).map(Value::Count)
        }
        Amount::Text(text) => {
            errors.at(text.span(), "expected a number, found a string\nhelp: remove the quotes");
            None
        }
    }
}

fn within_32_bits(value: u64, span: Span, errors: &mut Diagnostics) -> Option<u32> {
    let value = u32::try_from(value);
    if value.is_err() {
        errors.at(span, format!("expected at most {}\nhelp: write `off` for no limit", u32::MAX));
    }
    value.ok()
}

fn whole(number: &LitInt, example: &str, errors: &mut Diagnostics) -> Option<u64> {
    if !number.suffix().is_empty() {
        let help = if example.is_empty() {
            "remove the suffix".to_owned()
        } else {
            format!("write a value with a unit as a string, as in `\"{example}\"`")
        };
        errors.at(number.span(), format!("expected a number, found `{number}`\nhelp: {help}"));
        return None;
    }
    if number.base10_digits().starts_with('-') {
        errors.at(
            number.span(),
            format!("expected a non-negative number, found `{number}`\nhelp: write `off` for no limit"),
        );
        return None;
    }
    let value = number.base10_parse();
    if value.is_err() {
        errors.at(number.span(), format!("`{number}` is too large\nhelp: write `off` for no limit"));
    }
    value.ok()
}

/// Parses a number with a unit; `None` after a mistake.
fn measure(text: &LitStr, what: &str, units: &[(&str, u64)], errors: &mut Diagnostics) -> Option<u64> {
    let written = text.value();
    let digits = written.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(written.len());
    let (number, unit) = written.split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit.trim_start()).map(|(_, factor)| *factor);
    if let (Ok(number), Some(factor)) = (number.parse::<u64>(), factor) {
        return Some(number.saturating_mul(factor));
    }
    let names: Vec<String> = units.iter().map(|(name, _)| format!("`{name}`")).collect();
    errors.at(
        text.span(),
        format!(
            "{} is not {what}\nhelp: write a whole number followed by one of {}",
            render::text(&written),
            names.join(", ")
        ),
    );
    None
}
