//! What happens past `outbound_total`: the sockets with the fullest queues are cut off, by the caller that queues.

use std::{
    collections::BinaryHeap,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::time::Instant;

use super::mount::Mount;
use crate::{
    memory::{Outbound, Relief, Relieved},
    panics::drop_quietly,
    pubsub::{Shard, Subscriber},
    socket::Member,
};

/// Up to so many queues, no more is freed than needed. With more of them a sixteenth of the limit is freed beyond that, so
/// that looking at every queue pays for very many messages.
const FEW: usize = 1024;
/// How often the log says that sockets were cut off.
const SAID: Duration = Duration::from_secs(1);

/// The queues and logs of a server.
///
/// It holds nothing alive: the routes and shards hold the total, which holds this.
pub(super) struct Queues {
    routes: Vec<Weak<dyn Mount>>,
    shards: Vec<Weak<Shard>>,
    cut_off: Tally,
}

/// How many sockets were cut off since the log said so.
#[derive(Default)]
struct Tally {
    count: usize,
    said: Option<Instant>,
}

impl Queues {
    pub(super) fn new(routes: &[Arc<dyn Mount>], shards: &[Arc<Shard>]) -> Self {
        Self {
            routes: routes.iter().map(Arc::downgrade).collect(),
            shards: shards.iter().map(Arc::downgrade).collect(),
            cut_off: Tally::default(),
        }
    }
}

impl Relief for Queues {
    /// Hands out the logs of topics first, for a subscriber that reads takes its part at once. Then cuts off the sockets with
    /// the fullest queues.
    ///
    /// Each queue is looked at once, under its own lock alone. A queue may have changed since; the next look finds it.
    fn relieve(&mut self, outbound: &Outbound, needed: usize) -> Relieved {
        // Dropped once no lock is held: the last owner of a socket drops the application's data.
        let mut seen: Vec<Arc<dyn Subscriber>> = Vec::new();
        for shard in self.shards.iter().filter_map(Weak::upgrade) {
            seen.append(&mut shard.hand_out());
        }
        let mut count = 0;
        if !outbound.has_room(needed) {
            let members: Vec<_> =
                self.routes.iter().filter_map(Weak::upgrade).flat_map(|route| route.members()).collect();
            let mut queues: BinaryHeap<_> = (members.iter().enumerate())
                .map(|(at, member)| (member.line().memory(), at))
                .filter(|(memory, _)| *memory > 0)
                .collect();
            let most = most(outbound.limit(), needed, queues.len());
            while outbound.total() > most
                && let Some((_, at)) = queues.pop()
            {
                count += usize::from(members[at].line().give_up());
            }
            seen.extend(members.into_iter().map(|member: Arc<dyn Member>| member as Arc<dyn Subscriber>));
        }
        let said = self.cut_off.add(count, Instant::now());
        Box::new(move || {
            if let Some(sockets) = said {
                tracing::warn!(
                    sockets,
                    "`outbound_total` is reached: the sockets with the fullest queues are cut off"
                );
            }
            seen.into_iter().for_each(drop_quietly);
        })
    }
}

/// How much may be left in all queues, in bytes.
fn most(limit: usize, needed: usize, queues: usize) -> usize {
    let spare = if queues > FEW { limit / 16 } else { 0 };
    limit.saturating_sub(needed.max(spare))
}

impl Tally {
    /// Adds some, and returns the count if it is time to say so.
    fn add(&mut self, count: usize, now: Instant) -> Option<usize> {
        self.count += count;
        let is_due = self.said.is_none_or(|said| now.duration_since(said) >= SAID);
        (self.count > 0 && is_due).then(|| {
            self.said = Some(now);
            std::mem::take(&mut self.count)
        })
    }
}

/// Drops discarded memory, whose drop may run the application's code, until stopped.
pub(super) async fn sweep(outbound: Arc<Outbound>) {
    while let Some(garbage) = outbound.garbage().await {
        garbage.into_iter().for_each(drop_quietly);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_needed_is_freed_only_from_many_queues() {
        for (limit, needed, queues, left) in [
            (1600, 0, 1, 1600),
            (1600, 10, FEW, 1590),
            (1600, 10, FEW + 1, 1500),
            (1600, 500, FEW + 1, 1100),
            (1600, 1600, 1, 0),
        ] {
            assert_eq!(most(limit, needed, queues), left, "{limit} {needed} {queues}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn tally_is_told_once_a_second() {
        let (mut tally, now) = (Tally::default(), Instant::now());
        for (count, after, told) in [
            (0, 0, None),
            (3, 0, Some(3)),
            (2, 500, None),
            (4, 999, None),
            (1, 1000, Some(7)),
            (0, 5000, None),
            (1, 5000, Some(1)),
        ] {
            assert_eq!(tally.add(count, now + Duration::from_millis(after)), told, "{count} after {after}");
        }
    }
}
