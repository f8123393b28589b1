//! Encodes types into outbound messages.

use std::{any::Any, borrow::Cow, error::Error, fmt};

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(feature = "server")]
use super::unwritable::unwritable;
use super::{Plan, json, plan::WireForm};
use crate::{
    message::{Kind, Message},
    schema::{Issue, SchemaError},
};

/// Payloads of up to this many bytes are copied, and larger ones shared.
const COPIED: usize = 4096;

/// A type that can be encoded into outbound messages.
///
/// Implemented for every type with serde's `Serialize` and schemars' `JsonSchema`. `String` is sent as unchanged text,
/// `Bytes` and `Vec<u8>` as a binary frame, and any other type as JSON text. A type without those traits can implement
/// `Encode` by hand.
///
/// JSON has no NaN and no infinity. They are written as `null`, which only the schema of an `Option` accepts. A
/// `format` in the schema is not validated, because the type's own `Serialize` produces the value. `Box<RawValue>` is
/// sent verbatim.
///
/// A schema shows neither that a tagged variant holds a string or a bool, nor the type of a map's keys. If a response
/// type also implements `Deserialize`, both are found, and the server does not start if serde can never write a variant
/// or a key. For other types, sending such a value is an error of the handler, which names the variant and the fix.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be encoded as a message",
    label = "not a message type",
    note = "for JSON, derive both `serde::Serialize` and `schemars::JsonSchema` (version 1, not 0.8), and use the type without a wrapper such as `Json<T>`",
    note = "use `String` for text, `Bytes` or `Vec<u8>` for binary, `Message` for both, or implement `Encode` for another format"
)]
pub trait Encode: Send + Sync + 'static {
    /// Prepares everything that is known before the server listens. The default is for types without a schema.
    ///
    /// # Errors
    /// Fails if the schema of the type cannot be used. This is a mistake of the application, reported at start-up.
    fn plan() -> Result<Plan, SchemaError>
    where
        Self: Sized,
    {
        Ok(Plan::unchecked())
    }

    /// Appends the payload to `out` and returns the kind of its frame, or leaves `out` unchanged and returns a message
    /// that shares its bytes.
    ///
    /// # Errors
    /// Fails if the value fails its schema or cannot be serialized. This is a mistake of the application. No part of the
    /// value is sent, and `out` is unchanged.
    fn encode(&self, plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError>;

    /// Returns the payload, if copying it is cheaper than encoding or sharing it. `None` means that `encode` must be
    /// called.
    #[doc(hidden)]
    fn as_is(&self) -> Option<(Kind, &[u8])> {
        None
    }
}

/// The result of encoding: the location of the payload and the kind of its frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// The payload was appended, as UTF-8 for a text frame.
    Text,
    /// The payload was appended, for a binary frame.
    Binary,
    /// No bytes were appended; this message is sent instead.
    Shared(Message),
}

/// The error for a value that fails its own schema or cannot be serialized. No part of the value was sent.
///
/// The text of the error names the path and the keyword, not the value.
#[derive(Debug)]
pub struct EncodeError(Box<Failed>);

#[derive(Debug)]
struct Failed {
    why: Why,
    /// True if the route has logged the error.
    #[cfg_attr(not(feature = "server"), expect(dead_code, reason = "only a server logs it"))]
    is_logged: bool,
}

#[derive(Debug)]
enum Why {
    #[cfg_attr(not(feature = "server"), expect(dead_code, reason = "only the validator finds such a value"))]
    Schema(Vec<Issue>),
    /// With the reason and the way out, if they are known.
    Serialize(Option<Cow<'static, str>>, Box<dyn Error + Send + Sync>),
}

impl EncodeError {
    /// Creates an error from that of a hand-written `Encode`.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::because(Why::Serialize(None, source.into()))
    }

    /// A value that serde_json cannot write.
    #[cfg(feature = "server")]
    #[cold]
    pub(super) fn json(error: serde_json::Error) -> Self {
        Self::because(Why::Serialize(unwritable(&error), error.into()))
    }

    /// Creates the error for a value that fails its schema.
    #[cfg(feature = "server")]
    pub(super) fn schema(issues: Vec<Issue>) -> Self {
        Self::because(Why::Schema(issues))
    }

    fn because(why: Why) -> Self {
        Self(Box::new(Failed { why, is_logged: false }))
    }

