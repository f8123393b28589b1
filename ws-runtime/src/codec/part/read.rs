//! From pairs to a type.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Pairs, PartPlan};
use crate::{
    codec::{Invalid, decode::unread},
    schema::SchemaError,
};

/// A type that one of a request's parts is read as: `()` reads nothing, a struct with named fields reads texts by their
/// names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the request",
    label = "not a struct that is read from texts",
    note = "derive `serde::Deserialize` and `schemars::JsonSchema` for it"
)]
pub trait Part: Sized + Send + Sync + 'static {
    /// Decides what is decided once, before listening.
    ///
    /// # Errors
    /// If the type cannot be read from texts: the application's to mend, at start-up.
    fn plan() -> Result<PartPlan, SchemaError>;

    /// Reads one part.
    ///
    /// # Errors
    /// If the part does not fit: the peer's fault.
    fn read(plan: &PartPlan, pairs: &Pairs) -> Result<Self, Invalid>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + Sync + 'static> Part for T {
    fn plan() -> Result<PartPlan, SchemaError> {
        PartPlan::of::<T>()
    }

    fn read(plan: &PartPlan, pairs: &Pairs) -> Result<Self, Invalid> {
        let value = match plan.value(pairs) {
            Some((value, issues)) if issues.is_empty() => Value::Object(value),
            Some((_, issues)) => return Err(Invalid::schema(pairs.on(), issues)),
            None => Value::Null,
        };
        T::deserialize(value).map_err(|_| unread(pairs.on()))
    }
}
