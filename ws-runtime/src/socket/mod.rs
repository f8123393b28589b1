//! A socket as handlers hold it, what all sockets of a route share, and the write side that both stand on.
//!
//! Nothing here reads from the network or calls a handler; that is the connection's.

mod channel;
mod compression;
mod cursors;
mod delivery;
mod handle;
mod hub;
mod latest;
mod line;
#[cfg(all(test, ws_loom))]
mod models;
mod outbox;
mod outgoing;
mod packed;
mod publishing;
mod recipients;
mod report;
mod sending;
mod settings;
mod socket;
mod state;
mod subscribe_error;
mod subscriptions;
mod topic_name;
mod transport;

pub use self::{
    channel::Channel,
    delivery::Delivery,
    handle::{Handle, Shutdown},
    outgoing::Outgoing,
    recipients::{Excluded, Recipients},
    socket::{ReadyState, Socket},
    subscribe_error::SubscribeError,
    topic_name::TopicName,
};
pub(crate) use self::{
    handle::Directory,
    hub::{Hub, Member},
    line::Line,
    report::{Fact, Report, Wish},
    settings::Settings,
    socket::Opening,
    transport::{Reader, Transport, Writer, split},
};
