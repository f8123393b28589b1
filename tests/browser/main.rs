//! The chat's page in a real Chromium: what people see, type and hear.

mod driver;
mod look;
mod loss;
mod room;
mod tab;
mod talk;