    /// Marks the error as logged, so that it is not logged again as that of a handler.
    #[cfg(feature = "server")]
    pub(crate) fn logged(mut self) -> Self {
        self.0.is_logged = true;
        self
    }

    #[cfg(feature = "server")]
    pub(crate) fn is_logged(&self) -> bool {
        self.0.is_logged
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.why {
            Why::Schema(issues) => {
                f.write_str("the value does not keep its schema")?;
                for issue in issues {
                    write!(f, "; {} at {:?}: {}", issue.keyword, issue.path, issue.message)?;
                }
                Ok(())
            }
            Why::Serialize(None, _) => f.write_str("the value cannot be serialized"),
            Why::Serialize(Some(reason), _) => write!(f, "the value cannot be serialized: {reason}"),
        }
    }
}

impl Error for EncodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.why {
            Why::Schema(_) => None,
            Why::Serialize(_, source) => Some(&**source),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema + Send + Sync + 'static> Encode for T {
    fn plan() -> Result<Plan, SchemaError> {
        Plan::outbound::<T>()
    }

    #[inline]
    fn encode(&self, plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        let value: &dyn Any = self;
        match plan.form() {
            WireForm::Json(check) | WireForm::Mixed(check) => json::write(self, check, out),
            WireForm::Text | WireForm::Binary | WireForm::Raw => {
                if let Some(text) = value.downcast_ref::<String>() {
                    out.extend_from_slice(text.as_bytes());
                    Ok(Encoded::Text)
                } else if let Some(bytes) = value.downcast_ref::<Bytes>() {
                    Ok(Encoded::Shared(Message::Binary(bytes.clone())))
                } else if let Some(bytes) = value.downcast_ref::<Vec<u8>>() {
                    out.extend_from_slice(bytes);
                    Ok(Encoded::Binary)
                } else {
                    Err(EncodeError::new("encoded by another type's plan"))
                }
            }
        }
    }

    #[inline]
    fn as_is(&self) -> Option<(Kind, &[u8])> {
        let value: &dyn Any = self;
        if let Some(text) = value.downcast_ref::<String>() {
            return Some((Kind::Text, text.as_bytes()));
        }
        value.downcast_ref::<Vec<u8>>().map(|bytes| (Kind::Binary, &bytes[..]))
    }
}

#[diagnostic::do_not_recommend]
impl Encode for Message {
    fn encode(&self, _plan: &Plan, _out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        Ok(Encoded::Shared(self.clone()))
    }

