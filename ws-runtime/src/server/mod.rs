//! The server: listening, HTTP until the 101, routing, and shutdown. Only this module names hyper.

mod accepting;
mod address;
mod body;
mod builder;
mod error;
mod fallback;
mod http1;
mod limits;
mod listener;
mod names;
mod paced;
mod refused;
mod serve;
mod signal;
mod spelling;

pub use self::{
    address::Address, body::Body, builder::Server, error::ServeError, listener::Listener,
    signal::shutdown_signal,
};
#[cfg(feature = "testing")]
pub(crate) use self::{fallback::Fallback, signal::stopped};
pub use crate::{
    app::StartError,
    handshake::{ForwardedField, SetupError},
    tickets::{TicketError, Tickets},
};
