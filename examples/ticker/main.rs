//! A server that sends without being asked: it greets each client that connects to `ws://127.0.0.1:3000/`, then sends
//! the same line every three seconds until the socket closes. In a browser, the same address is a page that sends in
//! the other direction.
//!
//! `TICK_MS` sets the interval. `TRUSTED_PROXY` is the address of a proxy whose `X-Forwarded-For` is used. To copy this
//! example, take this folder and `../page`.

#[path = "../page/page.rs"]
mod page;

use std::{env, time::Duration};

use futures_util::stream::{self, Stream};
use tokio::{
    net::TcpListener,
    time::{MissedTickBehavior, interval},
};
use ws_runtime::{Server, Socket, shutdown_signal, ws_route};

use self::page::Page;

const GREETING: &str = "You are connected to the server.";
const TICK: &str = "A message from the server to the client.";

const PAGE: Page = Page(&[
    ("/", include_str!("page.html")),
    ("/style.css", include_str!("style.css")),
    ("/app.js", include_str!("app.js")),
    ("/icon.svg", include_str!("icon.svg")),
]);

struct Ticker {
    period: Duration,
}

#[ws_route("/", body = String, response = String, max_payload_length = "1KiB", rate_limit = 100)]
impl Ticker {
    /// The stream runs beside the messages and ends with the socket, so there is no timer to stop. A client that does
    /// not read delays only its own stream.
    fn open(&self, ws: &Socket<Self>) -> impl Stream<Item = &'static str> {
        println!("open {}", address(ws));
        let mut ticks = interval(self.period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick completes at once, so the greeting is sent immediately.
        stream::unfold((ticks, GREETING), async |(mut ticks, text)| {
            ticks.tick().await;
            Some((text, (ticks, TICK)))
        })
    }

    fn message(&self, ws: &Socket<Self>, text: String) {
        println!("message {} {text:?}", address(ws));
    }

    fn close(&self, ws: &Socket<Self>) {
        println!("close {}", address(ws));
    }
}

/// Returns the address of the client as text, or `unknown` if a trusted proxy does not send it.
fn address(ws: &Socket<Ticker>) -> String {
    ws.remote_addr().map_or("unknown".to_owned(), |address| address.ip().to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let milliseconds = env::var("TICK_MS").unwrap_or("3000".to_owned()).parse()?;
    if milliseconds == 0 {
        return Err("TICK_MS cannot be 0".into());
    }
    let ticker = Ticker { period: Duration::from_millis(milliseconds) };
    let port = env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new()
        .route(ticker)
        .fallback(PAGE)
        .trusted_proxies(env::var("TRUSTED_PROXY"))
        .shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
