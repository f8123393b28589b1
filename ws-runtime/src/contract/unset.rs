//! The types of what a route does not declare. They have names so that code which reads them all the same is told, by the
//! compiler, which key of the attribute is missing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

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
    /// The query of a route without the key `query`, which is not read.
    NoQuery,
    /// The header fields of a route without the key `header`, which are not read.
    NoHeader,
    /// The cookies of a route without the key `cookie`, which are not read.
    NoCookie,
}

/// The data of a connection whose route has no `before_handle`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoData;
