//! Processes that tests start and drive.

mod example;

pub use self::example::Example;
