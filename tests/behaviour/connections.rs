//! Limits on connections, in total and per address, and how the server determines the address of a client.

use std::net::{IpAddr, SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::{Duration, sleep, timeout},
};
use ws_runtime::{ForwardedField, Handshake, RawRequest, Reject, Server, Socket, testing::Site, ws_route};

use crate::support::{Http, handshake, head, rest};

/// Replies with the address of the client as each handler sees it.
struct Who;

#[ws_route("/who", response = String)]
impl Who {
    fn transform(&self, request: &mut RawRequest) {
        let address = request.remote_addr();
        request.extensions_mut().insert(address);
    }

    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<(), Reject> {
        let seen = handshake.extensions().get() == Some(&handshake.remote_addr());
        if seen { Ok(()) } else { Err(Reject::status(500)) }
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.remote_addr().map_or("none".to_owned(), |address| address.to_string())
    }
}

/// A route whose handshake handler never returns.
pub(crate) struct Undecided;

#[ws_route("/undecided", response = String)]
impl Undecided {
    async fn before_handle(&self) {
        std::future::pending::<()>().await;
    }

    fn open(&self) {}
}

fn routes() -> Server {
    Server::new().route(Who).route(Undecided)
}

/// Requests an upgrade over a new connection and returns the head of the response.
async fn ask(http: &Http, from: &str, request: &str) -> (DuplexStream, String) {
    let mut stream = http.dial_from(from.parse::<IpAddr>().unwrap()).await;
    // This write may fail: a connection over the limit is closed without being read.
    let _ = stream.write_all(request.as_bytes()).await;
    let head = head(&mut stream).await;
    (stream, head)
}

async fn joins(http: &Http, from: &str) -> DuplexStream {
    let (stream, head) = ask(http, from, &handshake("/who")).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{from}: {head}");
    stream
}

async fn is_refused(http: &Http, from: &str, request: &str, detail: &str) {
    let (stream, head) = ask(http, from, request).await;
    assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{from}: {head}");
    let head = head.to_lowercase();
    for field in ["retry-after: 1\r\n", "connection: close\r\n", "content-type: application/problem+json\r\n"]
    {
        assert!(head.contains(field), "{field}: {head}");
    }
    let body = timeout(Duration::from_secs(10), rest(stream)).await.expect("the server hangs up");
    assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&problem["status"], problem["detail"].as_str()), (&503.into(), Some(detail)));
}

/// Gives the server time to notice that clients have disconnected.
async fn a_moment() {
    sleep(Duration::from_millis(1)).await;
}

const EVERYBODY: &str = "there are too many connections";
const ADDRESS: &str = "there are too many connections from this address";

