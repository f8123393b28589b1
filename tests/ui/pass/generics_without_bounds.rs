//! A generic route needs no bounds. They are checked where the route is served.
#![deny(warnings, missing_docs)]

use std::{fmt::Display, marker::PhantomData, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Close, Closed, Handshake, Reject, Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Seat {
    seat: u8,
}

struct Room<T>(T);

#[ws_route("/room", response = String)]
impl<T: ToString> Room<T> {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<u8, Reject> {
        let _ = handshake.headers();
        Ok(1)
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.send(&self.0.to_string());
    }

    async fn message(&self, ws: &Socket<Self>) -> Result<(), Close> {
        let _ = ws.send(&self.0.to_string());
        ws.drained().await;
        Ok(())
    }

    fn close(&self, ws: &Socket<Self>, closed: Closed) {
        let _ = (ws.data(), closed);
    }
}

struct Made<F>(F);

#[ws_route("/made", response = String)]
impl<F, R> Made<F>
where
    F: Fn() -> R,
    R: Display,
{
    async fn open(&self, ws: &Socket<Self>) -> String {
        let _ = ws.id();
        (self.0)().to_string()
    }
}

trait Store {
    fn load(&self) -> String;
}

impl Store for String {
    fn load(&self) -> String {
        self.clone()
    }
}

struct Kept<S: ?Sized>(Arc<S>);

#[ws_route("/kept", body = String, response = String)]
impl<S: Store + ?Sized> Kept<S>
where
    Self: 'static,
{
    fn open(&self, ws: &Socket<Self>) {
        let topic = self.topic();
        let _ = ws.subscribe(topic);
    }

    async fn message(&self, ws: &Socket<Self>, text: String) -> String {
        let _ = ws.publish(self.topic(), &text);
        text
    }

    fn topic(&self) -> String {
        self.0.load()
    }
}

struct Bounded<T: 'static>(T);

#[ws_route("/bounded")]
impl<T: Send + Sync> Bounded<T> where {
    fn open(&self, ws: &Socket<Self>) {
        let _ = (ws, &self.0);
    }
}

struct Listed<T, const N: usize>([T; N]);

#[ws_route("/listed")]
impl<T, const N: usize> Listed<T, N>
where
    T: Clone,
{
    fn open(&self, ws: &Socket<Self>) {
        let _ = (ws, self.0.first().cloned());
    }
}

struct Mirror<T>(PhantomData<fn() -> T>);

#[ws_route("/mirror", query = T, body = T, response = T)]
impl<T> Mirror<T> {
    async fn message(&self, ws: &Socket<Self>, value: T) -> T {
        let _ = ws.query();
        value
    }
}

type Shout = dyn for<'a> Fn(&'a str) -> &'a str + Send + Sync;

struct Called<F: ?Sized>(Box<F>);

#[ws_route("/called", response = String)]
impl Called<dyn for<'a> Fn(&'a str) -> &'a str + Send + Sync> {
    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.send((self.0)("open"));
    }
}

fn main() {
    let shout: Box<Shout> = Box::new(|text| text);
    let _ = Server::new()
        .route(Called(shout))
        .route(Mirror::<Seat>(PhantomData))
        .route(Room(1))
        .route(Made(|| 1))
        .route(Kept(Arc::new(String::new())))
        .route(Bounded(1))
        .route(Listed([1]));
}
