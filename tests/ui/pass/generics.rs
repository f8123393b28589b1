//! A block may have type parameters, const parameters and where clauses.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use ws_runtime::{Closed, Server, Socket, ws_route};

trait Backend: Send + Sync + 'static {
    type Event: Serialize + DeserializeOwned + JsonSchema + Send + Sync + Clone + 'static;
}

struct Memory;

impl Backend for Memory {
    type Event = String;
}

struct Chat<B, M, const SEATS: usize> {
    backend: B,
    greeting: M,
}

#[ws_route("/chat/{room}/{seat: u32}", body = B::Event, response = B::Event)]
impl<B: Backend, M, const SEATS: usize> Chat<B, M, SEATS>
where
    M: Send + Sync + 'static,
{
    fn open(&self, ws: &Socket<Self>) {
        let _ = (&self.backend, &self.greeting, &ws.params().room, ws.params().seat + 1);
    }

    async fn message(&self, ws: &Socket<Self>, event: B::Event) -> Option<B::Event> {
        std::future::ready(()).await;
        let _ = ws.publish("all", &event);
        Some(event)
    }

    async fn close(&self, _ws: &Socket<Self>, _closed: Closed) {}
}

/// The type parameter needs no bounds, because a message may be of any type that can be decoded.
struct Any<T>(std::marker::PhantomData<T>);

#[ws_route("/any", body = T, response = String)]
impl<T> Any<T> {
    fn message(&self, _body: T) -> &'static str {
        "heard"
    }
}

struct Of<T>(T);
struct Admin;
struct Public;

#[ws_route("/admin/{room}")]
impl Of<Admin> {
    fn open(&self) {}
}

#[ws_route("/public/{room}")]
impl Of<Public> {
    fn open(&self) {}
}

fn main() {
    let chat = Chat::<_, _, 4> { backend: Memory, greeting: "hello" };
    let _ = Server::new().route(chat).route(Of(Admin)).route(Of(Public)).route(Any::<u32>(std::marker::PhantomData));
}
