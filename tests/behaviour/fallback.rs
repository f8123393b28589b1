//! Upgrades that the fallback of a listening server accepts.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    extract::ws::{Message, WebSocketUpgrade},
    response::Response,
    routing::{any, get},
};
use http::{Request, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use tower_service::Service;
use ws_runtime::{Server, server::Body};

use crate::support::{Http, closed, echo, exchange, frame, handshake, head, receive, rest, shake};

echo!(Echo, "/echo", String);
echo!(Inner, "/inner", String);

/// A route of axum that echoes.
async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

fn axum() -> Router {
    Router::new().route("/axum", any(echo)).route("/page", get(|| async { "a page" }))
}

#[tokio::test(start_paused = true)]
async fn axum_upgrades_behind_our_listener() {
    let http = Http::serve(Server::new().route(Echo).fallback(axum()));
    let mut theirs = http.dial().await;
    let head = shake(&mut theirs, "/axum").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert_eq!(exchange(&mut theirs, "hello").await, "hello");
    // The others on the same port are not affected.
    let mut ours = http.dial().await;
    shake(&mut ours, "/echo").await;
    assert_eq!(exchange(&mut ours, "hello").await, "hello");
    assert!(http.ask("GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.ends_with("a page"));
    assert_eq!(exchange(&mut theirs, "again").await, "again");
    drop(ours);
    theirs.write_all(&frame(0x88, [0x03, 0xe8])).await.unwrap();
    assert_eq!(receive(&mut theirs).await, (8, vec![0x03, 0xe8]));
    assert_eq!(rest(theirs).await, "");
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn upgrade_follows_requests_on_the_same_stream() {
    let http = Http::serve(Server::new().route(Echo).fallback(axum()));
    for target in ["/axum", "/echo"] {
        let mut stream = http.dial().await;
        for _ in 0..2 {
            stream.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
            assert!(head(&mut stream).await.starts_with("HTTP/1.1 200 "));
            stream.read_exact(&mut [0; 6]).await.unwrap();
        }
        // Frames in the same bytes as the handshake.
        let bytes = [handshake(target).as_bytes(), &frame(0x81, "early")].concat();
        stream.write_all(&bytes).await.unwrap();
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
        assert_eq!(receive(&mut stream).await, (1, b"early".to_vec()), "{target}");
        assert_eq!(exchange(&mut stream, "late").await, "late", "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn upgraded_stream_keeps_its_permit() {
    let http = Http::serve(Server::new().route(Echo).fallback(axum()).max_connections(1));
    for _ in 0..3 {
        let mut stream = http.dial().await;
        shake(&mut stream, "/axum").await;
        assert!(http.ask(&handshake("/echo")).await.starts_with("HTTP/1.1 503 "));
        assert_eq!(exchange(&mut stream, "hello").await, "hello");
        drop(stream);
        sleep(Duration::from_secs(1)).await;
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_upgraded_streams_until_its_deadline() {
    let server = || Server::new().route(Echo).fallback(axum()).shutdown_timeout(Duration::from_secs(7));
    // Nobody ends this one: the stream fails at the deadline.
    let http = Http::serve(server());
    let mut stream = http.dial().await;
    shake(&mut stream, "/axum").await;
    let began = Instant::now();
    let (ended, ()) = tokio::join!(http.handle.ended(), async {
        http.handle.shutdown();
        sleep(Duration::from_secs(6)).await;
        assert_eq!(exchange(&mut stream, "still").await, "still");
    });
    assert_eq!((ended.clean, ended.forced, began.elapsed().as_secs()), (0, 0, 7));
    assert_eq!(rest(stream).await, "", "it is cut off");
    http.shut_down().await;
    // This one ends by itself.
    let http = Http::serve(server());
    let mut stream = http.dial().await;
    shake(&mut stream, "/axum").await;
    let began = Instant::now();
    tokio::join!(http.shut_down(), async {
        sleep(Duration::from_secs(2)).await;
        drop(stream);
    });
    assert_eq!(began.elapsed().as_secs(), 2);
}

/// Passes each upgraded stream on.
#[derive(Clone)]
struct Takes(mpsc::Sender<OnUpgrade>);

impl Service<Request<Body>> for Takes {
    type Response = http::Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let upgrade = request.extensions_mut().remove().expect("it is an upgrade");
        self.0.try_send(upgrade).expect("there is room");
        let mut response = http::Response::new(String::new());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        ready(Ok(response))
    }
}

const OTHER: &[u8] = b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn shutdown_ends_although_the_fallback_keeps_a_stream() {
    let (takes, mut taken) = mpsc::channel(4);
    let server = Server::new().route(Echo).fallback(Takes(takes)).shutdown_timeout(Duration::from_secs(5));
    let http = Http::serve(server);
    let (mut idle, mut reading, mut writing) = (http.dial().await, http.dial().await, http.dial().await);
    let mut kept = Vec::new();
    for stream in [&mut idle, &mut reading, &mut writing] {
        stream.write_all(OTHER).await.unwrap();
        head(stream).await;
        kept.push(TokioIo::new(taken.recv().await.unwrap().await.unwrap()));
    }
    let (mut writer, mut reader) = (kept.pop().unwrap(), kept.pop().unwrap());
    let reads = tokio::spawn(async move { reader.read(&mut [0]).await });
    let writes = tokio::spawn(async move { writer.write_all(&vec![0; 1 << 20]).await });
    let began = Instant::now();
    http.shut_down().await;
    assert_eq!(began.elapsed().as_secs(), 5);
    assert!(reads.await.unwrap().is_err() && writes.await.unwrap().is_err());
    assert!(kept[0].read(&mut [0]).await.is_err() && kept[0].write(&[0]).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn slow_reader_of_an_upgraded_stream_is_waited_for() {
    let (takes, mut taken) = mpsc::channel(1);
    let http = Http::serve(Server::new().route(Echo).fallback(Takes(takes)));
    let mut stream = http.dial().await;
    stream.write_all(OTHER).await.unwrap();
    head(&mut stream).await;
    let mut theirs = TokioIo::new(taken.recv().await.unwrap().await.unwrap());
    let writes = tokio::spawn(async move { theirs.write_all(&vec![7; 1 << 18]).await });
    // Much longer than `handshake_timeout`.
    sleep(Duration::from_secs(601)).await;
    let mut read = vec![0; 1 << 18];
    stream.read_exact(&mut read).await.unwrap();
    assert!(read.iter().all(|byte| *byte == 7));
    writes.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn upgrade_that_the_fallback_drops_ends_the_stream() {
    let (takes, mut taken) = mpsc::channel(1);
    let http = Http::serve(Server::new().route(Echo).fallback(Takes(takes)).max_connections(1));
    for wait in [false, true] {
        let mut stream = http.dial().await;
        stream.write_all(OTHER).await.unwrap();
        let upgrade = taken.recv().await.unwrap();
        if wait {
            drop(upgrade.await.unwrap());
        } else {
            drop(upgrade);
        }
        assert!(rest(stream).await.starts_with("HTTP/1.1 101 "));
        sleep(Duration::from_secs(1)).await;
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn fallback_may_proxy_to_another_server() {
    /// A reverse proxy: sends the request on, and then the bytes of both sides.
    #[derive(Clone)]
    struct Proxy(std::sync::Arc<Http>);

    impl Service<Request<Body>> for Proxy {
        type Response = http::Response<String>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, mut request: Request<Body>) -> Self::Future {
            let (upgrade, behind) = (request.extensions_mut().remove::<OnUpgrade>().unwrap(), self.0.clone());
            Box::pin(async move {
                let mut upstream = behind.dial().await;
                let answer = shake(&mut upstream, request.uri().path()).await;
                tokio::spawn(async move {
                    let mut downstream = TokioIo::new(upgrade.await.unwrap());
                    let _ = copy_bidirectional(&mut downstream, &mut upstream).await;
                });
                let mut response = http::Response::new(String::new());
                *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                for line in answer.lines().skip(1).take_while(|line| !line.is_empty()) {
                    let (name, value) = line.split_once(": ").unwrap();
                    response.headers_mut().insert(
                        http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                        value.parse().unwrap(),
                    );
                }
                Ok(response)
            })
        }
    }

    let behind = std::sync::Arc::new(Http::serve(Server::new().route(Inner)));
    let front = Http::serve(Server::new().route(Echo).fallback(Proxy(behind.clone())));
    let mut stream = front.dial().await;
    let head = shake(&mut stream, "/inner").await;
    assert!(head.contains("Sec-WebSocket-Accept: ") || head.contains("sec-websocket-accept: "), "{head}");
    assert_eq!(exchange(&mut stream, "through").await, "through");
    behind.handle.shutdown();
    assert_eq!(closed(&mut stream).await, 1001, "the close frame of the server behind");
    front.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn mounted_service_works_behind_another_server() {
    let inner = Server::new().route(Inner).into_service().unwrap();
    let router = Router::new().route_service("/inner", inner.clone());
    let http = Http::serve(Server::new().route(Echo).fallback(router));
    let mut stream = http.dial().await;
    shake(&mut stream, "/inner").await;
    assert_eq!(exchange(&mut stream, "hello").await, "hello");
    inner.handle().shutdown();
    assert_eq!(closed(&mut stream).await, 1001);
    assert!(timeout(Duration::from_secs(1), http.shut_down()).await.is_ok());
}
