//! Routes: handlers as one trait, their replies, and the options of the attribute.
//!
//! This module defines which handlers a route can have and what they can return. Higher modules call them.

mod admit;
mod blame;
mod content;
mod error;
mod options;
mod outcome;
mod plain;
mod reply;
#[expect(clippy::module_inception, reason = "the trait has the name of the module")]
mod route;
mod route_options;
mod transformed;

pub use self::{
    admit::{Admit, Choose, Extend, Pass, Refusal},
    error::Error,
    options::OnInvalid,
    outcome::{BoxError, Outcome},
    plain::Plain,
    reply::Reply,
    route::Route,
    route_options::RouteOptions,
    transformed::{Transform, Transformed},
};
pub use crate::handshake::IntoReject;
// Only generated code uses these names.
#[doc(hidden)]
pub use self::{
    admit::{admit, choose, extend, pass},
    content::{Content, content, fixed, open_content},
    options::Options,
    reply::{by, reply},
    route::Handlers,
    transformed::transform,
};
pub(crate) use self::{
    blame::Blame,
    options::{WrongValue, ZERO},
};
#[doc(hidden)]
pub use crate::handshake::Origins;
