//! Tests of generated code at run time: conditions, captures, generics, macros, and start-up errors that depend on the
//! whole server.
//!
//! Messages of the compiler are tested in `ui` and `messages`, handlers in `behaviour`.

mod lints;
mod start_up;
mod written;
mod zero;
