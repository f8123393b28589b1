//! axum with its `ws` extractor as in its documentation: a loop over the socket, and a broadcast channel for the room.

use std::{
    env,
    error::Error,
    sync::atomic::{AtomicUsize, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
    routing::get,
    serve::ListenerExt,
};
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::{
    net::TcpListener,
    sync::broadcast::{self, error::RecvError},
};

/// Capacity of the room's channel, in messages. A member that is further behind misses messages.
const ROOM: usize = 1024;

type Room = broadcast::Sender<(usize, Message)>;

#[derive(Deserialize)]
struct Who {
    id: String,
}

#[derive(Deserialize)]
struct Said {
    message: String,
}

#[derive(Serialize)]
struct Heard<'a> {
    id: &'a str,
    message: String,
    time: u128,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let router = Router::new()
        .route("/echo", get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)))
        .route("/json", get(json))
        .route("/room", get(room))
        .with_state(broadcast::channel(ROOM).0);
    let listener = TcpListener::bind(format!("127.0.0.1:{}", env::var("PORT")?)).await?;
    // This disables Nagle's algorithm, which would delay small replies.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await?;
    Ok(())
}

fn is_data(message: &Message) -> bool {
    matches!(message, Message::Text(_) | Message::Binary(_))
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if is_data(&message) && socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn json(Query(Who { id }): Query<Who>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        while let Some(Ok(message)) = socket.recv().await {
            let Message::Text(text) = message else { continue };
            let Ok(Said { message }) = serde_json::from_str(&text) else { return };
            let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            let Ok(text) = serde_json::to_string(&Heard { id: &id, message, time }) else { return };
            if socket.send(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
    })
}

async fn room(State(room): State<Room>, upgrade: WebSocketUpgrade) -> Response {
    static MEMBERS: AtomicUsize = AtomicUsize::new(0);
    let me = MEMBERS.fetch_add(1, Ordering::Relaxed);
    upgrade.on_upgrade(async move |socket| {
        let (mut sink, mut stream) = socket.split();
        let mut heard = room.subscribe();
        let forwarding = tokio::spawn(async move {
            loop {
                match heard.recv().await {
                    Ok((from, _)) if from == me => {}
                    Ok((_, message)) => {
                        if sink.send(message).await.is_err() {
                            return;
                        }
                    }
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        while let Some(Ok(message)) = stream.next().await {
            if is_data(&message) {
                // This task is the only owner at this point.
                let _ = room.send((me, message));
            }
        }
        forwarding.abort();
    })
}
