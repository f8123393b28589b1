//! What the compile-time messages have to be: one for a mistake, none that no case shows, all of them in the README.
//!
//! Nothing is compiled here. `tests/ui` holds the cases and, checked in beside each, what the compiler answered.

mod cases;
mod count;
mod printed;
mod readme;
