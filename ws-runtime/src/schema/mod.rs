//! JSON Schema: generation from types, validation, and explanation of errors.
//!
//! A schema is generated once for each type and direction, adapted to the JSON that serde reads and writes, and
//! compiled. That document is both published and enforced. This module depends on [`serde_json::Value`], but not on
//! messages, requests or sockets.

#[cfg(not(feature = "server"))]
mod alone;
#[cfg(feature = "server")]
mod check;
#[cfg(feature = "server")]
mod choice;
#[cfg(feature = "server")]
mod closest;
#[cfg(feature = "server")]
mod describe;
mod direction;
#[cfg(feature = "server")]
mod edit;
mod error;
#[cfg(feature = "server")]
mod explain;
#[cfg(feature = "server")]
mod format;
#[cfg(feature = "server")]
mod generate;
#[cfg(feature = "server")]
mod growth;
mod issue;
#[cfg(feature = "server")]
mod key;
#[cfg(feature = "server")]
mod lexer;
#[cfg(feature = "server")]
mod locate;
#[cfg(feature = "server")]
mod number;
#[cfg(feature = "server")]
mod outline;
#[cfg(feature = "server")]
mod paths;
#[cfg(feature = "server")]
mod place;
#[cfg(feature = "server")]
mod reconcile;
#[cfg(feature = "server")]
mod recorder;
#[cfg(feature = "server")]
mod rest;
#[cfg(feature = "server")]
mod rules;
#[cfg(feature = "server")]
mod sample;
#[cfg(feature = "server")]
mod sampler;
mod sampling;
#[cfg(feature = "server")]
mod shape;
#[cfg(feature = "server")]
mod tagging;
#[cfg(test)]
mod tests;
#[cfg(feature = "server")]
mod twins;
#[cfg(feature = "server")]
mod units;
#[cfg(feature = "server")]
mod unreadable;
#[cfg(feature = "server")]
mod value;
#[cfg(feature = "server")]
mod widen;

#[cfg(not(feature = "server"))]
pub(crate) use self::alone::{Check, no_validator};
#[cfg(not(feature = "server"))]
pub use self::alone::{Sampled, Sampler, Unsampled};
pub(crate) use self::direction::Direction;
#[cfg(feature = "server")]
pub use self::sampler::{Sampled, Sampler, Unsampled};
pub use self::sampling::Sampling;
#[cfg(feature = "server")]
pub(crate) use self::{
    check::Check,
    choice::{is_aliased, resolve},
    generate::Generator,
    lexer::{Lexer, NotJson, ValueKind},
    locate::Step,
    number::Numeral,
    shape::{Array, Id, ObjectShape, Properties, Shape, Spot, Token},
    unreadable::{Rejected, TRIAL_KEYS},
    value::parse,
};
pub use self::{error::SchemaError, issue::Issue};
