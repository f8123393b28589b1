//! Rules about the sources themselves, kept by `cargo test`: who may import whom, how long a file is, which words it may hold.
//!
//! The tables in here are the documentation of those rules. Nothing is compiled or run; the sources are read as tokens,
//! so comments and strings never count.

mod layers;
mod named;
mod shape;
mod sources;
