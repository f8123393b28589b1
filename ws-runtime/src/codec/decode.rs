//! Decodes inbound messages into types.

use std::any::{Any, TypeId};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Invalid, Plan, json, plan::WireForm};
use crate::{
    message::{Incoming, Message},
    schema::SchemaError,
};

/// A type into which inbound messages are decoded.
///
/// Implemented for every type with serde's `Deserialize` and schemars' `JsonSchema`. `String` takes text unchanged,
/// `Bytes` and `Vec<u8>` take a binary frame, and any other type takes JSON text. A type without those traits can
/// implement `Decode` by hand.
///
/// # Accepted values
/// A value is accepted if and only if the published schema accepts it, even where serde alone would accept more: an
/// array in place of a struct, `{"unit": null}` for `"unit"`, a repeated item of a set, or other JSON types that a
/// `deserialize_with` reads. A repeated key of an object is rejected at any depth, and so is JSON that is nested more
/// than 128 levels deep.
///
/// At start-up, the library runs `Deserialize` to find serde's `alias` and `other`, and adds them to the schema, marked
/// `x-serde`. This does not work where serde buffers a value first: in fields inside internally tagged or untagged
/// enums, in the named fields of a variant of an adjacently tagged enum, and in fields of structs with `flatten`.
/// There, aliases are rejected like unknown names. (The variant names of internally tagged enums are found.)
///
/// The server does not start if a type can never work: a variant that serde cannot tag (`Text(String)` with `tag =
/// "type"`), a map whose keys are not strings, and, where serde buffers a value first, a `Box<RawValue>` or a map whose
/// keys are numbers or bools. In an adjacently tagged enum, serde buffers the content only if it precedes the tag. Such
/// types start, and a client must send the tag first.
///
/// # Numbers
/// The type determines how a number is read. An integer is read exactly from its digits, in any notation (`1`, `1.0`,
/// `1e2`, `9007199254740993.0`), and rejected if it is out of range. A float is rounded once to the nearest value,
/// keeps its sign (`-0.0`), and is rejected if it would be infinite. If a type accepts both integers and floats
/// (`serde_json::Value`, an untagged enum), a number is a float if it is written as one. `Box<RawValue>` is the text of
/// a value as sent. A type with a 128-bit integer is rejected at start-up.
///
/// # Formats
/// The only formats of a schema that the library validates are `email` and `uri`, because a `String` may have them and
/// would accept any text. `uri` accepts any scheme followed by a colon. Every other format belongs to a type, such as
/// `Uuid` or `IpAddr`, whose own `Deserialize` validates it.
///
/// If a type rejects a value that its schema accepts, the message is invalid. The path of the value is reported with
/// the keyword `type`, or `format` if the type has one. The key of a map is input of the peer, so it is reported at the
/// path of the map, with the number of its member. Examples are rules of `try_from` and `deserialize_with` that the
/// schema lacks, integer keys of a map that are out of range, and a field that occurs under both its name and its
/// `alias`.
///
/// # Cost
/// Decoding a message and explaining its errors takes time proportional to its length. serde tries the variants of an
/// untagged enum in turn, so the server does not start with a recursive one whose variants recurse under the same keys:
/// tag it, or give each variant its own field names. For a recursive enum that is untagged or flattened, serde copies a
/// value once for each level above it. A message of more than 8 KiB whose bytes are more than 16 levels deep on average
/// is therefore invalid.
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
    label = "not a message type",
    note = "for JSON, derive both `serde::Deserialize` and `schemars::JsonSchema` (version 1, not 0.8), and use the type without a wrapper such as `Json<T>`",
    note = "use `String` for text, `Bytes` or `Vec<u8>` for binary, `Message` for both, or implement `Decode` for another format"
)]
pub trait Decode: Sized + Send + 'static {
    /// Prepares everything that is known before the server listens. The default is for types without a schema.
    ///
    /// # Errors
    /// Fails if the schema of the type cannot be used. This is a mistake of the application, reported at start-up.
    fn plan() -> Result<Plan, SchemaError> {
        Ok(Plan::unchecked())
    }

    /// Decodes one message.
    ///
    /// # Errors
    /// Fails if the message is invalid. This is a mistake of the peer.
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
            WireForm::Json(check) | WireForm::Mixed(check) => match message.as_text() {
                Some(text) => json::read(text, check),
                None => Err(Invalid::kind("expected a text frame")),
            },
            WireForm::Text => match message.as_text() {
                Some(text) => cast(text.to_owned()),
                None => Err(Invalid::kind("expected a text frame")),
            },
            WireForm::Binary if message.as_text().is_some() => Err(Invalid::kind("expected a binary frame")),
            WireForm::Binary | WireForm::Raw => binary(message),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Decode for Message {
    fn decode(message: Incoming<'_>, _plan: &Plan) -> Result<Self, Invalid> {
        Ok(message.into_message())
    }
}

