//! The plan of a message type: its prepared codec.

use std::any::{TypeId, type_name};

use bytes::Bytes;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
#[cfg(feature = "server")]
use serde_json::{Value, json};

#[cfg(feature = "server")]
use super::typed::try_out;
use crate::schema::{Check, SchemaError};
#[cfg(feature = "server")]
use crate::schema::{Direction, Sampler};

/// The prepared codec of a type, with its form on the wire and its compiled schema. [`Decode`](super::Decode) and
/// [`Encode`](super::Encode) create it once, before the server listens.
#[derive(Debug)]
pub struct Plan {
    form: WireForm,
    /// The name of the type; empty for a hand-written codec.
    #[cfg_attr(not(feature = "server"), expect(dead_code, reason = "only start-up errors name it"))]
    name: &'static str,
}

/// The form of a type on the wire.
#[derive(Debug)]
pub(crate) enum WireForm {
    /// The form of a hand-written codec, without a schema.
    Raw,
    /// Unchanged text in a text frame.
    Text,
    /// Bytes in a binary frame.
    Binary,
    /// JSON in a text frame.
    Json(Box<Check>),
    /// JSON in a text frame or bytes in a binary frame.
    Mixed(Box<Check>),
}

/// The ability of a client to distinguish error frames from responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg(feature = "server")]
pub(crate) enum Telling {
    /// No response can look like an error frame.
    Yes,
    /// A response may look like an error frame, so errors close the connection.
    No,
}

impl Plan {
    /// Returns true if messages may be JSON, as opposed to plain text or bytes.
    #[cfg(feature = "server")]
    pub(crate) fn may_be_json(&self) -> bool {
        !matches!(self.form, WireForm::Text | WireForm::Binary)
    }

    /// Returns the plan of a type with a hand-written codec and no schema.
    pub fn unchecked() -> Self {
        Self { form: WireForm::Raw, name: "" }
    }

    /// Prepares the decoding of a `T`.
    pub(super) fn inbound<T: DeserializeOwned + JsonSchema + 'static>() -> Result<Self, SchemaError> {
        let form = match plain::<T>() {
            Some(form) => form,
            None => WireForm::Json(Box::new(inbound_check::<T>()?)),
        };
        Ok(Self { form, name: type_name::<T>() })
    }

    /// Prepares the encoding of a `T`.
    pub(super) fn outbound<T: JsonSchema + 'static>() -> Result<Self, SchemaError> {
        let form = match plain::<T>() {
            Some(form) => form,
            None => WireForm::Json(Box::new(Check::outbound::<T>()?)),
        };
        Ok(Self { form, name: type_name::<T>() })
    }

    /// Prepares messages that are either JSON for a `T` or binary.
    pub(super) fn mixed<T>(check: Check) -> Self {
        Self { form: WireForm::Mixed(Box::new(check)), name: type_name::<T>() }
    }

    pub(crate) fn form(&self) -> &WireForm {
        &self.form
    }

    /// Returns the published schema; `None` if the type is not JSON.
    #[cfg_attr(not(any(fuzzing, test)), expect(dead_code, reason = "only tests read the published schema"))]
    #[cfg(feature = "server")]
    pub(crate) fn schema(&self) -> Option<&Value> {
        self.check().map(Check::schema)
    }

    pub(crate) fn check(&self) -> Option<&Check> {
        match &self.form {
            WireForm::Json(check) | WireForm::Mixed(check) => Some(check),
            WireForm::Raw | WireForm::Text | WireForm::Binary => None,
        }
    }

    /// Checks that serde can write every part of a response type.
    ///
    /// # Errors
    /// Fails if serde can never write a variant or a key.
    #[cfg(feature = "server")]
    pub(crate) fn check_written(&self, sampler: Sampler) -> Result<(), SchemaError> {
        let written = self.check().map_or(Ok(()), |check| check.check_written(sampler));
        written.map_err(|why| SchemaError::new(self.name, Direction::Outbound, why))
    }

    /// Returns whether a client can distinguish the library's frames, which have a member `tag`, from the responses of
    /// this type.
    ///
    /// # Errors
    /// Fails if the response is an enum with a variant that looks like a frame of the library.
    #[cfg(feature = "server")]
    pub(crate) fn telling(&self, tag: &str) -> Result<Telling, SchemaError> {
        let Some(check) = self.check() else { return Ok(Telling::No) };
        if !samples(tag).iter().any(|sample| check.is_valid(sample)) {
            return Ok(Telling::Yes);
        }
        if check.is_told() {
            let why = format!(
                "a variant has the form of a frame of the library, `{{\"{tag}\": \"validation\", \"error\" or \"expiring\", …}}`: \
                 rename the variant, or set another tag for the library's frames with `reserved_tag = \"…\"`"
            );
            return Err(SchemaError::new(self.name, Direction::Outbound, why));
        }
        Ok(Telling::No)
    }
}

/// Compiles the schema of an inbound `T`, and checks that the type can read what the schema accepts.
pub(super) fn inbound_check<T: DeserializeOwned + JsonSchema>() -> Result<Check, SchemaError> {
    let check = Check::read::<T>()?;
    #[cfg(feature = "server")]
    check
        .check_read(try_out::<T>)
        .map_err(|why| SchemaError::new(type_name::<T>(), Direction::Inbound, why))?;
    Ok(check)
}

/// Returns the form of a type that is not JSON; `None` for all other types. A newtype of one of them is JSON.
fn plain<T: 'static>() -> Option<WireForm> {
    let id = TypeId::of::<T>();
    if id == TypeId::of::<String>() {
        Some(WireForm::Text)
    } else if id == TypeId::of::<Bytes>() || id == TypeId::of::<Vec<u8>>() {
        Some(WireForm::Binary)
    } else {
        None
    }
}

/// Returns the shortest forms of the library's own frames.
#[cfg(feature = "server")]
fn samples(tag: &str) -> [Value; 3] {
    let mut validation = json!({"on": "message", "detail": "", "errors": []});
    let mut error = json!({"detail": "internal error"});
    validation[tag] = json!("validation");
    error[tag] = json!("error");
    let mut expiring = json!({"in_ms": 30_000});
    expiring[tag] = json!("expiring");
    [validation, error, expiring]
}
