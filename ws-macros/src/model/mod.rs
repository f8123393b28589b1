//! What an attribute and its item say. A [`Route`] has no mistake left in it; a [`Stub`] is what is left of one with mistakes.
//!
//! User tokens stand here as types, names, literals and conditions, and as documentation that the compiler must still read.

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
    route::{Demand, Lowered, Role, Route, Served, Stated, Stub, Target},
};
