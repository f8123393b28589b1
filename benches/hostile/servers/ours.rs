//! A server of this library with the routes to attack. It has two workers and limits of 64 MiB on outbound and inbound
//! memory.

use std::{env, error::Error, io, net::SocketAddr, time::Duration};

use axum::{Router, body::Bytes, routing::post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use ws_runtime::{Listener, Message, Server, Socket, ws_route};

/// Limits of queued and held memory, in bytes.
const TOTAL: usize = 64 << 20;

struct Echo;

#[ws_route("/echo")]
impl Echo {
    fn message(&self, message: Message) -> Message {
        message
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Typed {
    Nums { n: Vec<u32> },
    Tree { tree: Tree },
}

/// An untagged type with many variants.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Tree {
    A { a: Vec<u32>, b: String },
    B { a: Vec<u32>, b: u32 },
    C { a: Vec<String>, b: String },
    D { a: Vec<String>, b: u32 },
    E(Vec<Vec<u32>>),
    F(Vec<Vec<String>>),
}

#[derive(Serialize, JsonSchema)]
struct Counted {
    count: usize,
}

struct Decode;

#[ws_route("/typed", body = Typed, response = Counted, per_message_deflate)]
impl Decode {
    fn message(&self, typed: Typed) -> Counted {
        let count = match typed {
            Typed::Nums { n } => n.len(),
            Typed::Tree { tree } => match tree {
                Tree::A { a, b } => a.len() + b.len(),
                Tree::B { a, b } => a.len() + b as usize,
                Tree::C { a, b } => a.len() + b.len(),
                Tree::D { a, b } => a.len() + b as usize,
                Tree::E(rows) => rows.len(),
                Tree::F(rows) => rows.len(),
            },
        };
        Counted { count }
    }
}

struct Slow;

#[ws_route("/slow", body = Typed, response = Counted, per_message_deflate)]
impl Slow {
    async fn message(&self, _typed: Typed) {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}

struct Topics;

#[ws_route("/topics", body = String, response = String)]
impl Topics {
    fn message(&self, ws: &Socket<Self>, topic: String) {
        let _ = ws.subscribe(&topic);
    }
}

struct Room;

#[ws_route("/room", body = Message, response = Message, per_message_deflate)]
impl Room {
    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.subscribe("room");
    }

    fn message(&self, ws: &Socket<Self>, message: Message) {
        let _ = ws.publish("room", &message);
    }
}

/// A listener whose `accept` fails if the client's first byte cannot begin an HTTP method. It stands in for TLS, where
/// `accept` fails with the handshake.
struct Picky(TcpListener);

impl Listener for Picky {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, Option<SocketAddr>)> {
        let (stream, address) = self.0.accept().await?;
        let mut first = [0];
        let peeked = tokio::time::timeout(Duration::from_millis(1), stream.peek(&mut first)).await;
        if matches!(peeked, Ok(Ok(1))) && !first[0].is_ascii_uppercase() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not HTTP"));
        }
        Ok((stream, Some(address)))
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", env::var("PORT")?.parse()?)).await?;
    let server = Server::new()
        .route(Echo)
        .route(Decode)
        .route(Slow)
        .route(Topics)
        .route(Room)
        .outbound_total(TOTAL)
        .inbound_total(TOTAL)
        .shutdown_timeout(Duration::from_secs(3))
        .fallback(Router::new().route("/post", post(async |_body: Bytes| "read")));
    let handle = server.handle();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        terminate.recv().await;
        handle.shutdown();
    });
    server.serve(Picky(listener)).await?;
    Ok(())
}
