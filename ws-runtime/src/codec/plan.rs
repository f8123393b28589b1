//! What is decided once about a type, before listening.

use std::any::{TypeId, type_name};

use bytes::Bytes;
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::schema::{Check, Direction, SchemaError};

/// What [`Decode`](super::Decode) or [`Encode`](super::Encode) decides about a type once, before listening: its form on
/// the wire, and its schema, compiled.
#[derive(Debug)]
pub struct Plan {
    form: Form,
    telling: Telling,
}

/// A type's form on the wire.
#[derive(Debug)]
pub(crate) enum Form {
    /// Whatever the type makes of a message by itself; no schema is known.
    Raw,
    /// The text as it is.
    Text,
    /// Bytes in a binary frame.
    Binary,
    /// JSON in a text frame.
    Json(Box<Check>),
    /// JSON in a text frame, or bytes in a binary one.
    Mixed(Box<Check>),
}

/// Whether a client can tell the frames that report errors from a response type's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// No response looks like one.
    Yes,
    /// A response may look like one, so errors close the connection.
    No,
}

impl Plan {
    /// Whether messages may be JSON, rather than text or bytes as they are.
    pub(crate) fn may_be_json(&self) -> bool {
        !matches!(self.form, Form::Text | Form::Binary)
    }

    /// Returns the plan of a type that has no schema and decodes or encodes by itself.
    pub fn unchecked() -> Self {
        Self { form: Form::Raw, telling: Telling::No }
    }

    /// What arrives as a `T`.
    pub(super) fn inbound<T: JsonSchema + 'static>() -> Result<Self, SchemaError> {
        let form = match plain::<T>() {
            Some(form) => form,
            None => Form::Json(Box::new(Check::inbound::<T>()?)),
        };
        // Nothing is told apart from what arrives.
        Ok(Self { form, telling: Telling::No })
    }

    /// What leaves as a `T`.
    pub(super) fn outbound<T: JsonSchema + 'static>() -> Result<Self, SchemaError> {
        match plain::<T>() {
            Some(form) => Ok(Self { form, telling: Telling::No }),
            None => Self::telling::<T>(Form::Json),
        }
    }

    /// JSON or binary, of a `T`.
    pub(super) fn mixed<T: JsonSchema>(direction: Direction) -> Result<Self, SchemaError> {
        match direction {
            Direction::Inbound => {
                let form = Form::Mixed(Box::new(Check::inbound::<T>()?));
                Ok(Self { form, telling: Telling::No })
            }
            Direction::Outbound => Self::telling::<T>(Form::Mixed),
        }
    }

    fn telling<T: JsonSchema>(form: fn(Box<Check>) -> Form) -> Result<Self, SchemaError> {
        let check = Check::outbound::<T>()?;
        let taken = samples().iter().any(|sample| check.is_valid(sample));
        if taken && check.is_told() {
            return Err(SchemaError::new(
                type_name::<T>(),
                Direction::Outbound,
                "a variant looks like the frame that reports an error, `{\"type\": \"validation\" or \"error\", …}`: \
                 rename it",
            ));
        }
        Ok(Self { form: form(Box::new(check)), telling: if taken { Telling::No } else { Telling::Yes } })
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// The schema, as it is published; of JSON only.
    #[cfg_attr(
        not(any(fuzzing, test)),
        expect(dead_code, reason = "so far, what is published is looked at by tests alone")
    )]
    pub(crate) fn schema(&self) -> Option<&Value> {
        self.check().map(Check::schema)
    }

    pub(crate) fn check(&self) -> Option<&Check> {
        match &self.form {
            Form::Json(check) | Form::Mixed(check) => Some(check),
            Form::Raw | Form::Text | Form::Binary => None,
        }
    }

    /// Whether a client can tell our error frames from this response type's.
    pub(crate) fn tells_errors(&self) -> Telling {
        self.telling
    }
}

/// The types that are not JSON. Exactly these: a newtype of one is JSON.
fn plain<T: 'static>() -> Option<Form> {
    let id = TypeId::of::<T>();
    if id == TypeId::of::<String>() {
        Some(Form::Text)
    } else if id == TypeId::of::<Bytes>() || id == TypeId::of::<Vec<u8>>() {
        Some(Form::Binary)
    } else {
        None
    }
}

/// The frames that report an error, at their smallest.
fn samples() -> [Value; 2] {
    [
        json!({"type": "validation", "on": "message", "detail": "", "errors": []}),
        json!({"type": "error", "detail": "internal error"}),
    ]
}
