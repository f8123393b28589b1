//! Reads the keys that set options of the server.

use proc_macro2::Ident;

use super::{amounts, deflate, strings};
use crate::{
    diagnostics::Diagnostics,
    model::{OnInvalid, Options, Setting, Value},
    syntax::{Keys, OptionValue},
    vocabulary::{self, KeyWord, Shape},
};

/// Returns the options in the order of the key table.
pub(super) fn read(keys: &Keys, errors: &mut Diagnostics) -> Options {
    let mut settings = Vec::new();
    for (word, slot) in keys.options.iter() {
        if let (Some(span), Some(given)) = (slot.span(), slot.value())
            && let Some(value) = value(word, given, errors)
        {
            settings.push(Setting { name: word.name, span, value });
        }
    }
    Options {
        settings,
        require_protocol: keys.require_protocol.value().copied().unwrap_or_default(),
        origins: keys.origins.value().map(|origins| strings::origins(origins, errors)),
    }
}

fn value(word: &KeyWord, given: &OptionValue, errors: &mut Diagnostics) -> Option<Value> {
    match given {
        OptionValue::Amount(amount) => match word.shape {
            Shape::Size => amounts::size(amount, errors),
            Shape::Time => amounts::time(amount, errors),
            _ => amounts::count(amount, errors),
        },
        OptionValue::Flag(flag) => Some(Value::Flag(*flag)),
        OptionValue::Pointer(pointer) => strings::pointer(pointer, errors),
        OptionValue::Word(word) => on_invalid(word, errors).map(Value::OnInvalid),
        OptionValue::Deflate(deflate) => Some(deflate::read(deflate, errors)),
    }
}

fn on_invalid(word: &Ident, errors: &mut Diagnostics) -> Option<OnInvalid> {
    let text = word.to_string();
    match &*text {
        "reply" => Some(OnInvalid::Reply),
        "ignore" => Some(OnInvalid::Ignore),
        "close" => Some(OnInvalid::Close),
        _ => {
            let expects = vocabulary::expects("on_invalid");
            errors.at(word.span(), format!("`on_invalid` expects {expects}, found `{text}`"));
            None
        }
    }
}
