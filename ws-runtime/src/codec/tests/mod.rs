//! Tests that need all of the codec.

mod agreement;
mod cost;
mod numbers;
mod reports;
mod rest;
mod unreadable;
mod written;
