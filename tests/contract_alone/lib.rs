//! A crate of shared types, on which a server and its clients depend. `.ci/run` builds it separately, so that
//! `ws-runtime` has no features; a build of the whole workspace enables all of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{
    Bytes, Contract, Decode, Encode, EncodeError, Encoded, Incoming, Invalid, Message, Mixed, Params, Part,
    Plan, ws_contract,
};

/// A message of a client.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Say {
    /// The text of the message.
    pub text: String,
}

/// The query of the handshake.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Join {
    /// The name of the user.
    pub name: String,
}

/// A level in one byte, decoded and encoded by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(pub u8);

impl Decode for Level {
    fn decode(message: Incoming<'_>, _plan: &Plan) -> Result<Self, Invalid> {
        match message.as_bytes() {
            [level] => Ok(Self(*level)),
            _ => Err(Invalid::new("expected one byte")),
        }
    }
}

impl Encode for Level {
    fn encode(&self, _plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        out.push(self.0);
        Ok(Encoded::Binary)
    }
}

/// A chat with captures, a query and JSON in both directions.
#[ws_contract("/chat/{room}/{seat: u8}", query = Join, body = Say, response = Say, protocols = ["v1"])]
#[derive(Debug)]
pub struct ChatApi;

/// A route with raw messages.
#[ws_contract("/raw")]
#[derive(Debug)]
pub struct RawApi;

/// A route whose messages are levels.
#[ws_contract("/levels", body = Level, response = Mixed<Say>)]
#[derive(Debug)]
pub struct LevelApi;

/// Returns the path of a seat, as a client builds it.
pub fn seat(params: &Params<ChatApi>) -> String {
    format!("/chat/{}/{}", params.room, params.seat)
}

/// The traits have the same methods with every set of features.
pub fn every_method<T: Decode + Encode, P: Part>(value: &T) -> Option<(Result<Encoded, EncodeError>, bool)> {
    let (inbound, outbound) = (<T as Decode>::plan().ok()?, <T as Encode>::plan().ok()?);
    let decoded = T::decode(Message::binary(Bytes::from_static(b"7")).into(), &inbound);
    Some((value.encode(&outbound, &mut Vec::new()), decoded.is_ok() || P::plan().is_ok()))
}

/// Returns the paths of the contracts.
pub const fn paths() -> [&'static str; 3] {
    [ChatApi::PATH, RawApi::PATH, LevelApi::PATH]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_alone_decodes_by_hand() {
        let (encoded, decodes) = every_method::<Level, Join>(&Level(3)).expect("it has no schema");
        assert!(decodes && encoded.expect("it is one byte") == Encoded::Binary);
        assert!(every_method::<Bytes, Join>(&Bytes::new()).is_some(), "bytes need no validator");
    }
}
