//! Processes that tests start and control.

mod example;

pub use self::example::Example;
