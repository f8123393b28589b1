//! The pages of the examples in a real Chromium: what people see, type and hear.

mod driver;
mod events;
mod legible;
mod look;
mod loss;
mod room;
mod tab;
mod talk;
mod ticker;
