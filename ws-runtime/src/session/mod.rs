//! The rules of a connection without IO: closing, expiry, pings and timeouts.
//!
//! They apply to both ends of a connection. They are pure: no waiting, no sending, no handlers.

mod closing;
mod expiry;
mod keepalive;
mod next;

pub(crate) use self::{
    closing::{Answer, Echo, Session},
    expiry::{Expiry, ExpiryStep},
    keepalive::{Keepalive, KeepaliveRule, PingTooLate, Silence},
    next::{Facts, NextStep, Overdue, may_drop, next, overdue},
};
