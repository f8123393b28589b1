//! Shared test support: runs the examples as servers.
//!
//! This crate does not depend on ws-runtime, because its tests use the same programs as users.

mod support;

pub use self::support::Example;
