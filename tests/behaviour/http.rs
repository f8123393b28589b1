//! HTTP before the upgrade: requests, fallbacks, limits, and options that prevent a start.

use std::{
    convert::Infallible,
    error::Error,
    future::{Ready, ready},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep, timeout},
};
use tower_service::Service;
use ws_runtime::{Body, Params, ServeError, Server, Socket, StartError, testing::Site, ws_route};

use crate::support::{Http, frame, handshake, rest};

struct Echo;

#[ws_route("/echo", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

struct Numbered;

#[ws_route("/ws/{id: u32}", response = String)]
impl Numbered {
    fn open(&self, ws: &Socket<Self>) -> String {
        let Params::<Self> { id } = ws.params();
        format!("id={id}")
    }
}

/// A fallback that answers every request with its method and `hi`.
#[derive(Clone)]
pub(crate) struct Hi;

impl Service<http::Request<Body>> for Hi {
    type Response = http::Response<http_body_util::Full<bytes::Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let body = format!("{} hi", request.method());
        ready(Ok(http::Response::new(bytes::Bytes::from(body).into())))
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

/// A route answers upgrades on its path, and the fallback answers all other requests on it.
#[tokio::test(start_paused = true)]
async fn fallback_answers_requests_that_are_not_upgrades() {
    let http = Http::serve(Server::new().route(Echo).route(Numbered).fallback(Hi));
    for path in ["/echo", "/ws/1", "/ws/none", "/elsewhere"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let answer = http.ask(&head).await;
            assert_eq!(status(&answer), "200", "{method} {path}: {answer}");
            assert!(answer.ends_with(&format!("{method} hi")), "{method} {path}: {answer}");
        }
    }
    for (path, code) in [("/echo", "101"), ("/ws/1", "101"), ("/ws/none", "422"), ("/elsewhere", "200")] {
        let mut stream = http.dial().await;
        stream
            .write_all(
                handshake(path).replace("Connection: Upgrade", "Connection: close, Upgrade").as_bytes(),
            )
            .await
            .unwrap();
        stream.write_all(&frame(0x88, [0x03, 0xe8])).await.unwrap();
        let answer = rest(stream).await;
        assert_eq!(status(&answer), code, "{path}: {answer}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn requests_without_a_fallback_get_a_helpful_status() {
    let http = Http::serve(Server::new().route(Echo));
    for (method, path, code, field) in [
        ("GET", "/elsewhere", "404", "content-type: application/problem+json"),
        ("GET", "/echo/", "404", "connection: close"),
        ("POST", "/echo", "405", "allow: get"),
        ("GET", "/echo", "426", "upgrade: websocket"),
    ] {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = http.ask(&head).await;
        assert_eq!(status(&answer), code, "{method} {path}");
        assert!(answer.to_lowercase().contains(field), "{method} {path}: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.to_lowercase().contains(&format!("content-length: {}", body.len())), "{answer}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn upgrade_is_recognised_in_every_spelling() {
    let http = Http::serve(Server::new().route(Echo).fallback(Hi));
    for (from, to) in [
        ("Upgrade: websocket", "Upgrade: WebSocket"),
        ("Upgrade: websocket", "upgrade: WEBSOCKET"),
        ("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
        ("Connection: Upgrade", "Connection: upgrade"),
        ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade"),
    ] {
        let mut stream = http.dial().await;
        stream.write_all(handshake("/echo").replace(from, to).as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 101", "{to}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn malformed_handshakes_get_a_response() {
    let http = Http::serve(Server::new().route(Echo));
    for (from, to, code) in [
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "400"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "short==", "400"),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426"),
        ("Sec-WebSocket-Version: 13\r\n", "", "426"),
        ("Host: localhost\r\n", "", "400"),
        ("Host: localhost", "Host: localhost\r\nContent-Length: 3", "400"),
        ("Connection: Upgrade", "Connection: close", "426"),
        ("GET", "POST", "405"),
        ("HTTP/1.1", "HTTP/1.0", "426"),
    ] {
        let answer = http.ask(&handshake("/echo").replacen(from, to, 1)).await;
        assert_eq!(status(&answer), code, "{to}: {answer}");
        assert!(answer.to_lowercase().contains("connection: "), "{to}: {answer}");
        if from.contains("Version") {
            assert!(answer.to_lowercase().contains("sec-websocket-version: 13"), "{answer}");
        }
    }
    http.shut_down().await;
}

/// The client sends frames in the same bytes as the handshake, while a handshake handler waits.
#[tokio::test(start_paused = true)]
async fn frames_sent_with_the_handshake_are_handled() {
    struct Slow;
    #[ws_route("/slow", body = String, response = String)]
    impl Slow {
        async fn before_handle(&self) {
            sleep(Duration::from_secs(1)).await;
        }

        fn message(&self, text: String) -> String {
            text
        }
    }

    let http = Http::serve(Server::new().route(Slow));
    let frames = [frame(0x81, "early"), frame(0x81, "next"), frame(0x88, [0x03, 0xe8])].concat();
    for together in [0, 1, 5, 11, 13, frames.len()] {
        let mut stream = http.dial().await;
        let bytes = [handshake("/slow").as_bytes(), &frames[..together]].concat();
        stream.write_all(&bytes).await.unwrap();
        sleep(Duration::from_secs(2)).await;
        stream.write_all(&frames[together..]).await.unwrap();
        let answer = rest(stream).await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{together}: {answer}");
        let (_, said) = answer.split_once("\r\n\r\n").unwrap();
        // `rest` replaces bytes that are not UTF-8 by U+FFFD: the first byte of each frame, and bytes of the close
        // code.
        assert_eq!(said, "\u{fffd}\u{5}early\u{fffd}\u{4}next\u{fffd}\u{2}\u{3}\u{fffd}", "{together}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn handshake_timeout_ends_slow_handshakes() {
    for seconds in [10, 3] {
        let server = Server::new().route(crate::connections::Undecided);
        let server =
            if seconds == 10 { server } else { server.handshake_timeout(Duration::from_secs(seconds)) };
        let http = Http::serve(server);
        let began = Instant::now();
        let answer = http.ask("GET /undecided HTTP/1.1\r\nHost: loc").await;
        assert!(matches!(status(&answer), "408" | "nothing"), "a head that does not end: {answer}");
        assert_eq!(began.elapsed().as_secs(), seconds);
        let began = Instant::now();
        assert_eq!(http.ask("").await, "", "a client that says nothing");
        assert_eq!(began.elapsed().as_secs(), seconds);
        let began = Instant::now();
        let answer = http.ask(&handshake("/undecided")).await;
        assert_eq!(status(&answer), "408", "a handler that does not decide: {answer}");
        assert_eq!(began.elapsed().as_secs(), seconds);
        http.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn requests_over_the_header_limits_get_431() {
    let long = |bytes: usize| {
        handshake("/echo").replace("\r\n\r\n", &format!("\r\nX-Long: {}\r\n\r\n", "x".repeat(bytes)))
    };
    let many = |fields: usize| {
        handshake("/echo").replace("\r\n\r\n", &format!("\r\n{}\r\n", "X-Many: x\r\n".repeat(fields)))
    };
    for (server, within, beyond) in [
        (Server::new(), long(15_000), long(17_000)),
        (Server::new().max_header_bytes(8192), long(7_000), long(8_500)),
        (Server::new().max_header_bytes(20_000), long(17_000), long(21_000)),
        (Server::new(), many(90), many(100)),
        (Server::new().max_headers(10), many(5), many(6)),
        (Server::new().max_headers(200), many(150), many(200)),
    ] {
        let http = Http::serve(server.route(Echo));
        let mut stream = http.dial().await;
        stream.write_all(within.as_bytes()).await.unwrap();
        stream.write_all(&frame(0x88, [0x03, 0xe8])).await.unwrap();
        let answer = rest(stream).await;
        assert_eq!(status(&answer), "101", "{answer}");
        let answer = http.ask(&beyond).await;
        assert_eq!(status(&answer), "431", "{answer}");
        http.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn server_with_impossible_options_does_not_start() {
    struct Same;
    #[ws_route("/ws/{other}", response = String)]
    impl Same {
        fn open(&self) {}
    }

    #[derive(serde::Serialize, schemars::JsonSchema)]
    struct Quote {
        symbol: String,
    }
    macro_rules! quotes {
        ($name:ident, $pointer:literal) => {
            struct $name;
            #[ws_route("/quotes", response = Quote, latest_by_key = $pointer)]
            impl $name {
                fn open(&self, ws: &Socket<Self>) {
                    let _ = ws.send(&Quote { symbol: String::new() });
                }
            }
        };
    }
    quotes!(BySymbol, "/symbol");
    quotes!(ByName, "/name");

    type Mistake = (fn() -> Server, usize, &'static str);
    let mistakes: [Mistake; 10] = [
        (|| Server::new().route(Echo).route(Echo), 1, "`/echo` is added twice"),
        (|| Server::new().route(Numbered).route(Same), 1, "`/ws/{other}` conflicts with `/ws/{id}`"),
        (|| Server::new().max_header_bytes(100), 1, "`max_header_bytes`"),
        (|| Server::new().max_headers(0), 1, "`max_headers`"),
        (|| Server::new().handshake_timeout(Duration::ZERO), 1, "`handshake_timeout`"),
        (|| Server::new().shards(0), 1, "`shards`"),
        (|| Server::new().shards(0).max_headers(0).route(Echo).route(Echo), 3, "`max_headers`"),
        (|| Server::new().latest_by_key("symbol"), 1, "a JSON pointer starts with `/`"),
        (
            || Server::new().route(ByName),
            1,
            "`latest_by_key` points to `/name`, which no value of the `response` has",
        ),
        (|| Server::new().latest_by_key("/name").route(BySymbol).route(Echo).route(Numbered), 0, ""),
    ];
    for (server, count, says) in mistakes {
        match Site::try_start(server()) {
            Ok(_) => assert_eq!(count, 0, "{says}"),
            Err(errors) => {
                assert_eq!(errors.len(), count, "{errors:?}");
                let told = |error: &StartError| {
                    let source = error.source().map(ToString::to_string).unwrap_or_default();
                    format!("{error}: {source}").contains(says)
                };
                assert!(errors.iter().any(told), "{errors:?}");
            }
        }
        if count > 0 {
            let Err(ServeError::Start(errors)) = server().listen("not an address").await else {
                panic!("{says}: it was listened first");
            };
            assert_eq!(errors.len(), count);
        }
    }
}

/// A fallback whose response body is one megabyte long.
#[derive(Clone)]
struct Much;

impl Service<http::Request<Body>> for Much {
    type Response = http::Response<http_body_util::Full<bytes::Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        ready(Ok(http::Response::new(bytes::Bytes::from(vec![b'x'; 1 << 20]).into())))
    }
}

#[tokio::test(start_paused = true)]
async fn client_that_never_reads_its_response_is_dropped() {
    const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let http =
        Http::serve(Server::new().route(Echo).fallback(Much).handshake_timeout(Duration::from_secs(4)));
    // A client that reads slowly receives the whole response.
    let mut slow = http.dial().await;
    slow.write_all(ASK).await.unwrap();
    let (mut taken, mut buffer) = (0, vec![0; 64 * 1024]);
    while taken < 1 << 20 {
        sleep(Duration::from_secs(3)).await;
        let read = slow.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "it is cut off after {taken} bytes");
        taken += read;
    }
    // A client that never reads is disconnected.
    let mut deaf = http.dial().await;
    deaf.write_all(ASK).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    let mut taken = Vec::new();
    let read = timeout(Duration::from_secs(1), deaf.read_to_end(&mut taken)).await;
    assert!(read.is_ok() && taken.len() <= 64 * 1024, "{} bytes", taken.len());
    http.shut_down().await;
}