/// Returns a payload as `T`, which is `Vec<u8>` or `Bytes`.
fn binary<T: 'static>(message: Incoming<'_>) -> Result<T, Invalid> {
    let bytes = message.into_message().into_bytes();
    // If the bytes have no other owner, the `Vec` takes them over without a copy.
    if TypeId::of::<T>() == TypeId::of::<Vec<u8>>() { cast(Vec::from(bytes)) } else { cast(bytes) }
}

/// Returns a `V` as a `T`. Both are the same type, unless the plan belongs to another type.
fn cast<V: 'static, T: 'static>(value: V) -> Result<T, Invalid> {
    let mut slot = Some(value);
    let slot: &mut dyn Any = &mut slot;
    let value = slot.downcast_mut::<Option<T>>().and_then(Option::take);
    value.ok_or_else(|| Invalid::new("decoded by another type's plan"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::codec::Mixed;

    fn read<T: Decode>(message: impl Into<Message>) -> Result<T, Invalid> {
        T::decode(Incoming::from(message.into()), &T::plan().unwrap())
    }

    #[test]
    fn text_is_decoded_unchanged() {
        for text in [
            "123",
            "1e3",
            "0x10",
            " 7 ",
            "12345678901234567",
            "true",
            "null",
            "\"x\"",
            "{\"a\":1}",
            "",
            " ",
            "é",
        ] {
            assert_eq!(read::<String>(text).unwrap(), text);
        }
    }

    #[test]
    fn type_determines_the_accepted_frame_kind() {
        let binary = Bytes::from_static(&[0, 255]);
        assert_eq!(read::<Bytes>(binary.clone()).unwrap(), binary);
        assert_eq!(read::<Vec<u8>>(binary.clone()).unwrap(), binary);
        assert_eq!(read::<Message>(binary.clone()).unwrap(), Message::Binary(binary.clone()));
        assert_eq!(read::<Message>("x").unwrap(), Message::text("x"));
        assert_eq!(read::<Mixed<u8>>("7").unwrap(), Mixed::Json(7));
        assert_eq!(read::<Mixed<u8>>(binary.clone()).unwrap(), Mixed::Binary(binary.clone()));
        for invalid in [
            read::<Bytes>("x").unwrap_err(),
            read::<Vec<u8>>("[1]").unwrap_err(),
            read::<String>(binary.clone()).unwrap_err(),
            read::<u8>(Bytes::from_static(b"7")).unwrap_err(),
        ] {
            assert!(invalid.is_kind(), "{invalid}");
        }
        assert!(!read::<u8>("x").unwrap_err().is_kind());
        assert!(!read::<Mixed<u8>>("x").unwrap_err().is_kind());
    }

    #[test]
    fn newtypes_and_boxes_of_strings_are_json() {
        #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
        struct Name(String);

        assert_eq!(read::<Box<str>>("\"x\"").unwrap(), "x".into());
        assert_eq!(read::<Name>("\"x\"").unwrap(), Name("x".to_owned()));
        assert_eq!(read::<Option<String>>("null").unwrap(), None);
        assert_eq!(read::<Value>("[1, {}]").unwrap(), serde_json::json!([1, {}]));
        assert!(read::<Name>("x").is_err());
    }

    #[test]
    fn malformed_json_is_reported_at_the_root() {
        for text in ["", " ", "{", "nul", "1 1", "{\"a\":1,\"a\":2}", "\u{feff}1"] {
            let invalid = read::<Value>(text).unwrap_err();
            let [issue] = invalid.errors() else { panic!("{invalid}") };
            assert_eq!((&*issue.path, &*issue.keyword), ("", "json"), "{text:?}");
        }
    }

    #[test]
    fn large_invalid_message_gets_a_short_error() {
        let long = "SECRET".repeat(200_000);
        let items = format!("[{}]", vec!["\"SECRET\""; 100_000].join(","));
        for invalid in [
            read::<Vec<u8>>(format!("\"{long}\"")).unwrap_err(),
            read::<Vec<u8>>(items).unwrap_err(),
            read::<Value>(long.clone()).unwrap_err(),
            read::<std::collections::BTreeMap<String, u8>>(format!("{{\"{long}\":\"x\"}}")).unwrap_err(),
        ] {
            let frame = invalid.to_frame();
            assert!(frame.len() < 1024 && !frame.contains("SECRET"), "{frame}");
            assert!(!format!("{invalid} {invalid:?}").contains("SECRET"));
        }
    }

    #[test]
    fn plan_of_another_type_is_an_error() {
        let text = Plan::inbound::<String>().unwrap();
        let binary = Plan::inbound::<Bytes>().unwrap();
        assert!(<u8 as Decode>::decode(Message::text("7").into(), &text).is_err());
        assert!(<u8 as Decode>::decode(Message::binary("7").into(), &binary).is_err());
        assert!(<u8 as Decode>::decode(Message::text("7").into(), &Plan::unchecked()).is_err());
        assert!(Mixed::<u8>::decode(Message::text("7").into(), &text).is_err());
    }
}
