//! Rules for compile-time messages: one for each mistake, a case for each message, all of them in the README.
//!
//! Nothing is compiled here. `tests/ui` has the cases, and next to each the recorded output of the compiler.

mod cases;
mod count;
mod front_page;
mod printed;
mod readme;
