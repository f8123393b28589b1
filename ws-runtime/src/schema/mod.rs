//! JSON Schema: what a type's schema is, whether a value keeps it, and what to say where it does not.
//!
//! A schema is generated once a type and direction, brought into agreement with what serde reads and writes, and compiled.
//! That one document is what is published and what is enforced. This floor knows [`serde_json::Value`] and nothing of
//! messages, requests or sockets.

mod check;
mod choice;
mod edit;
mod error;
mod explain;
mod format;
mod generate;
mod growth;
mod issue;
mod key;
mod lexer;
mod locate;
mod number;
mod outline;
mod paths;
mod place;
mod reconcile;
mod recorder;
mod rest;
mod rules;
mod shape;
mod tagging;
#[cfg(test)]
mod tests;
mod twins;
mod value;
mod widen;

pub(crate) use self::{
    check::Check,
    choice::{is_aliased, resolve},
    generate::{Direction, Generator},
    lexer::{Lexer, NotJson, ValueKind},
    locate::Step,
    number::Numeral,
    shape::{Array, Id, ObjectShape, Properties, Shape, Spot, Token},
    value::parse,
};
pub use self::{error::SchemaError, issue::Issue};
