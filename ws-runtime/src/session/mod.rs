//! The rules of one connection without IO: closing, pings and timeouts.
//!
//! Both ends of a connection use them. Nothing here waits, sends or knows a handler.

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
