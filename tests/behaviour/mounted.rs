//! Routes mounted into a server on hyper.

use std::{net::SocketAddr, time::Duration};

use http::{Request, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncWriteExt, DuplexStream, duplex},
    runtime::Handle as Runtime,
    time::sleep,
};
use tower_service::Service;
use ws_runtime::{
    Close, Closed, Handshake, Server, Socket,
    server::{ServeError, StartErrors, WsService},
    ws_route,
};

use crate::{
    logs::Logged,
    support::{Journal, closed, echo, exchange, frame, handshake, head, host, rest, shake},
};

echo!(Echo, "/echo", String);

/// Records what its handlers see.
pub(crate) struct Room(pub(crate) Journal);

#[ws_route("/rooms/{name}", body = String, response = String)]
impl Room {
    fn before_handle(&self, request: &Handshake<Self>) {
        let user = request.extensions().get::<User>().map_or("nobody", |user| user.0);
        let from = request.remote_addr().map_or("nowhere".to_owned(), |address| address.to_string());
        let takes = request.extensions().get::<OnUpgrade>().is_some();
        assert!(!takes, "a handler could take the stream away");
        self.0.note(format!("{user} from {from} to {}", request.params().name));
    }

    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    fn message(&self, ws: &Socket<Self>, text: String) -> String {
        let _ = ws.publish("all", &text);
        text
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

/// What a layer in front found out.
#[derive(Clone)]
struct User(&'static str);

pub(crate) fn mount(server: Server) -> WsService {
    server.into_service().unwrap_or_else(|errors| panic!("{errors}"))
}

/// Adds an extension to each request.
#[derive(Clone)]
struct With<S, T>(S, T);

impl<S: Service<Request<B>>, B, T: Clone + Send + Sync + 'static> Service<Request<B>> for With<S, T> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.1.clone());
        self.0.call(request)
    }
}

pub(crate) async fn open(service: &WsService, target: &str) -> DuplexStream {
    let mut stream = host(service.clone());
    let head = shake(&mut stream, target).await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    stream
}

pub(crate) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

#[tokio::test(start_paused = true)]
async fn mounted_route_answers_like_a_listening_one() {
    let service = mount(Server::new().route(Echo));
    let mut stream = host(service.clone());
    let head = shake(&mut stream, "/echo").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    // The example of RFC 6455 §1.3, and the spelling that some clients compare.
    assert!(head.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{head}");
    assert!(head.contains("\r\nConnection: Upgrade\r\n") && !head.contains("ontent-"), "{head}");
    assert_eq!(exchange(&mut stream, "hello").await, "hello");
    stream.write_all(&frame(0x88, [0x03, 0xe8])).await.unwrap();
    assert!(rest(stream).await.ends_with("\u{2}\u{3}\u{fffd}"), "the close frame is answered");
    for (request, code) in [
        (handshake("/other"), "404"),
        ("GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "426"),
        (handshake("/echo").replace("GET", "POST"), "405"),
        (handshake("/echo").replace(": 13", ": 8"), "426"),
        (handshake("/echo").replace("Key: d", "Key: "), "400"),
        (handshake("/echo").replace("\r\n\r\n", "\r\nOrigin: http://elsewhere\r\n\r\n"), "403"),
        (handshake(&format!("/echo?{}", "x".repeat(17_000))), "414"),
    ] {
        let mut stream = host(service.clone());
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(stream).await;
        assert_eq!(status(&answer), code, "{request}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn frames_sent_with_the_handshake_are_kept() {
    let service = mount(Server::new().route(Echo));
    let mut stream = host(service.clone());
    let bytes = [handshake("/echo").as_bytes(), &frame(0x81, "early"), &frame(0x81, "next")].concat();
    stream.write_all(&bytes).await.unwrap();
    head(&mut stream).await;
    assert_eq!(crate::support::receive(&mut stream).await, (1, b"early".to_vec()));
    assert_eq!(crate::support::receive(&mut stream).await, (1, b"next".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn tasks_begin_with_the_first_handshake() {
    let tasks = || Runtime::current().metrics().num_alive_tasks();
    let service = mount(Server::new().route(Room(Journal::default())));
    let handle = service.handle();
    let room = handle.channel::<Room>().expect("channels work at once");
    assert_eq!((handle.listening().await, handle.local_addr()), (None, None));
    assert_eq!(tasks(), 0);
    let mut plain = host(service.clone());
    plain.write_all(b"GET /rooms/a HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    rest(plain).await;
    assert_eq!(tasks(), 0);
    let mut stream = open(&service, "/rooms/a").await;
    assert!(tasks() > 1);
    let _ = room.publish("all", "from outside");
    assert_eq!(crate::support::receive(&mut stream).await, (1, b"from outside".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn extensions_of_layers_are_visible_in_before_handle() {
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    let mut stream = host(With(service.clone(), User("ada")));
    shake(&mut stream, "/rooms/tea").await;
    let mut stream = host(service);
    shake(&mut stream, "/rooms/tea").await;
    assert_eq!(journal.take(), ["ada from nowhere to tea", "nobody from nowhere to tea"]);
}

#[derive(Clone)]
struct Peer(SocketAddr);

fn peer(address: &str) -> Peer {
    Peer(address.parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn peer_from_finds_the_address_of_the_peer() {
    let (logged, _guard) = Logged::watch();
    let journal = Journal::default();
    let server = || Server::new().route(Room(journal.clone()));
    let found = |server: Server| {
        let server = server.peer_from(|extensions| {
            let peer = extensions.get::<Peer>()?.0;
            assert_ne!(peer.port(), 666, "a mistake of the application");
            Some(peer)
        });
        mount(server)
    };
    for (service, peer, from) in [
        (found(server()), Some(peer("192.0.2.7:80")), "192.0.2.7:80"),
        (found(server()), Some(peer("[2001:db8::1]:9")), "[2001:db8::1]:9"),
        (found(server()), Some(peer("192.0.2.7:666")), "nowhere"),
        (found(server()), None, "nowhere"),
        (mount(server()), Some(peer("192.0.2.7:80")), "nowhere"),
        (found(server().trusted_proxies(["192.0.2.7"])), Some(peer("192.0.2.7:80")), "203.0.113.5:0"),
        (found(server().trusted_proxies(["192.0.2.8"])), Some(peer("192.0.2.7:80")), "192.0.2.7:80"),
    ] {
        let request = handshake("/rooms/a").replace("\r\n\r\n", "\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n");
        let mut stream = match peer {
            Some(peer) => host(With(service, peer)),
            None => host(service),
        };
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = head(&mut stream).await;
        assert_eq!(status(&head), "101", "{head}");
        drop(stream);
        sleep(Duration::from_secs(1)).await;
        let entered: Vec<_> = journal.take().into_iter().filter(|line| line.contains(" to a")).collect();
        assert_eq!(entered, [format!("nobody from {from} to a")]);
    }
    let panics: Vec<_> = logged.take().into_iter().filter(|line| line.contains("`peer_from`")).collect();
    assert_eq!(panics.len(), 1, "{panics:?}");
}

#[tokio::test(start_paused = true)]
async fn connections_are_counted_from_their_handshake() {
    let mut stream;
    let limited = |server: Server| mount(server.route(Echo).peer_from(|from| Some(from.get::<Peer>()?.0)));
    let all = limited(Server::new().max_connections(1));
    let each = limited(Server::new().max_connections_per_address(1));
    for (service, other_address) in [(all, "503"), (each, "101")] {
        // Neither a plain request nor a refused handshake keeps a permit.
        for request in ["GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", &handshake("/other")] {
            stream = host(With(service.clone(), peer("192.0.2.1:1")));
            stream.write_all(request.as_bytes()).await.unwrap();
            rest(stream).await;
        }
        // A client that goes before its 101 is written does not either.
        drop(host(With(service.clone(), peer("192.0.2.1:1"))));
        let mut first = host(With(service.clone(), peer("192.0.2.1:1")));
        assert_eq!(status(&shake(&mut first, "/echo").await), "101");
        let mut second = host(With(service.clone(), peer("192.0.2.1:2")));
        let refused = shake(&mut second, "/echo").await;
        assert_eq!(status(&refused), "503", "{refused}");
        assert!(refused.contains("\r\nRetry-After: 1\r\n"), "{refused}");
        let mut third = host(With(service.clone(), peer("192.0.2.2:1")));
        assert_eq!(status(&shake(&mut third, "/echo").await), other_address);
        drop((first, third));
        sleep(Duration::from_secs(1)).await;
        let mut fourth = host(With(service.clone(), peer("192.0.2.1:3")));
        assert_eq!(status(&shake(&mut fourth, "/echo").await), "101");
    }
}

/// Calls the service without a host.
pub(crate) async fn call(service: &WsService, target: &str) -> (StatusCode, String) {
    let request = Request::get(target)
        .header("host", "localhost")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let response = service.clone().call(request.body(()).unwrap()).await.unwrap();
    let status = response.status();
    let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    (status, String::from_utf8(body.into()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn request_without_an_upgrade_gets_500() {
    let (logged, _guard) = Logged::watch();
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    let (status, body) = call(&service, "/rooms/a").await;
    assert_eq!(status, 500);
    assert!(!body.contains("pgrade"), "the peer cannot mend it: {body}");
    let lines = logged.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("ERROR") && lines[0].contains("upgrade"), "{lines:?}");
    assert_eq!(journal.take(), [""; 0], "no handler was called");
    // Other mistakes are those of the client.
    let plain = service.clone().call(Request::get("/rooms/a").body(()).unwrap()).await.unwrap();
    assert_eq!(plain.status(), 426);
    assert_eq!(call(&service, "/other").await.0, 404);
    let post = Request::post("/rooms/a").body("a body of another type").unwrap();
    assert_eq!(service.clone().call(post).await.unwrap().status(), 405);
    assert_eq!(logged.take(), [""; 0]);
    service.handle().shutdown();
    assert_eq!(service.handle().ended().await.forced, 0);
}

#[tokio::test(start_paused = true)]
async fn host_that_serves_no_upgrades_is_logged() {
    let (logged, _guard) = Logged::watch();
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())).max_connections(1));
    for _ in 0..2 {
        let (mut stream, theirs) = duplex(4096);
        let hyper = hyper_util::service::TowerToHyperService::new(service.clone());
        let connection =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(theirs), hyper);
        tokio::spawn(connection);
        assert_eq!(status(&shake(&mut stream, "/rooms/a").await), "101");
        sleep(Duration::from_secs(1)).await;
        let lines = logged.take();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("with_upgrades"), "{lines:?}");
        // `close` was called, and the permit is free again.
        let ended = journal.take();
        assert_eq!(ended.len(), 2, "{ended:?}");
        assert!(ended[1].contains("not clean"), "{ended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn client_that_leaves_before_its_101_is_not_logged() {
    let (logged, _guard) = Logged::watch();
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    // A stream that takes nothing of the 101.
    let (mut stream, theirs) = duplex(1);
    let hyper = hyper_util::service::TowerToHyperService::new(service.clone());
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(theirs), hyper)
        .with_upgrades();
    let connection = tokio::spawn(connection);
    stream.write_all(handshake("/rooms/a").as_bytes()).await.unwrap();
    sleep(Duration::from_secs(9)).await;
    assert_eq!(journal.take(), ["nobody from nowhere to a"]);
    // It has `handshake_timeout` for that.
    sleep(Duration::from_secs(2)).await;
    assert_eq!(journal.take().len(), 1);
    assert!(!connection.is_finished());
    drop(stream);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(logged.take().iter().filter(|line| !line.starts_with("DEBUG")).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn service_that_cannot_start_lists_all_mistakes() {
    let errors = Server::new()
        .route(Echo)
        .route(Echo)
        .max_headers(0)
        .fallback(mount(Server::new().route(Echo)))
        .shutdown_on(async {})
        .shutdown_timeout(Duration::from_secs(3))
        .shutdown_spread(Duration::from_secs(3))
        .into_service()
        .expect_err("it has mistakes");
    let said = errors.to_string();
    for part in [
        "`/echo` is added twice",
        "`max_headers`",
        "`fallback`",
        "`shutdown_on`",
        "`shutdown_spread` cannot be 3s",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!((errors.len(), errors.iter().count()), (5, 5));
    let told: Vec<String> = errors.into_iter().map(|error| error.to_string()).collect();
    assert_eq!(told.len(), 5);
    // A listening server has the same list.
    let ServeError::Start(errors) = Server::new().max_headers(0).listen("127.0.0.1:0").await.unwrap_err()
    else {
        panic!("it cannot be started");
    };
    let errors: StartErrors = errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors.to_string(),
        ServeError::from(Server::new().max_headers(0).into_service().unwrap_err()).to_string()
    );
}

#[tokio::test(start_paused = true)]
async fn addresses_without_peer_from_are_warned_about() {
    let (logged, _guard) = Logged::watch();
    let warned = |server: Server| {
        drop(mount(server.route(Echo)));
        logged.take().iter().filter(|line| line.contains("`peer_from`")).count()
    };
    assert_eq!(warned(Server::new()), 0);
    assert_eq!(warned(Server::new().max_connections(5)), 0);
    assert_eq!(warned(Server::new().max_connections_per_address(5)), 1);
    assert_eq!(warned(Server::new().trusted_proxies(["10.0.0.0/8"])), 1);
    assert_eq!(warned(Server::new().trusted_proxies(["10.0.0.0/8"]).peer_from(|_| None)), 0);
}

#[tokio::test(start_paused = true)]
async fn rejection_by_a_close_frame_works_when_mounted() {
    struct Picky;
    #[ws_route("/picky", response = String)]
    impl Picky {
        fn before_handle(&self) -> Result<(), Close> {
            Err(Close::new(4001, "no"))
        }
    }

    let service = mount(Server::new().route(Picky));
    let mut stream = open(&service, "/picky").await;
    assert_eq!(closed(&mut stream).await, 4001);
}
