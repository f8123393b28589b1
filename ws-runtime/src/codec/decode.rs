//! From messages to types.

use std::any::{Any, TypeId};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Invalid, On, Plan, plan::Form, strict::Strict};
use crate::{
    schema::{Check, Issue, SchemaError, parse},
    wire::{Incoming, Message},
};

/// A type that arrives as messages.
///
/// Every type that serde deserializes and schemars describes is one: `String` is the text as it is, `Bytes` and `Vec<u8>`
/// a binary frame, any other type JSON text. A type of one's own without those may implement it by hand.
///
/// # Examples
/// ```
/// use ws_runtime::{Decode, Incoming, Invalid, Plan};
///
/// struct Level(u8);
///
/// impl Decode for Level {
///     fn decode(message: Incoming<'_>, _plan: &Plan) -> Result<Self, Invalid> {
///         match message.as_bytes() {
///             [level] => Ok(Self(*level)),
///             _ => Err(Invalid::new("a level is one byte")),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be decoded from a message",
    label = "neither JSON nor text nor binary",
    note = "for JSON, derive `serde::Deserialize` and `schemars::JsonSchema` for it",
    note = "text is `String`, binary is `Bytes` or `Vec<u8>`, raw is `Message`; other formats implement `Decode` by hand"
)]
pub trait Decode: Sized + Send + 'static {
    /// Decides what is decided once, before listening. A type without a schema keeps the default.
    ///
    /// # Errors
    /// If the type's schema cannot be used: the application's to mend, at start-up.
    fn plan() -> Result<Plan, SchemaError> {
        Ok(Plan::unchecked())
    }

    /// Decodes one message.
    ///
    /// # Errors
    /// If the message does not fit: the peer's fault.
    fn decode(message: Incoming<'_>, plan: &Plan) -> Result<Self, Invalid>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + 'static> Decode for T {
    fn plan() -> Result<Plan, SchemaError> {
        Plan::inbound::<T>()
    }

    #[inline]
    fn decode(message: Incoming<'_>, plan: &Plan) -> Result<Self, Invalid> {
        match plan.form() {
            Form::Json(check) | Form::Mixed(check) => match message.as_text() {
                Some(text) => json(text, check),
                None => Err(Invalid::kind("expected a text frame")),
            },
            Form::Text => match message.as_text() {
                Some(text) => exactly(text.to_owned()),
                None => Err(Invalid::kind("expected a text frame")),
            },
            Form::Binary if message.as_text().is_some() => Err(Invalid::kind("expected a binary frame")),
            Form::Binary | Form::Raw => binary(message),
        }
    }
}

impl Decode for Message {
    fn decode(message: Incoming<'_>, _plan: &Plan) -> Result<Self, Invalid> {
        Ok(message.into_message())
    }
}

/// A payload as whichever of the two binary types `T` is.
fn binary<T: 'static>(message: Incoming<'_>) -> Result<T, Invalid> {
    let bytes = message.into_message().into_bytes();
    // Bytes that nobody else holds become a `Vec` without being copied.
    if TypeId::of::<T>() == TypeId::of::<Vec<u8>>() { exactly(Vec::from(bytes)) } else { exactly(bytes) }
}

/// A value as the type that it has: `T` is `V` wherever the plan is the type's own.
fn exactly<V: 'static, T: 'static>(value: V) -> Result<T, Invalid> {
    let mut slot = Some(value);
    let slot: &mut dyn Any = &mut slot;
    let value = slot.downcast_mut::<Option<T>>().and_then(Option::take);
    value.ok_or_else(|| Invalid::new("decoded by another type's plan"))
}

/// Reads JSON. Where the schema can be checked while the text is read, that is tried first; whatever comes of it but a
/// value, the long way decides, and explains.
#[inline]
pub(super) fn json<T: DeserializeOwned>(text: &str, check: &Check) -> Result<T, Invalid> {
    if let Some(shape) = check.shape() {
        let mut json = serde_json::Deserializer::from_str(text);
        if let Ok(value) = T::deserialize(Strict::new(&mut json, shape.root()))
            && json.end().is_ok()
        {
            return Ok(value);
        }
    }
    by_value(text, check)
}

/// The long way: all of the text becomes a [`Value`](serde_json::Value), which is validated and then read as the type.
pub(super) fn by_value<T: DeserializeOwned>(text: &str, check: &Check) -> Result<T, Invalid> {
    let value = match parse(text) {
        Ok(value) => value,
        Err(malformed) => {
            let issue = Issue::new("", "json", malformed.to_string());
            return Err(Invalid::schema(On::Message, vec![issue]));
        }
    };
    if !check.is_valid(&value) {
        return Err(Invalid::schema(On::Message, check.explain(&value)));
    }
    T::deserialize(value).map_err(|_| unread(On::Message))
}

/// The schema allows what the type refuses. What serde says of it may repeat the input, so it is not passed on.
pub(super) fn unread(on: On) -> Invalid {
    Invalid::schema(on, vec![Issue::new("", "type", "has a value that its type does not take")])
}
