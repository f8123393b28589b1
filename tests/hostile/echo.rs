//! The echo server of most tests, and a check that closed connections leave no state behind.

use ws_runtime::{Message, Server, Socket, ws_route};

use crate::{
    peer::{Peer, close},
    served::{Census, Served},
};

/// A route that echoes each message. Its sockets join one room.
pub(crate) struct Echo {
    census: Census,
}

#[ws_route("/")]
impl Echo {
    pub(crate) fn new(census: &Census) -> Self {
        Self { census: census.clone() }
    }

    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("room").unwrap();
        self.census.opened();
    }

    fn message(&self, message: Message) -> Message {
        message
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// Serves the echo route on a server that `limit` configures.
pub(crate) async fn echo(limit: impl FnOnce(Server) -> Server) -> (Served, Census) {
    let census = Census::new();
    let route = Echo::new(&census);
    (Served::start(limit(Server::new()).route(route)).await, census)
}

/// Checks that no connection is left and that a new client is served.
pub(crate) async fn end(served: Served, census: Census) {
    let mut fresh = Peer::open(served.address, "/").await;
    fresh.say("still there?").await;
    assert_eq!(fresh.text().await, "still there?");
    fresh.send(&close(1000)).await;
    assert_eq!(fresh.closed().await, Some(1000));
    census.empties().await;
    let channel = served.handle.channel::<Echo>().expect("the route is served");
    served.end().await;
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
}
