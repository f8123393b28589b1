//! Memory held by the sockets of a server: one total and one limit for each direction.
//!
//! Every holder of outbound bytes counts them here: write queues with their capacity, the logs of topics, messages kept
//! by key, and shared [chunks](Chunk), which count once for all their holders. Waiting input counts when the task of
//! its connection waits. This module does not depend on sockets: `app` defines how outbound memory is freed.

mod chunk;
mod inbound;
mod outbound;

pub(crate) use self::{
    chunk::Chunk,
    inbound::{Holding, Inbound},
    outbound::{Outbound, Relief, Relieved},
};

/// The minimum size of a chunk that queues share, in bytes. Smaller payloads are copied.
pub(crate) const SHARE: usize = 8 * 1024;

/// Up to this number of holders, only the needed memory is freed. With more, at least a sixteenth of the limit is
/// freed, so that scanning all holders pays off for many messages.
const FEW: usize = 1024;

/// Returns the maximum total after freeing memory, so that `needed` bytes fit under the limit.
pub(crate) fn left(limit: usize, needed: usize, holders: usize) -> usize {
    let spare = if holders > FEW { limit / 16 } else { 0 };
    limit.saturating_sub(needed.max(spare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_needed_is_freed_only_with_many_holders() {
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
