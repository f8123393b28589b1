//! One connection from its 101 to its end: reads, decodes, calls the route's handlers one at a time, and carries out their
//! replies. It alone reads from the network; how a connection came about stands above.

mod answer;
mod assembly;
mod beginning;
mod burst;
mod clock;
mod driver;
mod ending;
mod entry;
mod event;
mod hearing;
mod inbox;
mod input;
mod mount;
mod reading;
mod relief;
mod run;
mod served;
mod start_error;
mod turn_away;

pub use self::{assembly::Assembly, start_error::StartError};
pub(crate) use self::{
    beginning::{Begun, Start},
    entry::Entry,
    mount::{Arriving, Verdict},
    served::Served,
};
