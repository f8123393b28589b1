//! What the attributes say about mistakes: all of them, each at its word.

mod accepted;
mod handlers;
mod keys;
mod mistakes;
mod paths;
mod places;
mod together;
mod values;
