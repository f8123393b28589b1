//! The guide to routes, messages and servers. Its examples are tested. It is compiled only for the documentation.
#![doc = include_str!("../docs/guide/index.md")]

#[doc = include_str!("../docs/guide/authentication.md")]
pub mod authentication {}
// Its code needs axum, so it is tested with the examples.
#[cfg(not(doctest))]
#[doc = include_str!("../docs/guide/axum.md")]
pub mod axum {}
#[doc = include_str!("../docs/guide/clients.md")]
pub mod clients {}
#[doc = include_str!("../docs/guide/compression.md")]
pub mod compression {}
#[doc = include_str!("../docs/guide/deployment.md")]
pub mod deployment {}
#[doc = include_str!("../docs/guide/elsewhere.md")]
pub mod elsewhere {}
#[doc = include_str!("../docs/guide/handlers.md")]
pub mod handlers {}
#[doc = include_str!("../docs/guide/limits.md")]
pub mod limits {}
#[doc = include_str!("../docs/guide/running.md")]
pub mod running {}
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
#[doc = include_str!("../docs/guide/topics.md")]
pub mod topics {}
