//! The rules of one connection's life, without IO: how it closes, and when silence has lasted too long.
//!
//! Both ends of a connection stand on them. Nothing here waits, sends or knows a handler.

mod closing;
mod keepalive;
mod next;

pub(crate) use self::{
    closing::{Answer, Echo, Session},
    keepalive::{Keepalive, KeepaliveRule, PingTooLate, Silence},
    next::{Facts, NextStep, Overdue, may_drop, next, overdue},
};
