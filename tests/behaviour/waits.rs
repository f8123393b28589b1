//! Every wait has a timeout and ends with its client: request bodies, handshake handlers, responses.

use std::{
    convert::Infallible,
    future::{Future, pending},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep, timeout},
};
use tower_service::Service;
use ws_runtime::{Body, Handshake, RawRequest, Reject, Server, Socket, ws_route};

use crate::{
    logs::Logged,
    support::{Http, handshake, head, rest},
};

struct Echo;

#[ws_route("/echo", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

/// A fallback that calls the given function.
#[derive(Clone)]
struct Fallback(fn(http::Request<Body>) -> Answering);

type Answering = Pin<Box<dyn Future<Output = Result<http::Response<Full<bytes::Bytes>>, Infallible>> + Send>>;

impl Service<http::Request<Body>> for Fallback {
    type Response = http::Response<Full<bytes::Bytes>>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Answering {
        (self.0)(request)
    }
}

fn reply(text: String) -> http::Response<Full<bytes::Bytes>> {
    http::Response::new(Full::new(text.into()))
}

/// Reads the body and answers with its length or with the error.
fn reads(request: http::Request<Body>) -> Answering {
    Box::pin(async {
        match request.into_body().collect().await {
            Ok(body) => Ok(reply(format!("{} bytes", body.to_bytes().len()))),
            Err(error) => Ok(reply(format!("failed: {error}"))),
        }
    })
}

/// Reads the body in another task and does not wait for it.
fn hands_over(request: http::Request<Body>) -> Answering {
    Box::pin(async {
        tokio::spawn(async { request.into_body().collect().await.map(drop) });
        pending().await
    })
}

fn ignores(_: http::Request<Body>) -> Answering {
    Box::pin(async { Ok(reply("ignored".to_owned())) })
}

const LONG: &str = "POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc";
const CHUNKED: &str =
    "POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";