    #[inline]
    fn as_is(&self) -> Option<(Kind, &[u8])> {
        // Sharing the bytes needs an allocation; copying a few does not.
        Some((self.kind(), self.as_bytes())).filter(|(_, payload)| payload.len() <= COPIED)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serializer;
    use serde_json::json;

    use super::*;
    use crate::codec::{Mixed, Telling};

    fn write<T: Encode>(value: &T) -> (Result<Encoded, String>, String) {
        let mut out = b"kept ".to_vec();
        let encoded = value.encode(&T::plan().unwrap(), &mut out).map_err(|error| error.to_string());
        (encoded, String::from_utf8(out).unwrap())
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Heard {
        Text {
            #[schemars(length(min = 1))]
            text: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            at: Option<f64>,
        },
        Share {
            share: f32,
        },
        Mistyped {
            #[serde(serialize_with = "as_text")]
            number: u8,
        },
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn as_text<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    #[test]
    fn type_determines_the_encoding() {
        let bytes = Bytes::from_static(b"x");
        let shared = Encoded::Shared(Message::Binary(bytes.clone()));
        let raw = Message::text("x");
        for (written, encoded, appended) in [
            (write(&"{}".to_owned()), Encoded::Text, "kept {}"),
            (write(&String::new()), Encoded::Text, "kept "),
            (write(&b"x".to_vec()), Encoded::Binary, "kept x"),
            (write(&bytes), shared.clone(), "kept "),
            (write(&Mixed::<u8>::Binary(bytes)), shared, "kept "),
            (write(&Mixed::Json(7_u8)), Encoded::Text, "kept 7"),
            (write(&raw), Encoded::Shared(raw.clone()), "kept "),
            (write(&Some("x".to_owned())), Encoded::Text, "kept \"x\""),
            (write(&json!({"a": [1.5, null]})), Encoded::Text, "kept {\"a\":[1.5,null]}"),
            (write(&Heard::Share { share: 0.5 }), Encoded::Text, "kept {\"type\":\"share\",\"share\":0.5}"),
            // NaN and infinity are written as `null`, which an optional number accepts.
            (
                write(&Heard::Text { text: "x".into(), at: Some(f64::NAN) }),
                Encoded::Text,
                "kept {\"type\":\"text\",\"text\":\"x\",\"at\":null}",
            ),
            (
                write(&Heard::Text { text: "x".into(), at: None }),
                Encoded::Text,
                "kept {\"type\":\"text\",\"text\":\"x\"}",
            ),
        ] {
            assert_eq!(written, (Ok(encoded), appended.to_owned()));
        }
    }

    #[test]
    fn text_bytes_and_short_messages_are_copied_as_is() {
        let large = "x".repeat(COPIED + 1);
        assert_eq!(Message::text(&large[1..]).as_is(), Some((Kind::Text, &large.as_bytes()[1..])));
        assert_eq!(Message::text(&large[..]).as_is(), None);
        assert_eq!(large.as_is(), Some((Kind::Text, large.as_bytes())));
        assert_eq!(b"x".to_vec().as_is(), Some((Kind::Binary, &b"x"[..])));
        assert_eq!(Bytes::from_static(b"x").as_is(), None);
        assert_eq!(Some("x".to_owned()).as_is(), None);
        assert_eq!(vec!["x"].as_is(), None);
    }

    #[test]
    fn failed_encoding_leaves_the_buffer_unchanged() {
        for (written, message) in [
            (write(&Heard::Text { text: String::new(), at: None }), "minLength at \"/text\""),
            (write(&Heard::Share { share: f32::INFINITY }), "type at \"/share\""),
            (write(&vec![("SECRET", f64::NAN)]), "type at \"/0/1\""),
            (write(&Heard::Mistyped { number: 7 }), "type at \"/number\""),
            (write(&std::collections::BTreeMap::from([((1, 2), 3)])), "cannot be serialized"),
        ] {
            let (Err(error), out) = written else { panic!("{written:?}") };
            assert!(error.contains(message) && !error.contains("SECRET"), "{error}");
            assert_eq!(out, "kept ");
        }
    }

    #[test]
    fn response_type_determines_whether_errors_get_frames() {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        #[expect(dead_code, reason = "only the schema is used")]
        enum Clashing {
            Fine,
            #[serde(rename = "error")]
            Error {
                detail: String,
            },
        }

        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type", rename_all = "snake_case")]
        #[expect(dead_code, reason = "only the schema is used")]
        enum Different {
            Error { code: u8 },
        }

        #[derive(Serialize, JsonSchema)]
        struct Loose {
            detail: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            more: Option<u8>,
        }

        #[derive(Serialize, JsonSchema)]
        struct Firm {
            text: String,
        }

        fn telling_of<T: Encode>() -> Telling {
            T::plan().unwrap().telling("type").unwrap()
        }
        assert_eq!(telling_of::<Heard>(), Telling::Yes);
        assert_eq!(telling_of::<Different>(), Telling::Yes);
        assert_eq!(telling_of::<Firm>(), Telling::Yes);
        assert_eq!(telling_of::<Mixed<Heard>>(), Telling::Yes);
        assert_eq!(telling_of::<Vec<Firm>>(), Telling::Yes);
        assert_eq!(telling_of::<Loose>(), Telling::No);
        assert_eq!(telling_of::<String>(), Telling::No);
        assert_eq!(telling_of::<Bytes>(), Telling::No);
        assert_eq!(telling_of::<Message>(), Telling::No);
        assert_eq!(telling_of::<serde_json::Value>(), Telling::No);
        let clashing = <Clashing as Encode>::plan().unwrap();
        let error = clashing.telling("type").unwrap_err().to_string();
        assert!(error.contains("Clashing") && error.contains("rename the variant"), "{error}");
        assert!(<Mixed<Clashing> as Encode>::plan().unwrap().telling("type").is_err());
        assert_eq!(clashing.telling("kind").unwrap(), Telling::Yes);
        // A tag with the name of another member would occur twice in a frame.
        for taken in ["detail", "errors", "on"] {
            assert_eq!(clashing.telling(taken).unwrap(), Telling::Yes, "{taken}");
        }
    }

    #[test]
    fn encode_error_is_at_most_32_bytes() {
        assert!(size_of::<EncodeError>() <= 32);
    }
}
