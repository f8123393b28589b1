//! Memory that the sockets of a server hold: in each direction one total and one limit.
//!
//! Whatever holds outbound bytes counts them here: write queues with their capacity, the logs of topics, messages kept by key,
//! and shared [chunks](Chunk), once for all their holders. What peers sent and nobody has handled counts where a connection's task goes to sleep. Nothing
//! here knows a socket; `app` says how to free outbound memory.

mod chunk;
mod inbound;
mod outbound;
mod tally;

pub(crate) use self::{
    chunk::Chunk,
    inbound::{Holding, Inbound},
    outbound::{Outbound, Relief, Relieved},
    tally::Tally,
};

/// The least size of a chunk that queues share, in bytes. Smaller payloads are copied.
pub(crate) const SHARE: usize = 8 * 1024;

/// Up to so many holders, no more is freed than needed. With more of them a sixteenth of the limit is freed beyond that, so
/// that looking at every one pays for very many messages.
const FEW: usize = 1024;

/// How much may be left past a limit once room is made for `needed` bytes, among so many holders.
pub(crate) fn left(limit: usize, needed: usize, holders: usize) -> usize {
    let spare = if holders > FEW { limit / 16 } else { 0 };
    limit.saturating_sub(needed.max(spare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surplus_is_freed_only_with_many_holders() {
        for (limit, needed, holders, expected) in [
            (1600, 0, 1, 1600),
            (1600, 10, FEW, 1590),
            (1600, 10, FEW + 1, 1500),
            (1600, 500, FEW + 1, 1100),
            (1600, 1600, 1, 0),
        ] {
            assert_eq!(left(limit, needed, holders), expected, "{limit} {needed} {holders}");
        }
    }
}
