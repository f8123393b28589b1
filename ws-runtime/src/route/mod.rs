//! Routes: handlers as one trait, their replies, and the options of the attribute.
//!
//! Defines what can be written and what it means. The callers are in higher modules.

mod admit;
mod blame;
mod content;
mod error;
mod options;
mod outcome;
mod plain;
mod reply;
#[expect(clippy::module_inception, reason = "the trait has the name of the floor")]
mod route;
mod route_options;

pub use self::{
    admit::{Admit, Extend, Pass, Refusal, admit, extend, pass},
    content::{Content, content, fixed, open_content},
    error::Error,
    options::{OnInvalid, Options},
    outcome::{BoxError, Outcome},
    plain::Plain,
    reply::{Reply, by, reply},
    route::{Handlers, Route},
    route_options::RouteOptions,
};
pub(crate) use self::{
    blame::Blame,
    options::{WrongValue, ZERO},
};
