//! A route that is right: what the attribute and the block say, with no mistake left in it.
//!
//! User tokens stand here as types, names and literals only.

mod contract;
mod docs;
mod handlers;
mod options;
mod route;

pub(crate) use self::{
    contract::{Capture, Contract, Inline, Params},
    docs::DocPart,
    handlers::{Arm, Handler, Variants},
    options::{Options, Origins, Setting, Value},
    route::{Demand, Role, Route, Served, Stated, Target},
};
