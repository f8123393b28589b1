//! A route from outside its handlers.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Hub, Outgoing, Socket, TopicName};
use crate::{
    contract::{Endpoint, Response},
    pubsub::Published,
};

/// A route from outside its handlers: what a background task, or another route, publishes to. A clone is the same channel.
///
/// `publish` on a channel reaches everybody; `publish` on a socket leaves out that socket.
pub struct Channel<E: Endpoint> {
    pub(super) hub: Arc<Hub>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Channel<E> {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self { hub, endpoint: PhantomData }
    }

    /// Publishes to every subscriber of a topic of this route.
    ///
    /// The message is encoded once. Frames published from one task reach each subscriber in that order.
    pub fn publish(&self, topic: impl TopicName, value: impl Outgoing<Response<E>>) -> Published {
        self.hub.publish(topic.as_ref(), &value, None)
    }

    /// Returns how many sockets are subscribed to a topic.
    pub fn subscriber_count(&self, topic: impl TopicName) -> usize {
        self.hub.topics.count(topic.as_ref())
    }

    /// Returns the connected sockets, in no particular order.
    pub fn sockets(&self) -> Vec<Socket<E>> {
        self.hub.members().into_iter().filter_map(|member| Socket::of(member)).collect()
    }
}

impl<E: Endpoint> Clone for Channel<E> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.hub))
    }
}

impl<E: Endpoint> fmt::Debug for Channel<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("path", &self.hub.path).finish_non_exhaustive()
    }
}
