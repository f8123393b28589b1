//! Messages of the attributes, and the words where they are reported.

mod accepted;
mod handlers;
mod keys;
mod mistakes;
mod paths;
mod places;
mod together;
mod values;
