//! Placeholder types for the parts that a route does not declare. Their names tell the reader of a compiler message
//! which key of the attribute is missing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! unset_parts {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct $name;

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    <()>::deserialize(deserializer).map(|()| Self)
                }
            }

            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    <()>::json_schema(generator)
                }
            }
        )*
    };
}

unset_parts! {
    /// The captures of a path that has none. A capture is written `{room}` in the path.
    NoParams,
    /// The query of a route that does not set the key `query`. The query is not read.
    NoQuery,
    /// The headers of a route that does not set the key `header`. The headers are not read.
    NoHeader,
    /// The cookies of a route that does not set the key `cookie`. The cookies are not read.
    NoCookie,
}

impl Serialize for NoParams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// The connection data of a route without `before_handle`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoData;
