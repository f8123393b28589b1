//! The life of one socket, from `open` to its end: reads, decodes, calls the route's handlers one at a time, and carries out
//! their replies. It alone reads from the network.

mod answer;
mod burst;
mod clock;
mod driver;
mod ending;
mod entry;
mod event;
mod hearing;
mod heavy;
mod inbox;
mod input;
mod light;
mod reading;
mod run;
mod upgrade;

pub(crate) use self::{
    entry::Entry,
    light::Light,
    upgrade::{Arrival, Pending, Upgrade},
};
