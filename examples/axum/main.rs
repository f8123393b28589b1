//! Typed routes in an axum application: a router with layers and state, a session cookie that REST and sockets share, and
//! REST that publishes into rooms. Open the address that it prints in two tabs, or drive it from a shell:
//!
//! ```sh
//! curl -c jar http://127.0.0.1:3000/api/session -H 'content-type: application/json' -d '{"name": "Ada"}'
//! curl -b jar http://127.0.0.1:3000/api/rooms/lobby/notices -d 'Lunch is ready.'
//! ```
//!
//! Ctrl-C stops it: axum finishes its requests, and every socket is closed with 1001. To copy this example, take this
//! folder and `../page`.

#[path = "../page/page.rs"]
mod page;
mod session;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use axum::{
    Extension, Json, Router,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    middleware::from_fn_with_state,
    routing::{get, post},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use ws_runtime::{
    Handle, Handshake, Reject, Server, Socket, SubscribeError,
    server::{StartErrors, WsService},
    shutdown_signal, ws_route,
};

use self::{
    page::Page,
    session::{Sessions, User, find_user},
};

const PAGE: Page = Page(&[
    ("/", include_str!("page.html")),
    ("/style.css", include_str!("style.css")),
    ("/app.js", include_str!("app.js")),
    ("/icon.svg", include_str!("icon.svg")),
]);

/// A remark by somebody in the room.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    #[schemars(length(min = 1, max = 500))]
    text: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Heard {
    /// First: who the server takes the client for.
    Welcome {
        name: String,
        room: String,
    },
    Said {
        from: String,
        text: String,
    },
    /// Published by a request.
    Notice {
        from: String,
        text: String,
    },
}

struct Room;

/// The service sees `/rooms/…`: the router strips the prefix under which it is nested.
#[ws_route("/rooms/{room}", body = Say, response = Heard, max_payload_length = "4KiB", rate_limit = 20)]
impl Room {
    /// The layer in front has found the user. A page cannot see a status, so it is refused with a close code.
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<User, Reject> {
        let user = handshake.extensions().get::<User>().cloned();
        user.ok_or(Reject::close(4401, "sign in first"))
    }

    fn open(&self, ws: &Socket<Self>) -> Result<Heard, SubscribeError> {
        ws.subscribe(&ws.params().room)?;
        Ok(Heard::Welcome { name: ws.data().name.clone(), room: ws.params().room.clone() })
    }

    fn message(&self, ws: &Socket<Self>, say: Say) -> Heard {
        let heard = Heard::Said { from: ws.data().name.clone(), text: say.text };
        let _ = ws.publish(&ws.params().room, &heard);
        heard
    }
}

/// The routes as a service that axum mounts.
fn routes() -> Result<WsService, StartErrors> {
    Server::new()
        .route(Room)
        .peer_from(|extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|connected| connected.0))
        .max_connections_per_address(100)
        .into_service()
}

/// The application: one router for pages, REST and sockets, with the session layer in front of all of it.
fn app(ws: WsService, sessions: Sessions) -> Router {
    Router::new()
        .route("/api/session", get(who).post(sign_in))
        .route("/api/rooms/{room}/notices", post(notice))
        .with_state(App { sessions: sessions.clone(), handle: ws.handle() })
        .nest_service("/live", ws)
        .fallback_service(PAGE)
        .layer(from_fn_with_state(sessions, find_user))
}

#[derive(Clone)]
struct App {
    sessions: Sessions,
    handle: Handle,
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

async fn who(user: Option<Extension<User>>) -> Result<String, StatusCode> {
    user.map(|user| user.0.name).ok_or(StatusCode::UNAUTHORIZED)
}

async fn sign_in(
    State(app): State<App>,
    Json(SignIn { name }): Json<SignIn>,
) -> Result<(StatusCode, HeaderMap), StatusCode> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 32 {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let cookie = app.sessions.begin(name).ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    Ok((StatusCode::NO_CONTENT, HeaderMap::from_iter([(SET_COOKIE, cookie)])))
}

/// Publishes into a room, and says how many were reached.
async fn notice(
    State(app): State<App>,
    Path(room): Path<String>,
    user: Option<Extension<User>>,
    text: String,
) -> Result<String, StatusCode> {
    let Extension(User { name: from }) = user.ok_or(StatusCode::UNAUTHORIZED)?;
    let rooms = app.handle.channel::<Room>().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    let published = rooms.publish(&room, &Heard::Notice { from, text });
    Ok(format!("{} reached\n", published.receivers()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let ws = routes()?;
    let (handle, stop) = (ws.handle(), ws.handle());
    let app = app(ws, Sessions::default());
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);

    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            shutdown_signal().await;
            stop.shutdown();
        })
        .await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
