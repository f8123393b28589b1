//! Tests that need the whole codec.

mod agreement;
mod cost;
mod numbers;
mod rest;
mod written;
