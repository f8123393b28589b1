//! Shared test support: the examples as running servers.
//!
//! Does not depend on ws-runtime: the tests drive what users run.

mod support;

pub use self::support::Example;
