//! Routes mounted into an axum application.

use std::{future::IntoFuture, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, MatchedPath, OriginalUri, Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{Next, from_fn},
    response::Response,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::CorsLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use ws_runtime::{
    Closed, Handle, Handshake, Reject, Server, Socket, SubscribeError, server::WsService, ws_route,
};

use crate::support::{Journal, closed, echo, exchange, frame, handshake, head, host, receive, rest, shake};

echo!(Echo, "/echo", String);
echo!(Root, "/", String);

struct Chat(Journal);

#[ws_route("/chat/{room}", body = String, response = String)]
impl Chat {
    async fn before_handle(&self, request: &Handshake<Self>) {
        match &*request.params().room {
            "panic" => panic!("a handler panics"),
            "wait" => sleep(Duration::from_secs(8)).await,
            _ => {}
        }
        let extensions = request.extensions();
        let id = extensions.get::<RequestId>().map(|id| id.header_value().to_str().unwrap().to_owned());
        let user = extensions.get::<User>().map_or("", |user| &user.0);
        let from = request.remote_addr().map(|address| address.ip().to_string());
        self.0.note(format!(
            "{}{}",
            request.params().room,
            id.as_deref().map_or(String::new(), |id| format!(" {id}"))
        ));
        for detail in [Some(user.to_owned()), from].into_iter().flatten().filter(|detail| !detail.is_empty())
        {
            self.0.note(detail);
        }
    }

    fn open(&self, ws: &Socket<Self>) -> Result<(), SubscribeError> {
        self.0.note("open");
        ws.subscribe(&ws.params().room)?;
        Ok(())
    }

    fn message(&self, text: String) -> String {
        text
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

#[derive(Clone)]
struct User(String);

/// A layer that authenticates.
async fn session(mut request: Request, next: Next) -> Response {
    if let Some(user) = request.headers().get("x-user").and_then(|user| user.to_str().ok()).map(str::to_owned)
    {
        request.extensions_mut().insert(User(user));
    }
    next.run(request).await
}

fn mount(journal: &Journal) -> WsService {
    let server = Server::new().route(Chat(journal.clone())).route(Echo).route(Root);
    server
        .peer_from(|extensions| Some(extensions.get::<ConnectInfo<SocketAddr>>()?.0))
        .into_service()
        .unwrap()
}

async fn opened(app: &Router, target: &str) -> DuplexStream {
    let mut stream = host(app.clone());
    let head = shake(&mut stream, target).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{target}: {head}");
    stream
}

async fn status(app: &Router, target: &str) -> String {
    let mut stream = host(app.clone());
    let head = shake(&mut stream, target).await;
    head.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn layers_in_front_do_not_disturb_a_socket() {
    let journal = Journal::default();
    let app = Router::new()
        .route("/page", get(|| async { "a page that is long enough to be compressed, which takes 32 bytes" }))
        .route_service("/chat/{room}", mount(&journal))
        .layer(from_fn(session))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(5)))
        .layer(CompressionLayer::new())
        .layer(CorsLayer::permissive())
        .layer(TraceLayer::new_for_http())
        .layer(CatchPanicLayer::new());
    let ask = |target: &str| {
        let more = "\r\nX-User: ada\r\nX-Request-Id: 42\r\nAccept-Encoding: gzip\r\n\r\n";
        handshake(target).replace("\r\n\r\n", more)
    };
    let mut stream = host(app.clone());
    stream.write_all(ask("/chat/tea").as_bytes()).await.unwrap();
    let answer = head(&mut stream).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 101 "), "{answer}");
    for line in ["x-request-id: 42", "access-control-allow-origin: *", "sec-websocket-accept: "] {
        assert!(answer.contains(line), "{line}: {answer}");
    }
    for line in ["content-encoding", "content-length", "transfer-encoding"] {
        assert!(!answer.contains(line), "{line}: {answer}");
    }
    assert_eq!(journal.take(), ["tea 42", "ada", "open"]);
    // The timeout is one for the response, not for the socket.
    sleep(Duration::from_secs(59)).await;
    assert_eq!(receive(&mut stream).await.0, 9, "a ping");
    assert_eq!(receive(&mut stream).await.0, 9, "the next one");
    drop(stream);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(journal.take().len(), 1);
    // Each layer does its work for other answers of the route too.
    for (target, code) in [("/chat/wait", "408"), ("/chat/panic", "500"), ("/page", "200")] {
        let mut stream = host(app.clone());
        stream.write_all(ask(target).as_bytes()).await.unwrap();
        let answer = head(&mut stream).await.to_lowercase();
        assert_eq!(answer.split(' ').nth(1), Some(code), "{answer}");
        if code != "408" {
            assert!(answer.contains("x-request-id: 42"), "{answer}");
        }
    }
    sleep(Duration::from_secs(59)).await;
    assert_eq!(journal.take(), [""; 0], "none of them was opened");
}

#[tokio::test(start_paused = true)]
async fn routes_match_the_path_that_the_service_sees() {
    let journal = Journal::default();
    let ws = mount(&journal);
    let inner =
        || Router::new().route_service("/chat/{room}", ws.clone()).route("/", get(|| async { "root" }));
    for (app, target, expected) in [
        (Router::new().route_service("/chat/{room}", ws.clone()), "/chat/tea", "101"),
        (Router::new().route_service("/chat/{anything}", ws.clone()), "/chat/tea", "101"),
        (Router::new().route_service("/{*rest}", ws.clone()), "/chat/tea", "101"),
        (Router::new().route_service("/api/chat/{room}", ws.clone()), "/api/chat/tea", "404"),
        (Router::new().fallback_service(ws.clone()), "/chat/tea", "101"),
        (Router::new().fallback_service(ws.clone()), "/", "101"),
        (Router::new().fallback_service(ws.clone()), "/nothing", "404"),
        (Router::new().nest_service("/api", ws.clone()), "/api/chat/tea", "101"),
        (Router::new().nest_service("/api", ws.clone()), "/chat/tea", "404"),
        (Router::new().nest_service("/api", ws.clone()), "/api/api/chat/tea", "404"),
        (Router::new().nest_service("/api", ws.clone()), "/api", "101"),
        (Router::new().nest_service("/api", ws.clone()), "/api/", "101"),
        (Router::new().nest_service("/{tenant}/v1", ws.clone()), "/acme/v1/chat/tea", "101"),
        (Router::new().nest("/api", inner()), "/api/chat/tea", "101"),
        (Router::new().nest("/a", Router::new().nest("/b", inner())), "/a/b/chat/tea?x=1", "101"),
        (Router::new().nest("/api", Router::new().fallback_service(ws.clone())), "/api/chat/tea", "101"),
        (Router::new().merge(inner()), "/chat/tea", "101"),
        (inner().fallback_service(ws.clone()), "/echo", "101"),
    ] {
        assert_eq!(status(&app, target).await, expected, "{target}");
        sleep(Duration::from_secs(1)).await;
        let entered: Vec<_> = journal.take().into_iter().take(1).collect();
        let captured = target.contains("tea") && expected == "101";
        assert_eq!(entered, ["tea"][..usize::from(captured)], "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn extensions_of_the_router_are_visible() {
    struct Sees;
    #[ws_route("/sees", response = String)]
    impl Sees {
        async fn before_handle(&self, request: &Handshake<Self>) -> Result<String, Reject> {
            let extensions = request.extensions();
            let matched = extensions.get::<MatchedPath>().map_or("", |path| path.as_str());
            let original = extensions.get::<OriginalUri>().map(|uri| uri.0.to_string()).unwrap_or_default();
            Ok(format!("{matched} {original} {}", request.uri()))
        }

        fn open(&self, ws: &Socket<Self>) -> String {
            ws.data().clone()
        }
    }

    let ws = Server::new().route(Sees).into_service().unwrap();
    let app = Router::new().nest("/api", Router::new().route_service("/sees", ws));
    let mut stream = opened(&app, "/api/sees?a=b").await;
    let (_, seen) = receive(&mut stream).await;
    assert_eq!(String::from_utf8(seen).unwrap(), "/api/sees /api/sees?a=b /sees?a=b");
}

#[tokio::test(start_paused = true)]
async fn rest_handlers_publish_into_rooms() {
    async fn say(State(handle): State<Handle>, text: String) -> Result<String, StatusCode> {
        let chat = handle.channel::<Chat>().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        Ok(chat.publish("tea", &text).receivers().to_string())
    }

    let ws = mount(&Journal::default());
    let app =
        Router::new().route("/say", post(say)).with_state(ws.handle()).route_service("/chat/{room}", ws);
    let say = |text: &str| {
        let stream = host(app.clone());
        let length = text.len();
        let request = format!(
            "POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
        );
        async move {
            let mut stream = stream;
            stream.write_all(request.as_bytes()).await.unwrap();
            rest(stream).await.split_once("\r\n\r\n").unwrap().1.to_owned()
        }
    };
    assert_eq!(say("nobody is there").await, "0");
    let (mut ada, mut bob) = (opened(&app, "/chat/tea").await, opened(&app, "/chat/tea").await);
    let _cleo = opened(&app, "/chat/milk").await;
    assert_eq!(say("hello").await, "2");
    for stream in [&mut ada, &mut bob] {
        assert_eq!(receive(stream).await, (1, b"hello".to_vec()));
    }
}

#[tokio::test(start_paused = true)]
async fn response_that_a_layer_replaces_ends_the_socket() {
    async fn replace(request: Request, next: Next) -> Response {
        let response = next.run(request).await;
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        let mut other = Response::new("no".into());
        *other.status_mut() = StatusCode::FORBIDDEN;
        other.headers_mut().insert("connection", HeaderValue::from_static("close"));
        other
    }

    let journal = Journal::default();
    let app = Router::new().route_service("/chat/{room}", mount(&journal)).layer(from_fn(replace));
    assert_eq!(status(&app, "/chat/tea").await, "403");
    sleep(Duration::from_secs(20)).await;
    let events = journal.take();
    assert!(events.len() == 3 && events[2].contains("not clean"), "{events:?}");
}

async fn shaken(stream: &mut TcpStream, target: &str) {
    stream.write_all(handshake(target).as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
}

#[tokio::test]
async fn axum_serves_and_stops_gracefully() {
    let journal = Journal::default();
    let ws = mount(&journal);
    let handle = ws.handle();
    let app = Router::new().route("/page", get(|| async { "page" })).route_service("/chat/{room}", ws);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopped = Arc::new(tokio::sync::Notify::new());
    let (stop, signal) = (handle.clone(), stopped.clone());
    let serving = tokio::spawn(async move {
        axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move {
                signal.notified().await;
                stop.shutdown();
            })
            .await
    });
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = TcpStream::connect(address).await.unwrap();
        shaken(&mut client, "/chat/tea").await;
        assert_eq!(exchange(&mut client, "hello").await, "hello");
        clients.push(client);
    }
    assert_eq!(journal.take()[..3], ["tea", "127.0.0.1", "open"]);
    stopped.notify_one();
    for client in &mut clients {
        assert_eq!(closed(client).await, 1001);
    }
    serving.await.unwrap().unwrap();
    let ended = handle.ended().await;
    assert_eq!((ended.clean, ended.forced), (3, 0));
    assert_eq!(journal.take().iter().filter(|line| line.contains("1001")).count(), 3);
}

/// An application that stops without a word to the service: its router is dropped.
#[tokio::test]
async fn router_dropped_by_axum_closes_the_sockets() {
    let ws = mount(&Journal::default());
    let handle = ws.handle();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(axum::serve(listener, Router::new().fallback_service(ws)).into_future());
    let mut client = TcpStream::connect(address).await.unwrap();
    shaken(&mut client, "/echo").await;
    client.write_all(&frame(0x81, "hello")).await.unwrap();
    assert_eq!(receive(&mut client).await, (1, b"hello".to_vec()));
    serving.abort();
    assert_eq!(closed(&mut client).await, 1001);
    assert_eq!(handle.ended().await.clean, 1);
}
