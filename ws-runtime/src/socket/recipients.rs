//! Some of a route's sockets: those of several topics, each once, without those of others.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use super::{Channel, Delivery, Outgoing, Socket, packed::Packed};
use crate::{
    contract::{Endpoint, Response},
    pubsub::Published,
    wire::Close,
};

/// The sockets that are subscribed to any of some topics and to none of others; made by [`Channel::to`] and
/// [`Channel::except`].
///
/// Who is subscribed is looked at when something is done, and each socket counts once.
#[must_use = "it names sockets; publish to them or disconnect them"]
pub struct Recipients<E: Endpoint> {
    channel: Channel<E>,
    /// Empty for all sockets of the route.
    to: Vec<String>,
    except: Vec<String>,
}

impl<E: Endpoint> Recipients<E> {
    pub(super) fn new(channel: Channel<E>) -> Self {
        Self { channel, to: Vec::new(), except: Vec::new() }
    }

    /// Adds the subscribers of a topic.
    pub fn to(mut self, topic: impl Into<String>) -> Self {
        self.to.push(topic.into());
        self
    }

    /// Leaves out the subscribers of a topic.
    pub fn except(mut self, topic: impl Into<String>) -> Self {
        self.except.push(topic.into());
        self
    }

    /// Returns the sockets, in no particular order.
    pub fn sockets(&self) -> Vec<Socket<E>> {
        let left_out: HashSet<u64> =
            self.except.iter().flat_map(|topic| self.subscribed(topic)).map(|(id, _)| id).collect();
        let all = if self.to.is_empty() {
            self.channel.sockets()
        } else {
            let once: HashMap<_, _> = self.to.iter().flat_map(|topic| self.subscribed(topic)).collect();
            once.into_values().collect()
        };
        all.into_iter().filter(|socket| !left_out.contains(&socket.id())).collect()
    }

    fn subscribed(&self, topic: &str) -> impl Iterator<Item = (u64, Socket<E>)> + use<E> {
        let members = self.channel.hub.topics.members(topic).into_iter();
        members.filter_map(|member| Socket::of(member)).map(|socket| (socket.id(), socket))
    }

    /// Sends a message to each of the sockets, encoded once.
    pub fn publish(&self, value: impl Outgoing<Response<E>>) -> Published {
        let sockets = self.sockets();
        let hub = &self.channel.hub;
        let published = hub.encode(&value, None, |kind, payload| {
            if !hub.outbound.make_room(payload.as_bytes().len()) {
                return Published { dropped: sockets.len(), ..Published::default() };
            }
            let mut packed = Packed::new(kind, payload, &hub.settings, &hub.outbound);
            let mut published = Published::default();
            for socket in &sockets {
                match socket.line().send_packed(&mut packed) {
                    Delivery::Sent | Delivery::Backpressure => published.receivers += 1,
                    Delivery::Dropped => published.dropped += 1,
                    Delivery::Refused | Delivery::Closed => {}
                }
            }
            published
        });
        published.unwrap_or(Published { refused: true, ..Published::default() })
    }

    /// Closes each of the sockets. Returns how many were open.
    pub fn disconnect(&self, close: &Close) -> usize {
        self.sockets().iter().filter(|socket| socket.line().close(Some(close))).count()
    }
}

impl<E: Endpoint> Clone for Recipients<E> {
    fn clone(&self) -> Self {
        Self { channel: self.channel.clone(), to: self.to.clone(), except: self.except.clone() }
    }
}

impl<E: Endpoint> fmt::Debug for Recipients<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipients")
            .field("to", &self.to)
            .field("except", &self.except)
            .finish_non_exhaustive()
    }
}

impl<E: Endpoint> Channel<E> {
    /// Names the subscribers of a topic; more may be added, and some left out.
    ///
    /// # Examples
    /// ```no_run
    /// # use ws_runtime::{ws_route, Close, Server};
    /// # struct News;
    /// # #[ws_route("/news", response = String)]
    /// # impl News { fn open(&self) {} }
    /// # let server = Server::new().route(News);
    /// # let handle = server.handle();
    /// if let Some(news) = handle.route::<News>() {
    ///     news.to("sport").to("weather").except("banned").publish("Rain at the stadium");
    ///     news.to("banned").disconnect(&Close::new(4003, "banned"));
    /// }
    /// ```
    pub fn to(&self, topic: impl Into<String>) -> Recipients<E> {
        Recipients::new(self.clone()).to(topic)
    }

    /// Names all sockets of the route but the subscribers of a topic.
    pub fn except(&self, topic: impl Into<String>) -> Recipients<E> {
        Recipients::new(self.clone()).except(topic)
    }

    /// Closes all sockets of the route. Returns how many were open.
    pub fn disconnect(&self, close: &Close) -> usize {
        Recipients::new(self.clone()).disconnect(close)
    }
}
