//! Memory that is queued for the sockets of a server: one total, one limit, and pieces of memory that count in it.
//!
//! Whatever holds outbound bytes counts them here: write queues with their capacity, the logs of topics, messages kept by key,
//! and shared [chunks](Chunk), once for all their holders. Nothing here knows a socket; `app` says how to free memory.

mod chunk;
mod outbound;

pub(crate) use self::{
    chunk::Chunk,
    outbound::{Outbound, Relief, Relieved},
};

/// The least size of a chunk that queues share, in bytes. Smaller payloads are copied.
pub(crate) const SHARE: usize = 8 * 1024;
