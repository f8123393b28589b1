//! A socket as handlers hold it, what all sockets of a route share, and the write side that both stand on.
//!
//! Nothing here reads from the network or calls a handler; that is the connection's.

mod channel;
mod compression;
mod cursors;
mod delivery;
mod encoded_message;
mod handle;
mod latest;
#[cfg(all(test, ws_loom))]
mod models;
mod outbox;
mod outgoing;
mod publishing;
mod recipients;
mod route_shared;
mod sending;
mod settings;
mod socket;
mod state;
mod status;
mod subscribe_error;
mod subscriptions;
mod topic_name;
mod transport;
mod write_half;

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
    route_shared::{AnySocket, RouteShared},
    settings::Settings,
    socket::Opening,
    status::{Flag, Status, Termination},
    transport::{Reader, Transport, Writer, split},
    write_half::WriteHalf,
};
pub use crate::{
    pubsub::Published,
    wire::{CloseCodeError, Initiator},
};
