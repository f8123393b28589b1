//! Generated code at work: conditions, captures, generics and macros, and start-up errors that depend on the whole
//! server.
//!
//! The compiler's messages are tested in `ui` and `messages`, the handlers in `behaviour`.

mod lints;
mod start_up;
mod written;
mod zero;
