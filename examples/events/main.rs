//! Named events with typed data in both directions, at `ws://127.0.0.1:3000/events`. For example, `{"event": "howdy",
//! "data": "stranger"}` is sent to all clients, and messages in a room are sent to its members. In a browser, the same
//! address is a page for trying the events.
//!
//! An event is a variant of an enum, and each variant has a handler. If one is missing, the example does not compile.
//! To copy this example, take this folder and `../page`.

#[path = "../page/page.rs"]
mod page;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use ws_runtime::{Server, Socket, SocketId, shutdown_signal, socket::Subscribed, ws_route};

use self::page::Page;

/// Maximum number of rooms that one socket may join.
const MOST_ROOMS: usize = 8;

const PAGE: Page = Page(&[
    ("/", include_str!("page.html")),
    ("/style.css", include_str!("style.css")),
    ("/app.js", include_str!("app.js")),
    ("/icon.svg", include_str!("icon.svg")),
]);

/// Events from a client.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
enum Emit {
    /// Greets all clients.
    Howdy(Text),
    Join(Room),
    Leave(Room),
    /// Sends a message to a room.
    Say(Line),
    /// Asks for the number of connected clients.
    Who,
}

/// Events to a client.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
enum Heard {
    /// Sent to a client when it connects.
    Hello(String),
    /// Sent to all clients.
    Howdy(Greeting),
    /// Sent to all clients when a socket disconnects.
    Bye(SocketId),
    /// Sent to a room.
    Joined(Member),
    /// Sent to a room.
    Left(Member),
    /// Sent to a room.
    Said(Said),
    /// The reply to `who`.
    Here(usize),
    /// The reply to a valid event that is not permitted.
    Refused(String),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Text(#[schemars(length(min = 1, max = 500))] String);

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Room(#[schemars(length(min = 1, max = 32))] String);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Line {
    room: Room,
    text: Text,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Greeting {
    from: SocketId,
    text: Text,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Member {
    room: Room,
    from: SocketId,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Said {
    room: Room,
    from: SocketId,
    text: Text,
}

impl Room {
    fn topic(&self) -> String {
        format!("#{}", self.0)
    }
}

struct Events;

// A socket receives its own events too, so that all members of a room see the same sequence. Events are short and
// similar, so context takeover compresses each with the help of earlier ones.
#[ws_route(
    "/events",
    body = Emit,
    response = Heard,
    publish_to_self,
    max_payload_length = "16KiB",
    rate_limit = 20,
    per_message_deflate(threshold = 0, server_no_context_takeover = off, client_no_context_takeover = off)
)]
impl Events {
    fn open(&self) -> Heard {
        Heard::Hello("world".to_owned())
    }

    fn message_howdy(&self, ws: &Socket<Self>, text: Text) {
        let _ = ws.channel().all().send(&Heard::Howdy(Greeting { from: ws.id(), text }));
    }

    fn message_join(&self, ws: &Socket<Self>, room: Room) -> Option<Heard> {
        if ws.subscriptions().len() >= MOST_ROOMS {
            return Some(Heard::Refused("you are in as many rooms as one may be".to_owned()));
        }
        let topic = room.topic();
        match ws.subscribe(&topic) {
            Ok(Subscribed::Already) => {
                return Some(Heard::Refused("you are in that room already".to_owned()));
            }
            Ok(_) => {}
            Err(error) => return Some(Heard::Refused(error.to_string())),
        }
        let _ = ws.publish(&topic, &Heard::Joined(Member { room, from: ws.id() }));
        None
    }

    fn message_leave(&self, ws: &Socket<Self>, room: Room) -> Option<Heard> {
        let topic = room.topic();
        if !ws.is_subscribed(&topic) {
            return Some(not_there());
        }
        // Events that were published before the socket leaves still arrive, so it receives its own `left`.
        let _ = ws.publish(&topic, &Heard::Left(Member { room, from: ws.id() }));
        ws.unsubscribe(&topic);
        None
    }

    fn message_say(&self, ws: &Socket<Self>, Line { room, text }: Line) -> Option<Heard> {
        let topic = room.topic();
        if !ws.is_subscribed(&topic) {
            return Some(not_there());
        }
        let _ = ws.publish(&topic, &Heard::Said(Said { room, from: ws.id(), text }));
        None
    }

    fn message_who(&self, ws: &Socket<Self>) -> Heard {
        Heard::Here(ws.channel().len())
    }

    fn close(&self, ws: &Socket<Self>) {
        let _ = ws.broadcast(&Heard::Bye(ws.id()));
    }
}

fn not_there() -> Heard {
    Heard::Refused("you are not in that room".to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new().route(Events).fallback(PAGE).shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
