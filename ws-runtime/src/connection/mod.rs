//! One connection from its 101 to its end: reads, decodes, calls the route's handlers one at a time, and carries out their
//! replies. It alone reads from the network; how a connection came about stands above.

mod answer;
mod driver;
mod entry;
mod inbox;
mod mount;
mod run;
mod tasks;
mod turn_away;

pub(crate) use self::{
    entry::Entry,
    mount::{Arriving, Mount, Mounted, Start, Verdict},
    tasks::{Running, Tasks},
};
