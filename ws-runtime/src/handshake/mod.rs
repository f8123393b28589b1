//! The opening handshake as pure rules over `http` types: rejections, acceptance, and the types passed to handshake
//! handlers.
//!
//! This module does not depend on sockets, the clock or hyper. For each request the server calls, in this order:
//! [`HeadLimits`], the router, [`Claim`], [`opening()`], [`Origins`], [`Offers`], [`agree`], [`RawRequest`] with the
//! handlers that may change it, [`read_parts`], [`Handshake`] with the handlers that may reject it, [`accepted()`].

mod accepted;
mod bearer;
mod checked;
mod claim;
mod extensions;
mod fields;
mod host;
mod hosts;
mod into_reject;
mod limits;
mod opening;
mod origin;
mod origin_entry;
mod parts;
mod path;
mod problem;
mod proxies;
mod reject;
mod request;
mod setup;
mod subprotocol;
mod texts;

pub(crate) use self::{
    accepted::accepted,
    claim::{Claim, not_an_upgrade},
    extensions::agree,
    host::forwarded,
    hosts::AllowedHosts,
    limits::HeadLimits,
    opening::opening,
    origin::AllowedOrigins,
    parts::{PartPlans, read_parts},
    path::{normal, normal_route},
    problem::{busy, problem},
    proxies::Proxies,
    reject::RejectOutcome,
    subprotocol::{Offers, check_protocols, no_protocol},
};
pub use self::{
    checked::Handshake, into_reject::IntoReject, origin::Origins, proxies::ForwardedField, reject::Reject,
    request::RawRequest, setup::SetupError,
};
