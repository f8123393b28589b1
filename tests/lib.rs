//! Shared by the tests: the examples as running servers.
//!
//! It must not know ws-runtime: what the tests drive is what users run.

mod support;

pub use self::support::Example;
