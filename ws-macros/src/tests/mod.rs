//! What the attributes write and what they say, outside the compiler.

mod errors;
mod expansion;
mod harness;
mod hygiene;
mod parts;
mod soup;
