//! JSON and binary messages on one route.

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use super::{Decode, Encode, EncodeError, Encoded, Invalid, Plan, json, plan::inbound_check};
use crate::{
    message::{Incoming, Message},
    schema::{Check, SchemaError},
};

/// JSON in text frames and bytes in binary frames, for a route with JSON commands and binary audio, images or game
/// state.
///
/// The kind of the frame distinguishes the two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Mixed<T> {
    /// A value, as JSON in a text frame.
    Json(T),
    /// Bytes in a binary frame.
    Binary(Bytes),
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + 'static> Decode for Mixed<T> {
    fn plan() -> Result<Plan, SchemaError> {
        inbound_check::<T>().map(Plan::mixed::<T>)
    }

    fn decode(message: Incoming<'_>, plan: &Plan) -> Result<Self, Invalid> {
        match (message.as_text(), plan.check()) {
            (Some(text), Some(check)) => json::read(text, check).map(Self::Json),
            (Some(_), None) => Err(Invalid::new("decoded by another type's plan")),
            (None, _) => Ok(Self::Binary(message.into_message().into_bytes())),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + JsonSchema + Send + Sync + 'static> Encode for Mixed<T> {
    fn plan() -> Result<Plan, SchemaError> {
        Check::outbound::<T>().map(Plan::mixed::<T>)
    }

    fn encode(&self, plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        match (self, plan.check()) {
            (Self::Json(value), Some(check)) => json::write(value, check, out),
            (Self::Json(_), None) => Err(EncodeError::new("encoded by another type's plan")),
            (Self::Binary(bytes), _) => Ok(Encoded::Shared(Message::Binary(bytes.clone()))),
        }
    }
}
