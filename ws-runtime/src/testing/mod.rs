//! Routes driven in a test: over an in-memory pair, with the real handshake, codec and connection, without a port.
//!
//! A [`Site`] serves what a [`Server`](crate::Server) was put together of. Its clients are typed by the route: what they send
//! and receive is encoded, decoded and checked as on the network, only backwards. HTTP alone is left out: a request is given
//! as it would have been read. [`Site::request`] drives the fallback.
//!
//! With tokio's clock paused (its feature `test-util`), a test that waits for an hour takes no time at all, and the same
//! test does the same each time.
//!
//! # Examples
//! ```
//! use ws_runtime::{Server, Socket, SubscribeError, testing::Site, ws_route};
//!
//! struct Room;
//!
//! #[ws_route("/rooms/{name}", body = String, response = String)]
//! impl Room {
//!     fn open(&self, ws: &Socket<Self>) -> Result<(), SubscribeError> {
//!         ws.subscribe(&ws.params().name)?;
//!         Ok(())
//!     }
//!
//!     fn message(&self, ws: &Socket<Self>, text: String) {
//!         let _ = ws.publish(&ws.params().name, &text);
//!     }
//! }
//!
//! # async fn test() {
//! // In a function with `#[tokio::test(start_paused = true)]`:
//! let site = Site::start(Server::new().route(Room));
//! let mut ada = site.connect::<Room>("/rooms/tea").await.expect("anybody may enter");
//! let mut bob = site.connect::<Room>("/rooms/tea").await.expect("anybody may enter");
//! site.settled().await;
//!
//! ada.send("milk?").await;
//! assert_eq!(bob.receive().await, "milk?");
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test());
//! ```

mod client;
mod connect;
mod event;
mod pipe;
mod site;

pub use self::{
    client::Client,
    connect::{Connect, Refused},
    event::Event,
    site::Site,
};
