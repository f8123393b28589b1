//! The trait of types that a capture can have.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// A type that can be read from a capture of a path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be parsed from a path segment",
    label = "expected a type that derives `Deserialize` and `JsonSchema`",
    note = "use `String`, a number, or a newtype or enum that derives both `serde::Deserialize` and `schemars::JsonSchema` (version 1, not 0.8)"
)]
pub trait Segment: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Segment for T {}
