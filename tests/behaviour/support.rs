//! Shared helpers: a journal of events, hand-written frames, and HTTP over an in-memory listener.

use std::{
    convert::Infallible,
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use hyper::body::Incoming;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex},
    sync::mpsc,
    task::JoinHandle,
};
use ws_runtime::{
    BoxError, Closed, Endpoint, Handle, Listener, ServeError, Server,
    testing::{Client, Event},
};

/// A record of the events in handlers, in order. Clones share the record.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("no test panics while it holds this").push(what.into());
    }

    /// Records how a connection ended, as in `1000 "bye" by Remote, clean`.
    pub(crate) fn note_end(&self, closed: &Closed) {
        let code = closed.code.map_or("no code".to_owned(), |code| code.to_string());
        let clean = if closed.clean { "clean" } else { "not clean" };
        self.note(format!("{code} {:?} by {:?}, {clean}", closed.reason.as_str(), closed.by));
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics while it holds this"))
    }
}

/// A message with one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct Note {
    pub(crate) message: String,
}

impl Note {
    pub(crate) fn new(message: &str) -> Self {
        Self { message: message.to_owned() }
    }
}

/// Returns a client frame of at most 125 bytes. `first` is FIN (`0x80`) and the opcode. The mask is zero.
pub(crate) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u8::try_from(payload.len()).expect("a test's frames are short");
    assert!(length <= 125, "a test's frames are short");
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

/// A server that accepts in-memory streams and speaks HTTP on them.
pub(crate) struct Http {
    dial: mpsc::Sender<(Theirs, Option<SocketAddr>)>,
    pub(crate) handle: Handle,
    serving: JoinHandle<Result<(), ServeError>>,
}

struct InMemory(mpsc::Receiver<(Theirs, Option<SocketAddr>)>);

impl Listener for InMemory {
    type Io = Theirs;

    async fn accept(&mut self) -> io::Result<(Theirs, Option<SocketAddr>)> {
        match self.0.recv().await {
            Some(accepted) => Ok(accepted),
            None => std::future::pending().await,
        }
    }
}

impl Http {
    pub(crate) fn serve(server: Server) -> Self {
        let (dial, accepted) = mpsc::channel(1);
        let handle = server.handle();
        Self { dial, handle, serving: tokio::spawn(server.serve(InMemory(accepted))) }
    }

    pub(crate) async fn dial(&self) -> DuplexStream {
        self.dial_from([192, 0, 2, 1]).await
    }

    pub(crate) async fn dial_from(&self, address: impl Into<IpAddr>) -> DuplexStream {
        let (ours, stream) = duplex(64 * 1024);
        self.accept(Some(address.into()), Theirs { stream, notice: None }).await;
        ours
    }

    /// Connects as a peer without an address.
    pub(crate) async fn dial_from_nowhere(&self) -> DuplexStream {
        let (ours, stream) = duplex(64 * 1024);
        self.accept(None, Theirs { stream, notice: None }).await;
        ours
    }

    /// Connects over a stream that buffers `holds` bytes in each direction. `notice` is called just before the server
    /// writes its first byte.
    pub(crate) async fn dial_noticed(
        &self,
        holds: usize,
        notice: impl FnOnce() + Send + 'static,
    ) -> DuplexStream {
        let (ours, stream) = duplex(holds);
        self.accept(Some([192, 0, 2, 1].into()), Theirs { stream, notice: Some(Box::new(notice)) }).await;
        ours
    }

    async fn accept(&self, address: Option<IpAddr>, stream: Theirs) {
        let accepted = (stream, address.map(|address| SocketAddr::new(address, 4242)));
        self.dial.send(accepted).await.expect("the server accepts");
    }

    /// Sends a request and returns the output of the server up to the end of the stream.
    pub(crate) async fn ask(&self, head: &str) -> String {
        let mut stream = self.dial().await;
        stream.write_all(head.as_bytes()).await.expect("the server reads");
        rest(stream).await
    }

    /// Drops the future that serves.
    pub(crate) async fn abort(self) {
        self.serving.abort();
        assert!(self.serving.await.is_err_and(|error| error.is_cancelled()));
    }

