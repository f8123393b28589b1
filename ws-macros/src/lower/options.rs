//! Keys that set options of the server.

use proc_macro2::{Ident, Span};

use super::{amounts, deflate, strings};
use crate::{
    diagnostics::Diagnostics,
    model::{OnInvalid, Options, Setting, Value},
    syntax::{Amount, Deflate, Keys, Pointer, Slot},
    vocabulary,
};

/// Reads the options.
pub(super) fn read(keys: &Keys, errors: &mut Diagnostics) -> Options {
    let mut reader = OptionReader { settings: Vec::new(), errors };
    reader.size("max_payload_length", &keys.max_payload_length);
    reader.count("max_fragments", &keys.max_fragments);
    reader.time("fragment_timeout", &keys.fragment_timeout);
    reader.time("idle_timeout", &keys.idle_timeout);
    reader.time("ping_interval", &keys.ping_interval);
    reader.size("backpressure_limit", &keys.backpressure_limit);
    reader.flag("close_on_backpressure_limit", &keys.close_on_backpressure_limit);
    reader.pointer("latest_by_key", &keys.latest_by_key);
    reader.count("rate_limit", &keys.rate_limit);
    reader.count("max_invalid", &keys.max_invalid);
    reader.flag("publish_to_self", &keys.publish_to_self);
    reader.count("max_subscriptions", &keys.max_subscriptions);
    reader.size("max_topic_length", &keys.max_topic_length);
    reader.flag("refusal_details", &keys.refusal_details);
    reader.on_invalid(&keys.on_invalid);
    reader.time("close_timeout", &keys.close_timeout);
    reader.deflate(&keys.per_message_deflate);
    let settings = reader.settings;
    Options {
        settings,
        require_protocol: keys.require_protocol.value().copied().unwrap_or_default(),
        origins: keys.origins.value().map(|origins| strings::origins(origins, errors)),
    }
}

struct OptionReader<'a> {
    settings: Vec<Setting>,
    errors: &'a mut Diagnostics,
}

impl OptionReader<'_> {
    fn size(&mut self, name: &'static str, slot: &Slot<Amount>) {
        let value = slot.value().and_then(|amount| amounts::size(amount, self.errors));
        self.set(name, slot.span(), value);
    }

    fn count(&mut self, name: &'static str, slot: &Slot<Amount>) {
        let value = slot.value().and_then(|amount| amounts::count(amount, self.errors));
        self.set(name, slot.span(), value);
    }

    fn time(&mut self, name: &'static str, slot: &Slot<Amount>) {
        let value = slot.value().and_then(|amount| amounts::time(amount, self.errors));
        self.set(name, slot.span(), value);
    }

    fn pointer(&mut self, name: &'static str, slot: &Slot<Pointer>) {
        let value = slot.value().and_then(|pointer| strings::pointer(pointer, self.errors));
        self.set(name, slot.span(), value);
    }

    fn flag(&mut self, name: &'static str, slot: &Slot<bool>) {
        self.set(name, slot.span(), slot.value().copied().map(Value::Flag));
    }

    fn deflate(&mut self, slot: &Slot<Deflate>) {
        let value = slot.value().map(|deflate| deflate::read(deflate, self.errors));
        self.set("per_message_deflate", slot.span(), value);
    }

    fn on_invalid(&mut self, slot: &Slot<Ident>) {
        let Some(word) = slot.value() else { return };
        let text = word.to_string();
        let value = match &*text {
            "reply" => OnInvalid::Reply,
            "ignore" => OnInvalid::Ignore,
            "close" => OnInvalid::Close,
            _ => {
                let expects = vocabulary::expects("on_invalid");
                self.errors.at(word.span(), format!("`on_invalid` expects {expects}, found `{text}`"));
                return;
            }
        };
        self.set("on_invalid", slot.span(), Some(Value::OnInvalid(value)));
    }

    fn set(&mut self, name: &'static str, span: Option<Span>, value: Option<Value>) {
        if let (Some(span), Some(value)) = (span, value) {
            self.settings.push(Setting { name, span, value });
        }
    }
}
