//! axum's `ws` with the routes that it supports: an echo, an echo decoded with serde, and a request body.

use std::{env, error::Error, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    routing::{get, post},
};
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Typed {
    Nums { n: Vec<u32> },
    Tree { tree: Tree },
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only decoding counts")]
enum Tree {
    A { a: Vec<u32>, b: String },
    B { a: Vec<u32>, b: u32 },
    C { a: Vec<String>, b: String },
    D { a: Vec<String>, b: u32 },
    E(Vec<Vec<u32>>),
    F(Vec<Vec<String>>),
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}

async fn typed(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else { continue };
        let answer = match serde_json::from_str(&text) {
            Ok(Typed::Nums { n }) => n.len().to_string(),
            Ok(Typed::Tree { tree }) => {
                drop(tree);
                "0".to_owned()
            }
            Err(error) => error.to_string(),
        };
        if socket.send(Message::Text(answer.into())).await.is_err() {
            return;
        }
    }
}

async fn slow(mut socket: WebSocket) {
    while let Some(Ok(_)) = socket.recv().await {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let router = Router::new()
        .route("/echo", get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)))
        .route("/typed", get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(typed)))
        .route("/slow", get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(slow)))
        .route("/post", post(async |_body: Bytes| "read"));
    let listener = TcpListener::bind(format!("127.0.0.1:{}", env::var("PORT")?)).await?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let asked = async move {
        terminate.recv().await;
        // axum has no deadline for a shutdown, so this server implements one.
        tokio::spawn(async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            std::process::exit(0);
        });
    };
    axum::serve(listener, router).with_graceful_shutdown(asked).await?;
    Ok(())
}