    pub(crate) async fn shut_down(self) {
        self.handle.shutdown();
        self.serving.await.expect("it does not panic").expect("it was started");
    }
}

/// Serves one stream by a tower service over HTTP/1.1 with upgrades, as hyper does for axum.
pub(crate) fn host<S, B>(service: S) -> DuplexStream
where
    S: tower_service::Service<http::Request<Incoming>, Response = http::Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let (ours, theirs) = duplex(64 * 1024);
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(theirs), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::spawn(connection);
    ours
}

/// Sends a valid handshake and returns the head of the response.
pub(crate) async fn shake(stream: &mut DuplexStream, target: &str) -> String {
    stream.write_all(handshake(target).as_bytes()).await.expect("the server reads");
    head(stream).await
}

/// Reads a frame of at most 125 bytes: its opcode and payload.
pub(crate) async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> (u8, Vec<u8>) {
    let opcode = stream.read_u8().await.expect("the server sends a frame") & 0x0f;
    let mut payload = vec![0; usize::from(stream.read_u8().await.expect("a frame has a length"))];
    stream.read_exact(&mut payload).await.expect("a frame is whole");
    (opcode, payload)
}

/// Sends a text and reads the reply, which is a text too.
pub(crate) async fn exchange(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), text: &str) -> String {
    stream.write_all(&frame(0x81, text)).await.expect("the server reads");
    let (opcode, reply) = receive(stream).await;
    assert_eq!(opcode, 1, "{reply:?}");
    String::from_utf8(reply).expect("it is text")
}

/// Reads a close frame, answers it, and waits for the end of the stream. Returns the code.
pub(crate) async fn closed(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> u16 {
    let (opcode, payload) = receive(stream).await;
    assert_eq!(opcode, 8, "{payload:?}");
    let code = [payload[0], payload[1]];
    stream.write_all(&frame(0x88, code)).await.expect("the server reads");
    assert_eq!(stream.read(&mut [0]).await.expect("it ends"), 0, "nothing follows a close frame");
    u16::from_be_bytes(code)
}

/// The server's end of a stream, which calls `notice` once.
struct Theirs {
    stream: DuplexStream,
    /// Is called just before the first byte is written; `None` afterwards.
    notice: Option<Box<dyn FnOnce() + Send>>,
}

impl AsyncRead for Theirs {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Theirs {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(notice) = this.notice.take() {
            notice();
        }
        Pin::new(&mut this.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// Reads a stream to its end.
pub(crate) async fn rest(mut stream: DuplexStream) -> String {
    let mut bytes = Vec::new();
    // If the stream fails, the bytes that were read until then are returned.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads a response up to the end of its head.
pub(crate) async fn head(stream: &mut DuplexStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.expect("the response has a head"));
    }
    String::from_utf8(bytes).expect("heads are ASCII")
}

/// Returns the head of a valid handshake.
pub(crate) fn handshake(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// Declares a route that echoes messages.
macro_rules! echo {
    ($name:ident, $path:literal, $body:ty) => {
        struct $name;

        #[ws_runtime::ws_route($path, body = $body, response = $body)]
        impl $name {
            fn message(&self, body: $body) -> $body {
                body
            }
        }
    };
}

pub(crate) use echo;

/// Sends a text and returns the reply, or the path, the keyword and the message of the first validation error.
pub(crate) async fn answer<E: Endpoint>(client: &mut Client<E>, text: &str) -> Result<String, [String; 3]> {
    client.send_text(text).await;
    match client.next().await {
        Event::Message(message) => Ok(message.as_text().expect("it is JSON").to_owned()),
        Event::Error(error) => {
            let first = |member: &str| error["errors"][0][member].as_str().unwrap_or_default().to_owned();
            Err(["path", "keyword", "message"].map(first))
        }
        event => panic!("{text}: {event:?}"),
    }
}

/// Returns the message of an error and of all its sources.
pub(crate) fn whole(error: &(dyn Error + 'static)) -> String {
    let sources = std::iter::successors(Some(error), |&error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
