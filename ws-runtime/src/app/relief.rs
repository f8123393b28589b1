//! What happens when too much is queued for all sockets together: the fullest queues go.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::mount::Mount;
use crate::{memory::Outbound, panics::drop_quietly, wire::Close};

/// What the `close` handler of a socket learns whose queue had to go.
const TOO_MUCH: Close = Close::new(1008, "reads too slowly");
/// How long to rest when nothing could be done: what is too much is on its way through a log.
const REST: Duration = Duration::from_millis(10);

/// Cuts off the sockets with the fullest queues, each time that all queues together are too much.
///
/// It locks no two sockets at once, so a queue may have changed since it was looked at; then the next look finds it.
pub(super) async fn relieve(outbound: Arc<Outbound>, routes: Vec<Arc<dyn Mount>>) {
    while outbound.too_much().await {
        let mut queues: Vec<_> = routes.iter().flat_map(|route| route.queues()).collect();
        queues.sort_by_key(|(queued, _)| std::cmp::Reverse(*queued));
        let mut given_up = 0_usize;
        for (queued, member) in queues {
            if queued > 0 && outbound.is_too_much() && member.line().give_up(&TOO_MUCH) {
                given_up += 1;
            }
            drop_quietly(member);
        }
        if given_up > 0 {
            tracing::warn!(sockets = given_up, "too much is queued for all sockets: the fullest are cut off");
        } else {
            sleep(REST).await;
        }
    }
}
