//! Handshakes with one mistake, and clients that never finish a handshake. Each gets exactly one response.

use std::time::Duration;

use tokio::sync::watch;
use ws_runtime::{Reject, Server, ws_route};

use crate::{
    peer::{Answer, Peer, TEXT, frame, opening, soon},
    served::Served,
};

struct Echo;

#[ws_route("/echo/{room}", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

struct Refusing;

#[ws_route("/refusing")]
impl Refusing {
    fn before_handle(&self) -> Result<(), Reject> {
        Err(Reject::status(401).body("who are you?"))
    }

    fn message(&self) {}
}

struct Undecided;

#[ws_route("/undecided")]
impl Undecided {
    async fn before_handle(&self) -> Result<(), Reject> {
        std::future::pending().await
    }

    fn message(&self) {}
}

/// A route that blocks `before_handle` until the test releases it.
struct Deciding(watch::Sender<bool>);

#[ws_route("/deciding", body = String, response = String)]
impl Deciding {
    async fn before_handle(&self) -> Result<(), Reject> {
        drop(self.0.subscribe().wait_for(|go| *go).await);
        Ok(())
    }

    fn message(&self, text: String) -> String {
        text
    }
}

struct Panicking;

#[ws_route("/panicking")]
impl Panicking {
    fn before_handle(&self) -> Result<(), Reject> {
        panic!("on purpose")
    }

    fn message(&self) {}
}

fn server() -> Server {
    Server::new().route(Echo).route(Refusing).route(Undecided).route(Panicking)
}

/// Returns a valid request in which one line is replaced, or removed if `text` is `None`. The request line is line 0.
fn with(line: usize, text: Option<&str>) -> Vec<u8> {
    let good = opening("/echo/a");
    let mut lines: Vec<_> = good.trim_end().split("\r\n").map(Some).collect();
    if line < lines.len() {
        lines[line] = text;
    } else {
        lines.push(text);
    }
    let mut bytes = lines.into_iter().flatten().collect::<Vec<_>>().join("\r\n").into_bytes();
    bytes.extend(b"\r\n\r\n");
    bytes
}

const REQUEST: usize = 0;
const HOST: usize = 1;
const UPGRADE: usize = 2;
const CONNECTION: usize = 3;
const KEY: usize = 4;
const VERSION: usize = 5;
const MORE: usize = 6;

const GOOD_KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

/// Returns requests and frames that follow a rejected handshake. The server must not respond to them.
fn smuggled() -> Vec<u8> {
    [
        opening("/echo/b").as_bytes(),
        &frame(TEXT, b"hello"),
        b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]
    .concat()
}

