//! The validated meaning of an attribute and its item. A [`Route`] has no mistakes. A [`Stub`] contains the usable
//! parts of a route with mistakes.
//!
//! A model keeps some of the user's tokens: types, names, literals, conditions, and doc attributes that the compiler
//! evaluates later.

mod contract;
mod docs;
mod handlers;
mod options;
mod route;

pub(crate) use self::{
    contract::{Capture, Contract, Declared, Inline, Params},
    docs::DocPart,
    handlers::{Arm, Content, Field, Handler, Variants},
    options::{OnInvalid, Options, Origins, Setting, Value},
    route::{ContractBound, Lowered, Role, Route, Served, Stated, Stub, Target},
};
