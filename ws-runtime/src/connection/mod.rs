//! The life of one socket, from `open` to its end: reads, decodes, calls the handlers of the route one at a time, and
//! carries out their replies. The only module that reads from the network.

mod clock;
mod closing;
mod driver;
mod fast_path;
mod handover;
mod heavy;
mod inbound;
mod invalid_run;
mod light;
mod reading;
mod replies;
mod route_state;
mod run;
mod timeouts;
mod upgrade;

pub(crate) use self::{
    handover::{Arrival, Pending},
    light::Light,
    route_state::RouteState,
    upgrade::Upgrade,
};
