//! The life of a connection, from `open` to its end: reads and decodes messages, calls the handlers of the route one at
//! a time, and sends their replies. No other module reads from a stream after the handshake.

mod clock;
mod closing;
mod driver;
mod fast_path;
mod handover;
mod heavy;
mod inbound;
mod invalid_run;
mod light;
mod new_connection;
mod reading;
mod replies;
mod route_state;
mod run;
mod timeouts;

pub(crate) use self::{
    handover::{Arrival, ConnectionTask, Pending},
    light::Light,
    new_connection::NewConnection,
    route_state::RouteState,
};
