//! Rules for compile-time messages: each mistake has one message, each message has a case, and the README lists all
//! cases.
//!
//! These tests compile nothing. They read the cases in `tests/ui` and the recorded compiler output next to each.

mod cases;
mod count;
mod front_page;
mod printed;
mod readme;
