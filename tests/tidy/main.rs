//! Rules about the sources, enforced by `cargo test`, such as imports, lengths of files, and restricted names.
//!
//! The tables in these files define the rules. Sources are read as tokens, so comments and strings do not count.

mod features;
mod layers;
mod links;
mod named;
mod names;
mod public;
mod root;
mod shape;
mod sources;
mod types;
