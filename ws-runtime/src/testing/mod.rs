//! Tests of routes in memory, without a port, with the real handshake, codec and connection.
//!
//! A [`Site`] serves the routes of a [`Server`](crate::Server). Its clients are typed by the route: they encode, decode
//! and validate messages as the network's clients do, in the opposite direction. Only HTTP is omitted: a request is
//! passed on as if it had been parsed. [`Site::request`] calls the fallback.
//!
//! With tokio's clock paused (feature `test-util`), a test that waits for an hour takes no time, and every run is the
//! same.
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
//! let mut ada = site.connect::<Room>("/rooms/tea").await.expect("the handshake is accepted");
//! let mut bob = site.connect::<Room>("/rooms/tea").await.expect("the handshake is accepted");
//! site.settled().await;
//!
//! ada.send("milk?").await;
//! assert_eq!(bob.receive().await, "milk?");
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test());
//! ```

mod boundary;
mod client;
mod connect;
mod event;
mod pipe;
mod pipe_end;
mod site;

pub use self::{
    client::Client,
    connect::{Connect, Refused},
    event::Event,
    site::Site,
};
