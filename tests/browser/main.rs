//! Tests of the example pages in Chromium.

mod auction;
mod driver;
mod events;
mod legible;
mod look;
mod loss;
mod room;
mod tab;
mod talk;
mod ticker;
