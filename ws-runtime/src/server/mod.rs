//! The server: listening, HTTP until the 101, routing, and shutdown. Only this module and `app/host_upgrade.rs` name hyper.

mod accepting;
mod address;
mod builder;
mod error;
mod fallback;
mod http1;
mod limits;
mod listener;
mod mounting;
mod names;
mod paced;
mod refused;
mod serve;
mod signal;
mod spelling;
mod timed_body;

pub use self::{
    address::Address, builder::Server, error::ServeError, listener::Listener, signal::shutdown_signal,
};
#[cfg(feature = "testing")]
pub(crate) use self::{fallback::Fallback, signal::stopped};
pub use crate::{
    app::{Body, StartError, StartErrors, Upgrade, WsService},
    handshake::{ForwardedField, SetupError},
    tickets::{TicketError, Tickets},
};
