//! Sockets: the handle for applications, the state that all sockets of a route share, and the write half.
//!
//! Reading from the network and calling handlers are the job of `connection`.

mod channel;
mod compression;
mod cursors;
mod delivery;
mod directory;
mod encoded_message;
mod handle;
mod latest;
mod messages;
#[cfg(all(test, ws_loom))]
mod models;
mod naming;
mod opening;
mod outbox;
mod outgoing;
mod publishing;
mod ready_state;
mod recipients;
mod route_shared;
mod sending;
mod settings;
mod shutdown;
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
    delivery::{Delivery, Subscribed},
    handle::Handle,
    outgoing::{Outgoing, OutgoingRaw, Uncompressed},
    ready_state::ReadyState,
    recipients::{Excluded, Recipients},
    shutdown::Shutdown,
    socket::Socket,
    subscribe_error::SubscribeError,
    topic_name::TopicName,
};
pub(crate) use self::{
    directory::{Directory, Owner, Supervision},
    opening::Opening,
    route_shared::{AnySocket, RouteShared},
    settings::Settings,
    shutdown::ShutdownState,
    status::{Flag, Status, Termination},
    transport::{Reader, Transport, Writer, split},
    write_half::WriteHalf,
};
pub use crate::{
    contract::{SocketId, SocketIdError},
    pubsub::Published,
    wire::{CloseCause, CloseCodeError, Initiator},
};
