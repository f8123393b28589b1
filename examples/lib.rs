//! Nothing but the README, whose code is compiled as documentation tests of this crate. The examples are the files beside it.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
