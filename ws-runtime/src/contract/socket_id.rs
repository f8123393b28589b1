//! The identity of a socket, as applications store and send it.

use std::{borrow::Cow, error::Error, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The length of an id in its text form: 128 bits in hexadecimal digits.
const DIGITS: usize = 32;

/// The identity of one socket: 128 bits that are unique across all servers and cannot be guessed.
///
/// Returned by [`Socket::id`](crate::Socket::id). [`Channel::socket`](crate::Channel::socket) finds the socket of an
/// id. In text and in JSON, an id is 32 lower-case hexadecimal digits; no other spelling is accepted.
///
/// # Examples
/// ```
/// use ws_runtime::SocketId;
///
/// let id: SocketId = "0f1e2d3c4b5a69788796a5b4c3d2e1f0".parse()?;
/// assert_eq!(id.to_string(), "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
/// assert!("0F1E2D3C4B5A69788796A5B4C3D2E1F0".parse::<SocketId>().is_err());
/// # Ok::<(), ws_runtime::SocketIdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(u128);

impl SocketId {
    #[cfg(feature = "server")]
    pub(crate) const fn new(bits: u128) -> Self {
        Self(bits)
    }

    #[cfg(feature = "server")]
    pub(crate) const fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(to_hex(self.0, &mut [0; DIGITS]))
    }
}

impl fmt::Debug for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketId({self})")
    }
}

fn to_hex(bits: u128, digits: &mut [u8; DIGITS]) -> &str {
    for (at, digit) in digits.iter_mut().rev().enumerate() {
        let nibble = (bits >> (4 * at)) & 0xf;
        *digit = b"0123456789abcdef"[nibble as usize];
    }
    str::from_utf8(digits).expect("hexadecimal digits are ASCII")
}

impl FromStr for SocketId {
    type Err = SocketIdError;

    fn from_str(text: &str) -> Result<Self, SocketIdError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != DIGITS || !text.bytes().all(is_digit) {
            return Err(SocketIdError(()));
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| SocketIdError(()))
    }
}

impl Serialize for SocketId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(to_hex(self.0, &mut [0; DIGITS]))
    }
}

impl<'de> Deserialize<'de> for SocketId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for SocketId {
    fn schema_name() -> Cow<'static, str> {
        "SocketId".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::SocketId").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
    }
}

/// The error for a string that is not a valid [`SocketId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketIdError(());

impl fmt::Display for SocketIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a socket id: {DIGITS} lower-case hexadecimal digits")
    }
}

impl Error for SocketIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_id_accepts_one_spelling() {
        for bits in [0, 1, u128::MAX, 0x0f1e_2d3c_4b5a_6978_8796_a5b4_c3d2_e1f0, 1 << 127] {
            let id = SocketId::new(bits);
            let text = id.to_string();
            assert_eq!(text.len(), DIGITS);
            assert_eq!(text.parse(), Ok(id), "{text}");
            let json = serde_json::to_string(&id).expect("an id is serialized as a string");
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<SocketId>(&json).ok(), Some(id));
        }
        let id = SocketId::new(0xab).to_string();
        for wrong in [
            "",
            "ab",
            &id[1..],
            &format!("{id}0"),
            &id.to_uppercase(),
            &id.replacen('0', "+", 1),
            &id.replacen('0', " ", 1),
            &id.replacen("00", "é", 1),
            &format!("0x{}", &id[2..]),
        ] {
            assert_eq!(wrong.parse::<SocketId>(), Err(SocketIdError(())), "{wrong}");
            assert!(serde_json::from_value::<SocketId>(wrong.into()).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<SocketId>("171").is_err());
    }
}
