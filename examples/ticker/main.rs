//! A server that speaks by itself: it greets whoever connects to `ws://127.0.0.1:3000/`, and then says the same thing every
//! three seconds, until the socket is closed. The same address in a browser is a page that listens.
//!
//! `TICK_MS` sets another period. Behind a proxy, `TRUSTED_PROXY` is its address: only from there is `X-Forwarded-For` believed.

use std::{error::Error, net::IpAddr, time::Duration};

use futures_util::stream::{self, Stream};
use tokio::time::{MissedTickBehavior, interval};
use ws_examples::{Page, setting};
use ws_runtime::{Handshake, HeaderMap, Reject, Server, Socket, ws_route};

const GREETING: &str = "서버에 연결되었습니다.";
const TICK: &str = "서버에서 클라이언트로 메시지를 보냅니다.";

const PAGE: Page = Page(&[
    ("/", include_str!("page.html")),
    ("/style.css", include_str!("style.css")),
    ("/app.js", include_str!("app.js")),
    ("/icon.svg", include_str!("icon.svg")),
]);

struct Ticker {
    period: Duration,
    proxy: Option<IpAddr>,
}

#[ws_route("/", body = String, response = String, max_payload_length = "1KiB", rate_limit = 100)]
impl Ticker {
    /// What is returned here is `ws.data()` later: the client's address.
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<IpAddr, Reject> {
        let peer = handshake.remote_addr().ok_or_else(|| Reject::status(400))?;
        client(self.proxy, peer.ip(), handshake.headers())
    }

    /// The stream is the connection's feed. It runs beside the messages and ends with the socket, so there is no timer to
    /// stop; a client that does not read holds its own feed up and nobody else's.
    fn open(&self, ws: &Socket<Self>) -> impl Stream<Item = &'static str> {
        println!("open {}", ws.data());
        let mut ticks = interval(self.period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick is at once: the greeting's.
        stream::unfold((ticks, GREETING), async |(mut ticks, text)| {
            ticks.tick().await;
            Some((text, (ticks, TICK)))
        })
    }

    fn message(&self, ws: &Socket<Self>, text: String) {
        println!("message {} {text:?}", ws.data());
    }

    fn close(&self, ws: &Socket<Self>) {
        println!("close {}", ws.data());
    }
}

/// The client's address: the peer's, or the one that the proxy has seen. That is the last of the header's, as each proxy
/// appends to it; whatever stands before is anybody's word.
fn client(proxy: Option<IpAddr>, peer: IpAddr, headers: &HeaderMap) -> Result<IpAddr, Reject> {
    let Some(seen) = headers.get_all("x-forwarded-for").iter().next_back() else { return Ok(peer) };
    if proxy != Some(peer) {
        return Ok(peer);
    }
    let seen = seen.to_str().ok().and_then(|seen| seen.rsplit(',').next()?.trim().parse().ok());
    seen.ok_or_else(|| Reject::status(400).body("X-Forwarded-For must end with an address\n"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let milliseconds = setting::<u64>("TICK_MS")?.unwrap_or(3000);
    if milliseconds == 0 {
        return Err("TICK_MS cannot be 0".into());
    }
    let ticker = Ticker { period: Duration::from_millis(milliseconds), proxy: setting("TRUSTED_PROXY")? };
    ws_examples::serve(Server::new().route(ticker).fallback(PAGE)).await
}
