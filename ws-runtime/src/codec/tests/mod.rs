//! Tests that need all of the codec.

mod agreement;
mod cost;
mod numbers;
mod rest;
mod written;
