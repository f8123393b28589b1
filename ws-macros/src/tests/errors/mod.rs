//! Messages of the attributes, each at the right word.

mod accepted;
mod handlers;
mod keys;
mod mistakes;
mod paths;
mod places;
mod together;
mod values;
