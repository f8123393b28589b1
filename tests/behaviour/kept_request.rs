//! `keep_request`: the request of the handshake stays with the socket.

use http::Version;
use ws_runtime::{Closed, RawRequest, Server, Socket, testing::Site, ws_route};

use crate::support::{Http, Journal, frame, handshake, rest};

/// Notes the request in each handler.
struct Keeping(Journal);

impl Keeping {
    fn note(&self, at: &str, ws: &Socket<Self>) {
        let request = ws.request();
        let agent = request.headers().get("user-agent").map_or("none", |agent| agent.to_str().unwrap());
        self.0.note(format!("{at} {} {} {:?} {agent}", request.method(), request.uri(), request.version()));
    }
}

#[ws_route("/keeping", body = String, response = String, keep_request)]
impl Keeping {
    fn transform(&self, request: &mut RawRequest) {
        assert_eq!(request.version(), Version::HTTP_11);
        request.headers_mut().remove("authorization");
        request.extensions_mut().insert("not kept");
    }

    fn open(&self, ws: &Socket<Self>) {
        assert!(!ws.request().headers().contains_key("authorization"), "a handler has removed it");
        assert!(ws.request().extensions().is_empty());
        self.note("open", ws);
    }

    async fn message(&self, ws: &Socket<Self>, text: String) -> String {
        self.note("message", ws);
        text
    }

    fn close(&self, ws: &Socket<Self>, _closed: Closed) {
        self.note("close", ws);
    }
}

#[tokio::test(start_paused = true)]
async fn request_is_kept_for_every_handler_of_a_socket() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Keeping(journal.clone())));
    let connecting = site.connect::<Keeping>("/keeping?a=%31");
    let connecting = connecting.header("user-agent", "me").header("authorization", "Bearer 42");
    let mut client = connecting.await.unwrap();
    client.send("hello").await;
    assert_eq!(client.receive().await, "hello");
    let socket = site.handle().channel::<Keeping>().unwrap().sockets().remove(0);
    drop(client);
    site.settled().await;
    let notes = ["open", "message", "close"].map(|at| format!("{at} GET /keeping?a=%31 HTTP/1.1 me"));
    assert_eq!(journal.take(), notes);
    assert_eq!(socket.request().uri(), "/keeping?a=%31", "a handle outlives its connection");
}

#[tokio::test(start_paused = true)]
async fn each_socket_keeps_its_own_request() {
    let site = Site::start(Server::new().route(Keeping(Journal::default())));
    let mut clients = Vec::new();
    for name in ["ada", "bob"] {
        let target = format!("/keeping?{name}");
        clients.push(site.connect::<Keeping>(&target).await.unwrap());
    }
    let channel = site.handle().channel::<Keeping>().unwrap();
    let mut kept: Vec<_> =
        channel.sockets().iter().map(|socket| socket.request().uri().to_string()).collect();
    kept.sort();
    assert_eq!(kept, ["/keeping?ada", "/keeping?bob"]);
}

#[tokio::test(start_paused = true)]
async fn request_from_the_network_is_kept() {
    let journal = Journal::default();
    let http = Http::serve(Server::new().route(Keeping(journal.clone())));
    let mut stream = http.dial().await;
    let head = handshake("/keeping").replace("\r\n\r\n", "\r\nUser-Agent: curl\r\n\r\n");
    let bytes = [head.as_bytes(), &frame(0x88, [0x03, 0xe8])].concat();
    tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();
    rest(stream).await;
    http.shut_down().await;
    assert_eq!(journal.take(), ["open GET /keeping HTTP/1.1 curl", "close GET /keeping HTTP/1.1 curl"]);
}

#[tokio::test(start_paused = true)]
async fn generic_route_and_shared_contract_keep_requests() {
    #[ws_runtime::ws_contract("/shared", response = String)]
    struct SharedApi;

    struct Generic<T>(T);
    #[ws_route(SharedApi, keep_request = on)]
    impl<T: std::fmt::Display> Generic<T> {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{} {}", self.0, ws.request().uri())
        }
    }

    let site = Site::start(Server::new().route(Generic(7)));
    let mut client = site.connect::<Generic<i32>>("/shared?x").await.unwrap();
    assert_eq!(client.receive().await, "7 /shared?x");
}
