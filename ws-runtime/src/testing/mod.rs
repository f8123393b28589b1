//! Tests of routes over an in-memory pair, with the real handshake, codec and connection, without a port.
//!
//! A [`Site`] serves the routes of a [`Server`](crate::Server). Its clients are typed by the route: messages are
//! encoded, decoded and validated as on the network, in the opposite direction. Only HTTP is omitted: a request is
//! passed as if it had been parsed. [`Site::request`] drives the fallback.
//!
//! With tokio's clock paused (its feature `test-util`), a test that waits for an hour takes no time, and every run is
//! the same.
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
