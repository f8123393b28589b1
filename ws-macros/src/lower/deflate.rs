//! Reads the settings of `per_message_deflate`.

use super::amounts;
use crate::{
    diagnostics::Diagnostics,
    model::{Setting, Value},
    syntax::{Amount, Deflate, DeflateKeys, Slot},
};

/// Returns the settings in the order of the key table.
pub(super) fn read(deflate: &Deflate, errors: &mut Diagnostics) -> Value {
    let keys = match deflate {
        Deflate::Off => return Value::Off,
        Deflate::On(keys) => keys,
    };
    let DeflateKeys {
        threshold,
        level,
        server_max_window_bits,
        client_max_window_bits,
        server_no_context_takeover,
        client_no_context_takeover,
    } = &**keys;
    let mut settings = Vec::new();
    let size = threshold.value().and_then(|amount| amounts::bytes(amount, errors));
    let numbers = [
        ("threshold", threshold, size),
        ("level", level, within(level, 1, 9, errors)),
        ("server_max_window_bits", server_max_window_bits, within(server_max_window_bits, 9, 15, errors)),
        ("client_max_window_bits", client_max_window_bits, within(client_max_window_bits, 9, 15, errors)),
    ];
    for (name, slot, value) in numbers {
        if let (Some(span), Some(value)) = (slot.span(), value) {
            settings.push(Setting { name, span, value });
        }
    }
    let flags = [
        ("server_no_context_takeover", server_no_context_takeover),
        ("client_no_context_takeover", client_no_context_takeover),
    ];
    for (name, slot) in flags {
        if let (Some(span), Some(value)) = (slot.span(), slot.value()) {
            settings.push(Setting { name, span, value: Value::Flag(*value) });
        }
    }
    Value::Deflate(settings)
}

/// Reads a number with a minimum and a maximum; `None` if it is not set, or after a mistake.
fn within(slot: &Slot<Amount>, least: u32, most: u32, errors: &mut Diagnostics) -> Option<Value> {
    let amount = slot.value()?;
    let value = amounts::number(amount, errors)?;
    if matches!(value, Value::Count(value) if !(least..=most).contains(&value)) {
        let (span, found) = match amount {
            Amount::Number(number) => (number.span(), number.to_string()),
            Amount::Text(text) => (text.span(), text.value()),
            Amount::Off | Amount::Constant(_) => (slot.span()?, "off".to_owned()),
        };
        errors.at(span, format!("expected a number from {least} to {most}, found `{found}`"));
        return None;
    }
    Some(value)
}