#[tokio::test(start_paused = true)]
async fn connections_over_max_connections_are_refused() {
    let http = Http::serve(routes().max_connections(3));
    let socket = joins(&http, "192.0.2.1").await;
    // A silent client, and one whose handshake handler never returns, each take a permit.
    let silent = http.dial_from([192, 0, 2, 2]).await;
    let mut undecided = http.dial_from([192, 0, 2, 3]).await;
    undecided.write_all(handshake("/undecided").as_bytes()).await.unwrap();
    a_moment().await;
    for request in [&handshake("/who"), "GET / HTTP/1.1\r\n\r\n", ""] {
        is_refused(&http, "192.0.2.4", request, EVERYBODY).await;
    }
    let mut stay = Vec::new();
    for gone in [socket, silent, undecided] {
        drop(gone);
        a_moment().await;
        stay.push(joins(&http, "192.0.2.4").await);
        is_refused(&http, "192.0.2.4", &handshake("/who"), EVERYBODY).await;
    }
    drop(stay);
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn refused_connections_cannot_exhaust_the_server() {
    let http = Http::serve(routes().max_connections(1));
    let socket = joins(&http, "192.0.2.1").await;
    // None of these clients reads its response or disconnects.
    let mut refused = Vec::new();
    for _ in 0..200 {
        refused.push(http.dial().await);
    }
    drop(socket);
    a_moment().await;
    let socket = joins(&http, "192.0.2.1").await;
    // The first clients get a response, the rest are dropped without one.
    for (at, stream) in refused.into_iter().enumerate() {
        let answer = timeout(Duration::from_secs(10), rest(stream)).await.expect("the server hangs up");
        assert!(
            if at < 64 { answer.starts_with("HTTP/1.1 503 ") } else { answer.is_empty() },
            "{at}: {answer}"
        );
    }
    drop(socket);
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn max_connections_per_address_counts_each_address() {
    let http = Http::serve(routes().max_connections_per_address(2));
    let first = joins(&http, "192.0.2.1").await;
    // A connection takes a permit before it sends anything. An IPv4-mapped IPv6 address counts as its IPv4 address.
    let silent = http.dial_from("::ffff:192.0.2.1".parse::<IpAddr>().unwrap()).await;
    a_moment().await;
    is_refused(&http, "192.0.2.1", &handshake("/who"), ADDRESS).await;
    let others = [joins(&http, "192.0.2.2").await, joins(&http, "2001:db8::1").await];
    let neighbour = joins(&http, "2001:db8::ffff:1").await;
    is_refused(&http, "2001:db8::2", &handshake("/who"), ADDRESS).await;
    let elsewhere = joins(&http, "2001:db8:0:1::1").await;
    drop(silent);
    a_moment().await;
    let second = joins(&http, "192.0.2.1").await;
    is_refused(&http, "192.0.2.1", &handshake("/who"), ADDRESS).await;
    drop((first, others, neighbour, elsewhere, second));
    http.shut_down().await;
}

fn through(field: &str) -> String {
    handshake("/who").replace("Host: localhost\r\n", &format!("Host: localhost\r\n{field}\r\n"))
}

/// Behind a trusted proxy, connections are counted by the address of the client, not of the proxy.
#[tokio::test(start_paused = true)]
async fn clients_of_a_trusted_proxy_are_counted_apart() {
    const PROXY: &str = "10.1.2.3";
    for (written, field) in [
        (ForwardedField::XForwardedFor, "X-Forwarded-For: 1.1.1.1, 203.0.113.9"),
        (ForwardedField::Forwarded, "Forwarded: for=1.1.1.1, for=203.0.113.10;proto=https"),
    ] {
        let server = routes().max_connections_per_address(1).trusted_proxies(["10.0.0.0/8", "::1"]);
        let http = Http::serve(server.forwarded_field(written));
        let silent = [http.dial_from([10, 1, 2, 3]).await, http.dial_from([10, 1, 2, 3]).await];
        let (stream, head) = ask(&http, PROXY, &through(field)).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{field}: {head}");
        is_refused(&http, PROXY, &through(field), ADDRESS).await;
        // The proxy appended the right-most entry, so the entries that the client sent before it are ignored.
        is_refused(&http, "::1", &through(&field.replace("1.1.1.1", "2.2.2.2")), ADDRESS).await;
        drop(stream);
        a_moment().await;
        let (stream, head) = ask(&http, PROXY, &through(field)).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{field}: {head}");
        drop(stream);
        // The header of a peer that is not a trusted proxy is ignored; its own address counts.
        let one = ask(&http, "192.0.2.1", &through(field)).await;
        let other = field.replace("203.0.113", "198.51.100");
        is_refused(&http, "192.0.2.1", &through(&other), ADDRESS).await;
        drop((silent, one));
        http.shut_down().await;
    }
}

/// Clients whose proxy does not send their address, and peers without an address, share one permit, separate from that
/// of the proxy.
#[tokio::test(start_paused = true)]
async fn clients_without_an_address_share_one_permit() {
    const PROXY: &str = "10.1.2.3";
    let server = routes().max_connections_per_address(1).trusted_proxies(["10.0.0.0/8"]);
    let http = Http::serve(server);
    for field in [
        "X-Forwarded-For: unknown",
        "X-Forwarded-For: _gazonk",
        "X-Forwarded-For: 10.1.2.3",
        "Forwarded: for=203.0.113.9",
        "X-Unrelated: 1",
    ] {
        let (one, answer) = ask(&http, PROXY, &through(field)).await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{field}: {answer}");
        is_refused(&http, PROXY, &through(field), ADDRESS).await;
        is_refused(&http, PROXY, &through("X-Forwarded-For: , unknown"), ADDRESS).await;
        let mut nowhere = http.dial_from_nowhere().await;
        assert!(head(&mut nowhere).await.starts_with("HTTP/1.1 503 "), "{field}");
        // A client with an address takes a separate permit.
        drop(ask(&http, PROXY, &through("X-Forwarded-For: 203.0.113.9")).await);
        drop((one, nowhere));
        a_moment().await;
    }
    let nowhere = http.dial_from_nowhere().await;
    is_refused(&http, PROXY, &through("X-Forwarded-For: unknown"), ADDRESS).await;
    drop(nowhere);
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn nat64_clients_count_as_their_ipv4_address() {
    let http = Http::serve(routes().max_connections_per_address(1).trusted_proxies(["10.0.0.0/8"]));
    let first = joins(&http, "64:ff9b::192.0.2.1").await;
    let neighbour = joins(&http, "64:ff9b::192.0.2.2").await;
    for same in ["192.0.2.1", "::ffff:192.0.2.1", "64:ff9b::c000:201"] {
        is_refused(&http, same, &handshake("/who"), ADDRESS).await;
        let named = format!("X-Forwarded-For: {same}");
        is_refused(&http, "10.0.0.1", &through(&named), ADDRESS).await;
    }
    drop((first, neighbour));
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn trusted_proxies_name_the_client() {
    for (trusted, peer, field, seen) in [
        (&[][..], "10.0.0.1:9", "203.0.113.9", "10.0.0.1:9"),
        (&["10.0.0.1"], "10.0.0.1:9", "203.0.113.9", "203.0.113.9:0"),
        (&["10.0.0.1"], "10.0.0.1:9", "203.0.113.9:4711", "203.0.113.9:4711"),
        (&["10.0.0.1"], "10.0.0.2:9", "203.0.113.9", "10.0.0.2:9"),
        (&["10.0.0.0/8"], "10.0.0.1:9", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9:0"),
        (&["10.0.0.1"], "10.0.0.1:9", "1.1.1.1, unknown", "none"),
        (&["10.0.0.1"], "10.0.0.1:9", "1.1.1.1, 10.0.0.1, nobody", "none"),
        (&["127.0.0.1"], "127.0.0.1:9", "127.0.0.1", "none"),
        (&["127.0.0.1"], "127.0.0.1:9", "", "none"),
    ] {
        let site = Site::start(routes().trusted_proxies(trusted.iter().copied()));
        let peer: SocketAddr = peer.parse().unwrap();
        let mut client =
            site.connect::<Who>("/who").remote_addr(peer).header("x-forwarded-for", field).await.unwrap();
        assert_eq!(client.receive().await, seen, "{trusted:?} {peer} {field}");
    }
}

#[tokio::test(start_paused = true)]
async fn forwarded_field_is_the_only_field_read() {
    use ForwardedField::{Forwarded, XForwardedFor};
    for (field, forwarded, custom, seen) in [
        (None, "for=unknown", "203.0.113.9", "203.0.113.9:0"),
        (None, "for=127.0.0.1", "203.0.113.9", "203.0.113.9:0"),
        (Some(XForwardedFor), "for=203.0.113.9", "_hidden", "none"),
        (Some(Forwarded), "for=\"[2001:db8::9]:80\"", "127.0.0.1", "[2001:db8::9]:80"),
        (Some(Forwarded), "for=unknown", "203.0.113.9", "none"),
        (Some(Forwarded), "by=203.0.113.9", "203.0.113.9", "none"),
    ] {
        let server = routes().trusted_proxies(["127.0.0.1"]);
        let site = Site::start(field.into_iter().fold(server, Server::forwarded_field));
        let connect = site.connect::<Who>("/who").header("forwarded", forwarded);
        let mut client = connect.header("x-forwarded-for", custom).await.unwrap();
        assert_eq!(client.receive().await, seen, "{field:?} {forwarded} {custom}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_memory_server_limits_connections_too() {
    let site = Site::start(routes().max_connections(2).max_connections_per_address(1));
    let one = site.connect::<Who>("/who").await.unwrap();
    let from = |last: u8| site.connect::<Who>("/who").remote_addr(([127, 0, 0, last], 0).into());
    let detail = |refused: ws_runtime::testing::Refused| refused.problem().unwrap()["detail"].clone();
    assert_eq!(detail(from(1).await.unwrap_err()), ADDRESS);
    let other = from(2).await.unwrap();
    assert_eq!(detail(from(3).await.unwrap_err()), EVERYBODY);
    drop(one);
    site.settled().await;
    drop((from(1).await.unwrap(), other));
}

#[tokio::test(start_paused = true)]
async fn disabled_connection_limits_refuse_no_connection() {
    let http = Http::serve(routes().max_connections(None).max_connections_per_address(None));
    let mut all = Vec::new();
    for _ in 0..100 {
        let mut stream = joins(&http, "192.0.2.1").await;
        assert_eq!(stream.read_u8().await.unwrap(), 0x81);
        all.push(stream);
    }
    drop(all);
    http.shut_down().await;
}
