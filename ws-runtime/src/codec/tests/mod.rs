//! What only all of the codec together can be tried on.

mod agreement;
mod cost;
mod numbers;
mod rest;
mod written;
