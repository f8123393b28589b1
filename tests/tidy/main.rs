//! Rules about the sources, enforced by `cargo test`: imports, lengths of files, and names that are restricted to a
//! part of the code.
//!
//! The tables document the rules. The sources are read as tokens, so comments and strings do not count.

mod features;
mod layers;
mod links;
mod named;
mod public;
mod root;
mod shape;
mod sources;
mod types;
