//! Enforces `outbound_total`: the task that queues a message cuts off the sockets with the fullest queues.

use std::{
    collections::BinaryHeap,
    sync::{Arc, Weak},
};

use super::mount::Mount;
use crate::{
    events::{EventLimiter, event},
    memory::{Outbound, Relief, Relieved, left},
    panics::drop_quietly,
    pubsub::{Shard, Subscriber},
    socket::AnySocket,
};

/// The queues and logs of a server.
///
/// The references are weak: routes and shards own the total, and the total owns this.
pub(super) struct Queues {
    routes: Vec<Weak<dyn Mount>>,
    shards: Vec<Weak<Shard>>,
    events: Arc<EventLimiter>,
}

impl Queues {
    pub(super) fn new(routes: &[Arc<dyn Mount>], shards: &[Arc<Shard>], events: Arc<EventLimiter>) -> Self {
        Self {
            routes: routes.iter().map(Arc::downgrade).collect(),
            shards: shards.iter().map(Arc::downgrade).collect(),
            events,
        }
    }
}

impl Relief for Queues {
    /// Delivers the logs of topics first, because a subscriber that reads receives its frames at once. Then cuts off
    /// the sockets with the fullest queues.
    ///
    /// Each queue is examined once, under its own lock. If a queue grows later, the next scan finds it.
    fn relieve(&mut self, outbound: &Outbound, needed: usize) -> Relieved {
        // Dropped after all locks are released, because dropping the last handle of a socket drops application data.
        let mut seen: Vec<Arc<dyn Subscriber>> = Vec::new();
        for shard in self.shards.iter().filter_map(Weak::upgrade) {
            seen.append(&mut shard.hand_out());
        }
        let mut count = 0;
        if !outbound.has_room(needed) {
            let members: Vec<_> =
                self.routes.iter().filter_map(Weak::upgrade).flat_map(|route| route.members()).collect();
            let mut queues: BinaryHeap<_> = (members.iter().enumerate())
                .map(|(at, member)| (member.write_half().memory(), at))
                .filter(|(memory, _)| *memory > 0)
                .collect();
            let most = left(outbound.limit(), needed, members.len());
            while outbound.total() > most
                && let Some((_, at)) = queues.pop()
            {
                count += usize::from(members[at].write_half().give_up());
            }
            seen.extend(members.into_iter().map(|member: Arc<dyn AnySocket>| member as Arc<dyn Subscriber>));
        }
        let events = Arc::clone(&self.events);
        Box::new(move || {
            if count > 0 {
                event!(
                    events,
                    WARN,
                    sockets = count,
                    "`outbound_total` is reached, disconnecting the sockets with the fullest queues"
                );
            }
            seen.into_iter().for_each(drop_quietly);
        })
    }
}

/// Drops discarded memory, which may run application code, until it is stopped.
pub(super) async fn sweep(outbound: Arc<Outbound>) {
    while let Some(garbage) = outbound.garbage().await {
        garbage.into_iter().for_each(drop_quietly);
    }
}