/// Reads a response, and asserts that it is the only one, has a length, and says `Connection: close`.
async fn only_answer(mut peer: Peer, case: &str) -> Answer {
    let answer = peer.answer().await.unwrap_or_else(|| panic!("{case}: no answer"));
    assert_eq!(
        answer.field("connection").map(|value| value.ends_with("close")),
        Some(true),
        "{case}: {answer:?}"
    );
    assert!(answer.field("content-length").is_some(), "{case}: {answer:?}");
    let behind = peer.rest().await;
    assert!(behind.is_empty(), "{case}: {} follows the response", behind.escape_ascii());
    answer
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
async fn one_wrong_header_line_rejects_the_handshake() {
    let long = format!("X-Long: {}", "x".repeat(20_000));
    let many = vec!["X: y"; 150].join("\r\n");
    let target = format!("GET /echo/{} HTTP/1.1", "x".repeat(20_000));
    let twice = |line: &str| format!("{line}\r\n{line}");
    let cases: Vec<(usize, Option<String>, u16)> = [
        (REQUEST, Some("GET /nowhere HTTP/1.1"), 404),
        (REQUEST, Some("GET / HTTP/1.1"), 404),
        (REQUEST, Some("GET /echo HTTP/1.1"), 404),
        (REQUEST, Some("GET /echo/a/b HTTP/1.1"), 404),
        (REQUEST, Some("GET * HTTP/1.1"), 404),
        (REQUEST, Some("POST /echo/a HTTP/1.1"), 405),
        (REQUEST, Some("PUT /echo/a HTTP/1.1"), 405),
        (REQUEST, Some("OPTIONS /echo/a HTTP/1.1"), 405),
        (REQUEST, Some("get /echo/a HTTP/1.1"), 405),
        (REQUEST, Some("BREW /echo/a HTTP/1.1"), 405),
        (REQUEST, Some("GET /echo/a HTTP/1.0"), 426),
        (REQUEST, Some("GET /echo/%ff HTTP/1.1"), 400),
        (REQUEST, Some("GET /echo/%C0%AE HTTP/1.1"), 400),
        (REQUEST, Some("GET /echo/.. HTTP/1.1"), 404),
        (REQUEST, Some("GET /echo/%2e%2E HTTP/1.1"), 404),
        (REQUEST, Some("GET http://elsewhere/echo/a HTTP/1.1"), 400),
        (REQUEST, Some("GET /echo/a HTTP/2.0"), 400),
        (REQUEST, Some("GET /echo/a HTTP/1.1 HTTP/1.1"), 400),
        (REQUEST, Some("GET /echo/a"), 400),
        (REQUEST, Some("GET  /echo/a HTTP/1.1"), 400),
        (REQUEST, Some("\0"), 400),
        (REQUEST, Some("PRI * HTTP/2.0"), 400),
        (REQUEST, Some(&target), 431),
        (HOST, None, 400),
        (HOST, Some("Host:"), 400),
        (HOST, Some("Host: a b"), 400),
        (HOST, Some("Host: a, b"), 400),
        (HOST, Some(&twice("Host: localhost")), 400),
        (HOST, Some("Host : localhost"), 400),
        (HOST, Some(" Host: localhost"), 400),
        (UPGRADE, None, 426),
        (UPGRADE, Some("Upgrade: h2c"), 426),
        (UPGRADE, Some("Upgrade: websockets"), 426),
        (UPGRADE, Some("Upgrade : websocket"), 400),
        (CONNECTION, None, 426),
        (CONNECTION, Some("Connection: keep-alive"), 426),
        (CONNECTION, Some("Connection: close"), 426),
        (KEY, None, 400),
        (KEY, Some("Sec-WebSocket-Key:"), 400),
        (KEY, Some("Sec-WebSocket-Key: short"), 400),
        (KEY, Some("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"), 400),
        (KEY, Some("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTEyMw=="), 400),
        (KEY, Some("Sec-WebSocket-Key: \u{fc}\u{fc}\u{fc}\u{fc}"), 400),
        (KEY, Some("Sec-WebSocket-Key: a\0b"), 400),
        (KEY, Some("Sec-WebSocket-Key: dGhlIHNhbXBs\r\n ZSBub25jZQ=="), 400),
        (KEY, Some(&twice(GOOD_KEY)), 400),
        (KEY, Some(&format!("{GOOD_KEY}, dGhlIHNhbXBsZSBub25jZQ==")), 400),
        (VERSION, None, 426),
        (VERSION, Some("Sec-WebSocket-Version:"), 426),
        (VERSION, Some("Sec-WebSocket-Version: 8"), 426),
        (VERSION, Some("Sec-WebSocket-Version: 12"), 426),
        (VERSION, Some("Sec-WebSocket-Version: 1e1"), 426),
        (VERSION, Some(&twice("Sec-WebSocket-Version: 13")), 400),
        (VERSION, Some("Sec-WebSocket-Version: 13, 8"), 400),
        (MORE, Some("Content-Length: 5"), 400),
        (MORE, Some("Content-Length: -1"), 400),
        (MORE, Some("Content-Length: 0\r\nContent-Length: 5"), 400),
        (MORE, Some("Transfer-Encoding: chunked"), 400),
        (MORE, Some("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400),
        (MORE, Some("Transfer-Encoding: identity"), 400),
        (MORE, Some("Origin: http://evil.example"), 403),
        (MORE, Some("Origin: null"), 403),
        (MORE, Some("Origin: http://localhost:81"), 403),
        (MORE, Some("Origin: http://localhost\r\nOrigin: http://localhost"), 403),
        (MORE, Some("no colon"), 400),
        (MORE, Some(": no name"), 400),
        (MORE, Some("b\u{e4}d: name"), 400),
        (MORE, Some(&long), 431),
        (MORE, Some(&many), 431),
    ]
    .into_iter()
    .map(|(line, text, status)| (line, text.map(str::to_owned), status))
    .collect();
    let served = Served::alone(server()).await;
    for (line, text, status) in &cases {
        let case = format!("line {line}: {:.60}", text.as_deref().unwrap_or("left out"));
        let mut peer = Peer::connect(served.address).await;
        peer.send(&[with(*line, text.as_deref()), smuggled()].concat()).await;
        assert_eq!(only_answer(peer, &case).await.status, *status, "{case}");
    }
    for (path, status) in [("/refusing", 401), ("/panicking", 500)] {
        let mut peer = Peer::connect(served.address).await;
        peer.send(&[opening(path).as_bytes(), &smuggled()].concat()).await;
        assert_eq!(only_answer(peer, path).await.status, status, "{path}");
    }
    // Control: with these changes the request is valid, and the same code accepts it.
    for (line, text) in [
        (MORE, None),
        (UPGRADE, Some("upgrade: h2c, WebSocket")),
        (CONNECTION, Some("connection: keep-alive, upgrade")),
        (MORE, Some("Origin: http://localhost")),
        (MORE, Some("Content-Length: 0")),
        (MORE, Some("Sec-WebSocket-Extensions: constructor, __proto__; hasOwnProperty=1")),
        (MORE, Some("Sec-WebSocket-Protocol:")),
        (MORE, Some("Sec-WebSocket-Protocol: ,a,,")),
        (MORE, Some("Sec-WebSocket-Protocol: a b")),
        (MORE, Some("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a")),
        (MORE, Some("Sec-WebSocket-Extensions: bbf-usp-protocol; eid=\"doc::agent\"")),
        (CONNECTION, Some("Connection: ,keep-alive,,Upgrade,")),
        (REQUEST, Some("GET http://localhost/echo/a HTTP/1.1")),
        (REQUEST, Some("GET /echo/% HTTP/1.1")),
        (REQUEST, Some("GET /echo/a?b=%zz HTTP/1.1")),
        (REQUEST, Some("GET /echo/a?utm=%E9&%ff HTTP/1.1")),
        (REQUEST, Some("GET /x/../%65cho/./a HTTP/1.1")),
        (MORE, Some("Cookie: theme=caf\u{e9}; a=100%")),
    ] {
        let mut peer = Peer::connect(served.address).await;
        peer.send(&[with(line, text), frame(TEXT, b"early")].concat()).await;
        let answer = peer.answer().await.expect("a response");
        assert_eq!(answer.status, 101, "{text:?}");
        assert_eq!(answer.field("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert_eq!(peer.text().await, "early", "{text:?}");
    }
    served.end().await;
}

/// Field names are case-insensitive, but some clients compare bytes.
#[tokio::test]
async fn response_field_names_have_the_case_of_rfc_6455() {
    struct Compressed;
    #[ws_route("/compressed", protocols = ["v1"], per_message_deflate)]
    impl Compressed {
        fn message(&self) {}
    }

    let served = Served::start(server().route(Compressed)).await;
    let offering = opening("/compressed").replace(
        "\r\n\r\n",
        "\r\nsec-websocket-protocol: v1\r\nSEC-WEBSOCKET-EXTENSIONS: permessage-deflate\r\n\r\n",
    );
    let lower =
        opening("/echo/a").replace("Upgrade:", "upgrade:").replace("Sec-WebSocket-", "sec-websocket-");
    for (request, status, names) in [
        (opening("/echo/a"), "101", &["Upgrade", "Connection", "Sec-WebSocket-Accept"][..]),
        (lower, "101", &["Upgrade", "Connection", "Sec-WebSocket-Accept"]),
        (offering, "101", &["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept"]),
        (opening("/refusing"), "401", &["Connection", "Content-Length", "Content-Type"]),
        (opening("/echo/a").replace("13", "8"), "426", &["Upgrade", "Connection", "Sec-WebSocket-Version"]),
        (opening("/echo/a").replace("GET", "POST"), "405", &["Allow", "Connection", "Content-Length"]),
        (opening("/nowhere"), "404", &["Connection", "Content-Type", "Content-Length"]),
    ] {
        let mut peer = Peer::connect(served.address).await;
        peer.send(request.as_bytes()).await;
        let head = peer.head().await.expect("a response");
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        for name in names {
            assert!(head.contains(&format!("\r\n{name}: ")), "{name}: {head}");
        }
    }
    served.end().await;
}

/// The server reads the rest of the input, because unread input would make the kernel discard the response.
#[tokio::test]
async fn rejection_arrives_despite_bytes_after_the_request() {
    let served = Served::alone(server()).await;
    let megabytes = vec![b'x'; 4 << 20];
    for (what, head, status) in [
        ("a header field without an end", "GET /echo/a HTTP/1.1\r\nX: ".to_owned(), 431),
        ("frames behind a refused handshake", opening("/refusing"), 401),
        ("no HTTP at all", "\x16\x03\x01\x02\r\n".to_owned(), 400),
    ] {
        let mut peer = Peer::connect(served.address).await;
        peer.send(head.as_bytes()).await;
        // The peer can write all of this, because the server reads and discards it.
        peer.send(&megabytes).await;
        peer.finish().await;
        assert_eq!(only_answer(peer, what).await.status, status, "{what}");
    }
    served.end().await;
}

/// Four clients that never finish their handshake, and one handler that is slow: each handshake times out.
#[tokio::test]
async fn slow_handshake_times_out() {
    let server = server().handshake_timeout(Duration::from_millis(300));
    let served = Served::alone(server).await;
    let good = opening("/echo/a");
    for (what, first, drip) in [
        ("silent", "", ""),
        ("half a request line", "GET /ec", ""),
        ("no empty line", good.trim_end(), ""),
        ("one byte at a time", "", &*good),
        ("header fields without end", good.trim_end(), "\r\nX: y"),
    ] {
        let mut peer = Peer::connect(served.address).await;
        peer.try_send(first.as_bytes()).await;
        // The last client sends bytes without end.
        let drip = drip.as_bytes().iter().cycle().take(if drip.is_empty() { 0 } else { usize::MAX });
        let answer = soon(peer.drip(drip)).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 408 "),
            "{what}: {}",
            answer.escape_ascii()
        );
    }
    let mut peer = Peer::connect(served.address).await;
    peer.send(opening("/undecided").as_bytes()).await;
    assert_eq!(only_answer(peer, "undecided").await.status, 408);
    served.end().await;
}

/// After a response, an HTTP connection that is kept alive has the time of one handshake.
#[tokio::test]
async fn kept_alive_connection_times_out() {
    #[derive(Clone)]
    struct Page;

    impl tower_service::Service<http::Request<ws_runtime::Body>> for Page {
        type Response = http::Response<String>;
        type Error = std::convert::Infallible;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<ws_runtime::Body>) -> Self::Future {
            std::future::ready(Ok(http::Response::new("a page".to_owned())))
        }
    }

    let served = Served::alone(server().handshake_timeout(Duration::from_millis(300)).fallback(Page)).await;
    for half in ["", "GET / HT"] {
        let mut peer = Peer::connect(served.address).await;
        peer.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(peer.answer().await.expect("a page").status, 200);
        peer.send(half.as_bytes()).await;
        let _ = peer.rest().await;
    }
    served.end().await;
}

/// Frames that arrive before the 101 are not lost, whether they came with the handshake or while a handler waited.
#[tokio::test]
async fn early_frames_are_handled_in_order() {
    let go = watch::Sender::new(false);
    let served = Served::start(server().route(Deciding(go.clone()))).await;
    let mut peer = Peer::connect(served.address).await;
    let texts: Vec<_> = (0..200).map(|number| format!("{number} {}", "x".repeat(1000))).collect();
    let frames: Vec<_> = texts.iter().flat_map(|text| frame(TEXT, text.as_bytes())).collect();
    // The two writes are split inside a frame.
    let (first, second) = frames.split_at(10_000);
    peer.send(&[opening("/deciding").as_bytes(), first].concat()).await;
    peer.send(second).await;
    go.send_replace(true);
    assert_eq!(peer.answer().await.expect("a response").status, 101);
    for text in texts {
        assert_eq!(peer.text().await, text);
    }
    drop(peer);
    served.end().await;
}

/// Unfinished handshakes end at the shutdown deadline.
#[tokio::test]
async fn shutdown_does_not_wait_for_handshakes() {
    let server = server()
        .handshake_timeout(Duration::from_secs(3600))
        .shutdown_timeout(Duration::from_millis(200))
        .route(Deciding(watch::Sender::new(false)));
    let served = Served::alone(server).await;
    let mut peers = Vec::new();
    for begun in ["", "GET /ec", &opening("/undecided"), &opening("/deciding"), &opening("/refusing")] {
        let mut peer = Peer::connect(served.address).await;
        peer.send(begun.as_bytes()).await;
        peers.push(peer);
    }
    assert_eq!(peers.last_mut().expect("there are five").answer().await.expect("a response").status, 401);
    served.end().await;
}
