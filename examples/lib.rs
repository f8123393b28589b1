//! This crate contains only the README, whose code is compiled as documentation tests. The other files are the
//! examples.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
