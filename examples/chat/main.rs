//! A chat with rooms: it shows the people in a room, who is typing, and recent messages. Open the printed address in
//! two tabs.
//!
//! This file is the route. The other files are the page that connects to it. To copy this example, take this folder and
//! `../page`.

#[path = "../page/page.rs"]
mod page;
mod rooms;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use ws_runtime::{Handshake, Reject, Server, Socket, SubscribeError, shutdown_signal, ws_route};

use self::{page::Page, rooms::Rooms};

const PAGE: Page = Page(&[
    ("/", include_str!("page.html")),
    ("/style.css", include_str!("style.css")),
    ("/app.js", include_str!("app.js")),
    ("/composer.js", include_str!("composer.js")),
    ("/log.js", include_str!("log.js")),
    ("/people.js", include_str!("people.js")),
    ("/icon.svg", include_str!("icon.svg")),
]);

/// Maximum number of people in a room.
const MOST_PEOPLE: usize = 200;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Join {
    #[schemars(length(min = 1, max = 32))]
    name: String,
}

/// Messages from the page.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Say {
    Text {
        #[schemars(length(min = 1, max = 500))]
        text: String,
    },
    Typing,
}

/// Messages to the page.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Heard {
    /// The first message: the receiver's person, the people in the room, and recent messages.
    Welcome {
        you: u64,
        here: Vec<Person>,
        recent: Vec<Said>,
    },
    Joined {
        who: Person,
    },
    Left {
        who: Person,
    },
    Typing {
        who: Person,
    },
    Text(Said),
}

/// A person in a room. Two people may have the same name, but not the same number.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Person {
    id: u64,
    name: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Said {
    id: u64,
    from: Person,
    text: String,
    /// Time in milliseconds since 1970.
    at: u64,
}

struct Chat {
    rooms: Rooms,
    /// The next number of a person or a message.
    next: AtomicU64,
}

#[ws_route(
    "/chat/{room}",
    query = Join,
    body = Say,
    response = Heard,
    max_payload_length = "16KiB",
    rate_limit = 20,
    idle_timeout = 60
)]
impl Chat {
    /// Starts the numbers at the current time, in microseconds, so that they are higher than those before a restart. A
    /// page that reconnects then does not mistake a new message for one that it has.
    fn new() -> Self {
        Self { rooms: Rooms::default(), next: AtomicU64::new(now() * 1000) }
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Admits a person if the room is not full. Concurrent handshakes may exceed the limit by a few.
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Person, Reject> {
        let people = self.rooms.with(&handshake.params().room, |room| room.people.len());
        if people >= MOST_PEOPLE {
            return Err(Reject::close(4001, "the room is full"));
        }
        Ok(Person { id: self.number(), name: handshake.query().name.clone() })
    }

    // Events are published under the room's lock, so all clients receive them in the same order, and every event is
    // either part of the welcome message or follows it.

    fn open(&self, ws: &Socket<Self>) -> Result<(), SubscribeError> {
        let (topic, me) = (&ws.params().room, ws.data());
        self.rooms.with(topic, |room| {
            ws.subscribe(topic)?;
            let _ = ws.publish(topic, &Heard::Joined { who: me.clone() });
            room.people.insert(me.id, me.clone());
            let here = room.people.values().cloned().collect();
            let recent = room.recent.iter().cloned().collect();
            let _ = ws.send(&Heard::Welcome { you: me.id, here, recent });
            Ok(())
        })
    }

    fn message(&self, ws: &Socket<Self>, say: Say) -> Option<Heard> {
        let (topic, me) = (&ws.params().room, ws.data());
        match say {
            Say::Typing => {
                let _ = ws.publish(topic, &Heard::Typing { who: me.clone() });
                None
            }
            Say::Text { text } => self.rooms.with(topic, |room| {
                let said = Said { id: self.number(), from: me.clone(), text, at: now() };
                room.remember(said.clone());
                let heard = Heard::Text(said);
                let _ = ws.publish(topic, &heard);
                Some(heard)
            }),
        }
    }

    fn close(&self, ws: &Socket<Self>) {
        let (topic, me) = (&ws.params().room, ws.data());
        self.rooms.with(topic, |room| {
            room.people.remove(&me.id);
            let _ = ws.publish(topic, &Heard::Left { who: me.clone() });
        });
    }
}

/// The time in milliseconds since 1970, as JavaScript's `Date.now()` returns it.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new().route(Chat::new()).fallback(PAGE).shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
