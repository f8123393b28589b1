//! Tests of the output and the messages of the attributes, without the compiler.

mod errors;
mod expansion;
mod harness;
mod hygiene;
mod parts;
mod soup;
