//! This crate contains only the README and the guide's page on axum, whose code is compiled as documentation tests. The
//! other files are the examples.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../ws-runtime/docs/guide/axum.md")]
mod beside_axum {}
