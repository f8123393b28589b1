//! Validated meaning of an attribute and its item. A [`Route`] is free of mistakes; a [`Stub`] is the usable rest of one with mistakes.
//!
//! User tokens are kept as types, names, literals, conditions, and doc attributes that the compiler still has to evaluate.

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