#[tokio::test(start_paused = true)]
async fn stalled_request_body_gets_408() {
    const EMPTY: &str = "POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
    const EXPECTS: &str =
        "POST /up HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    const INSIDE: &str =
        "POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nff\r\nab";
    // The fallback also gets requests on the path of a route if they are not upgrades.
    const ROUTE: &str = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc";
    for (seconds, fallback) in [(30, Fallback(reads)), (30, Fallback(hands_over)), (4, Fallback(reads))] {
        for request in [LONG, CHUNKED, EMPTY, EXPECTS, INSIDE, ROUTE] {
            let mut server = Server::new().route(Echo).fallback(fallback.clone());
            if seconds != 30 {
                server = server.body_timeout(Duration::from_secs(seconds));
            }
            let http = Http::serve(server);
            let mut stream = http.dial().await;
            stream.write_all(request.as_bytes()).await.unwrap();
            let began = Instant::now();
            let mut answer = head(&mut stream).await;
            if answer.starts_with("HTTP/1.1 100 ") {
                answer = head(&mut stream).await;
            }
            assert!(answer.starts_with("HTTP/1.1 408 "), "{request}: {answer}");
            assert!(answer.to_lowercase().contains("connection: close\r\n"), "{answer}");
            assert_eq!(began.elapsed().as_secs(), seconds, "{request}");
            let ended = timeout(Duration::from_secs(10), rest(stream)).await;
            assert!(ended.is_ok(), "{request}: the connection is closed");
            http.shut_down().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_request_body_is_awaited_while_it_progresses() {
    let http = Http::serve(Server::new().route(Echo).fallback(Fallback(reads)));
    for slow in ["0123456789", "9876543210"] {
        let mut stream = http.dial().await;
        let head_of =
            "POST /up HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 10\r\n\r\n";
        stream.write_all(head_of.as_bytes()).await.unwrap();
        for byte in slow.bytes() {
            sleep(Duration::from_secs(29)).await;
            stream.write_u8(byte).await.unwrap();
        }
        assert!(rest(stream).await.ends_with("10 bytes"));
    }
    http.shut_down().await;
    // If the fallback does not read the body, the response is sent at once.
    let http = Http::serve(Server::new().route(Echo).fallback(Fallback(ignores)));
    let mut stream = http.dial().await;
    stream.write_all(LONG.as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 200 "));
    http.shut_down().await;
    // Without a timeout the body may take any time.
    let off = Server::new().route(Echo).fallback(Fallback(reads)).body_timeout(None);
    let http = Http::serve(off.shutdown_timeout(Duration::ZERO));
    let mut stream = http.dial().await;
    stream.write_all(LONG.as_bytes()).await.unwrap();
    assert!(timeout(Duration::from_secs(3600), head(&mut stream)).await.is_err());
    http.shut_down().await;
}

/// A route that waits forever in one of its handshake handlers, and counts how often the handler was called and
/// dropped.
#[derive(Clone, Default)]
struct Stuck {
    began: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Stuck {
    async fn wait(&self) {
        self.began.fetch_add(1, Ordering::Relaxed);
        let _guard = Guard(Arc::clone(&self.dropped));
        pending::<()>().await;
    }
}

#[ws_route("/stuck/{at}")]
impl Stuck {
    async fn transform(&self, request: &mut RawRequest) {
        if request.uri().path().ends_with("transform") {
            self.wait().await;
        }
    }

    async fn protocol(&self, handshake: &Handshake<Self>) -> Option<&'static str> {
        if handshake.params().at == "protocol" {
            self.wait().await;
        }
        None
    }

    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<(), Reject> {
        if handshake.params().at == "before_handle" {
            self.wait().await;
        }
        Ok(())
    }

    async fn upgrade(&self, handshake: &Handshake<Self>) -> ws_runtime::HeaderMap {
        if handshake.params().at == "upgrade" {
            self.wait().await;
        }
        ws_runtime::HeaderMap::new()
    }

    fn open(&self, _: &Socket<Self>) {}
}

#[tokio::test(start_paused = true)]
async fn handshake_handlers_are_dropped_when_their_client_disconnects() {
    for at in ["transform", "protocol", "before_handle", "upgrade"] {
        // The server notices a disconnect even if unread frames follow the handshake.
        for early in [0, 1, 100, 3000] {
            let stuck = Stuck::default();
            let http = Http::serve(Server::new().route(stuck.clone()));
            let mut stream = http.dial().await;
            let request = [handshake(&format!("/stuck/{at}")).into_bytes(), vec![b'x'; early]].concat();
            stream.write_all(&request).await.unwrap();
            sleep(Duration::from_millis(1)).await;
            assert_eq!(stuck.began.load(Ordering::Relaxed), 1);
            assert_eq!(stuck.dropped.load(Ordering::Relaxed), 0, "{at}: while the client waits");
            drop(stream);
            sleep(Duration::from_millis(1)).await;
            assert_eq!(stuck.dropped.load(Ordering::Relaxed), 1, "{at}: {early} bytes early");
            http.shut_down().await;
        }
    }
}

/// Frames that arrive in parts while a handshake handler runs are not lost.
#[tokio::test(start_paused = true)]
async fn early_frames_survive_a_slow_handshake() {
    struct Slow;
    #[ws_route("/slow", body = String, response = String)]
    impl Slow {
        async fn before_handle(&self) {
            sleep(Duration::from_secs(2)).await;
        }

        fn message(&self, text: String) -> String {
            text
        }
    }
    let http = Http::serve(Server::new().route(Slow));
    let mut stream = http.dial().await;
    let frame = |text: &str| crate::support::frame(0x81, text);
    let [one, two] = [frame("one"), frame("two")];
    let request = [handshake("/slow").as_bytes(), &one, &two[..3]].concat();
    stream.write_all(&request).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    stream.write_all(&two[3..]).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    let mut said = [0; 10];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"\x81\x03one\x81\x03two");
    drop(stream);
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn fallback_is_dropped_when_its_client_disconnects() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    fn waits(request: http::Request<Body>) -> Answering {
        Box::pin(async move {
            struct Counts;
            impl Drop for Counts {
                fn drop(&mut self) {
                    DROPPED.fetch_add(1, Ordering::Relaxed);
                }
            }
            let (_guard, _request) = (Counts, request);
            pending().await
        })
    }
    let http = Http::serve(Server::new().route(Echo).fallback(Fallback(waits)));
    for (at, request) in
        ["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /echo HTTP/1.0\r\n\r\n"].into_iter().enumerate()
    {
        let mut stream = http.dial().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(DROPPED.load(Ordering::Relaxed), at);
        drop(stream);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(DROPPED.load(Ordering::Relaxed), at + 1, "{request}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn idle_streams_are_closed() {
    let server = || Server::new().route(Echo).fallback(Fallback(ignores));
    // The requests leave a connection idle after a complete exchange, in the middle of a head, and before the first
    // byte.
    for request in ["GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHo", ""] {
        let http = Http::serve(server());
        let mut stream = http.dial().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let began = Instant::now();
        let ended = timeout(Duration::from_secs(60), rest(stream)).await;
        assert!(ended.is_ok(), "{request:?}");
        assert_eq!(began.elapsed().as_secs(), 10, "{request:?}");
        http.shut_down().await;
    }
    // The body of this handshake never arrives.
    let http = Http::serve(server());
    let request = handshake("/echo").replace("Host:", "Content-Length: 5\r\nHost:");
    let mut stream = http.dial().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let answered = timeout(Duration::from_secs(60), head(&mut stream)).await;
    assert!(answered.is_ok(), "{answered:?}");
    drop(stream);
    http.shut_down().await;
}

/// Panics before it returns a future, in its first poll, or after it has waited.
#[tokio::test(start_paused = true)]
async fn panic_of_the_fallback_is_answered_with_500() {
    let at_once: fn(http::Request<Body>) -> Answering = |_| panic!("in `call`\nand below");
    let polled: fn(http::Request<Body>) -> Answering = |_| Box::pin(async { panic!("in `poll`") });
    let later: fn(http::Request<Body>) -> Answering = |_| {
        Box::pin(async {
            sleep(Duration::from_secs(1)).await;
            panic!("later")
        })
    };
    for (fallback, text) in [(at_once, r"in `call`\nand below"), (polled, "in `poll`"), (later, "later")] {
        let (logged, _guard) = Logged::watch();
        let http = Http::serve(Server::new().route(Echo).fallback(Fallback(fallback)));
        let answer = http.ask("GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 500 "), "{text}: {answer}");
        let logged = logged.take();
        let expected = format!("ERROR message=the fallback service panicked panic={text}");
        assert!(logged.contains(&expected), "{text}: {logged:?}");
        http.shut_down().await;
    }
}
