//! The cause of a disconnect, as `close` receives it, and the address of the listener.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex},
    sync::mpsc,
};
use ws_runtime::{
    Close, CloseCause, Closed, Listener, Server, Socket, testing::Client, testing::Site, ws_route,
};

use crate::support::{Http, Journal, handshake, head};

struct Talk(Journal);

#[ws_route("/talk", body = String, response = String, rate_limit = 10, idle_timeout = 60, close_timeout = 5)]
impl Talk {
    fn open(&self, ws: &Socket<Self>) {
        if self.0.take() == ["close"] {
            ws.close(Close::new(4000, "no"));
        }
    }

    fn message(&self, ws: &Socket<Self>, text: String) {
        match &*text {
            "close" => ws.close(Close::new(1002, "the application's own")),
            "terminate" => ws.terminate(),
            _ => panic!("{text}"),
        }
    }

    fn close(&self, closed: Closed) {
        let cause = closed.cause();
        assert_eq!(closed.clone(), closed);
        self.0.note(match cause {
            None => "none".to_owned(),
            Some(CloseCause::Io(error)) => format!("io {:?}", error.kind()),
            Some(CloseCause::Protocol(close)) => format!("protocol {}", close.code()),
            Some(other) => format!("{other:?}"),
        });
        if let Some(cause) = cause {
            let source = cause.source().expect("a cause has a source").to_string();
            assert!(!cause.to_string().contains(&source), "the source is not repeated: {cause}");
        }
    }
}

async fn talk() -> (Site, Journal, Client<Talk>) {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Talk(journal.clone())));
    let client = site.connect::<Talk>("/talk").await.unwrap();
    site.settled().await;
    (site, journal, client)
}

#[tokio::test(start_paused = true)]
async fn cause_is_none_after_an_orderly_close() {
    for how in ["close", "terminate", "peer", "peer without code"] {
        let (site, journal, mut client) = talk().await;
        match how {
            "close" | "terminate" => client.send(how).await,
            "peer" => client.close(Close::new(4001, "bye")).await,
            _ => client.close_without_code().await,
        }
        while !matches!(client.next().await, ws_runtime::testing::Event::End) {}
        site.settled().await;
        assert_eq!(journal.take(), ["none"], "{how}");
    }
}

#[tokio::test(start_paused = true)]
async fn cause_of_a_violation_names_its_close_code() {
    let long = [&[0x82, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0][..], &[0; 4]].concat();
    let frame = |first: u8, payload: &[u8]| {
        [&[first, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0], payload].concat()
    };
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("unmasked", vec![0x81, 0], "protocol 1002"),
        ("reserved opcode", frame(0x83, b""), "protocol 1002"),
        ("not UTF-8", frame(0x81, b"\xff"), "protocol 1007"),
        ("too long", long, "protocol 1009"),
        ("bad close code", frame(0x88, &[3, 0xed]), "protocol 1002"),
        ("too many", frame(0x89, b"").repeat(11), "protocol 1008"),
    ];
    for (what, bytes, cause) in cases {
        let (site, journal, mut client) = talk().await;
        client.send_raw(bytes).await;
        while !matches!(client.next().await, ws_runtime::testing::Event::End) {}
        drop(client);
        tokio::time::sleep(Duration::from_secs(10)).await;
        site.settled().await;
        assert_eq!(journal.take(), [cause], "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn cause_of_a_lost_connection_is_an_io_error() {
    let (site, journal, client) = talk().await;
    drop(client);
    tokio::time::sleep(Duration::from_secs(10)).await;
    site.settled().await;
    let noted = journal.take();
    assert!(["io UnexpectedEof", "io BrokenPipe"].contains(&&*noted.concat()), "{noted:?}");
}

/// A stream whose reads and writes fail once `broken` is set.
struct Fragile {
    stream: DuplexStream,
    broken: Arc<AtomicBool>,
}

impl Fragile {
    fn check(&self) -> io::Result<()> {
        if self.broken.load(Ordering::Relaxed) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl AsyncRead for Fragile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Fragile {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

struct One(mpsc::Receiver<Fragile>, Option<SocketAddr>);

impl Listener for One {
    type Io = Fragile;

    async fn accept(&mut self) -> io::Result<(Fragile, Option<SocketAddr>)> {
        match self.0.recv().await {
            Some(stream) => Ok((stream, None)),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> Option<SocketAddr> {
        self.1
    }
}

#[tokio::test(start_paused = true)]
async fn cause_of_a_failed_transport_is_its_io_error() {
    for by in ["read", "write"] {
        let journal = Journal::default();
        let server = Server::new().route(Talk(journal.clone()));
        let handle = server.handle();
        let (dial, accepted) = mpsc::channel(1);
        let serving = tokio::spawn(server.serve(One(accepted, None)));
        let (mut ours, stream) = duplex(1024);
        let broken = Arc::new(AtomicBool::new(false));
        assert!(dial.send(Fragile { stream, broken: Arc::clone(&broken) }).await.is_ok());
        ours.write_all(handshake("/talk").as_bytes()).await.unwrap();
        assert!(head(&mut ours).await.starts_with("HTTP/1.1 101"));
        broken.store(true, Ordering::Relaxed);
        if by == "read" {
            ours.write_all(b"x").await.unwrap();
        } else {
            let sockets = handle.channel::<Talk>().unwrap().sockets();
            assert!(sockets[0].send("x").is_sent());
        }
        let mut rest = Vec::new();
        let _ = ours.read_to_end(&mut rest).await;
        handle.shutdown();
        serving.await.unwrap().unwrap();
        assert_eq!(journal.take(), ["io ConnectionReset"], "{by}");
    }
}

#[tokio::test(start_paused = true)]
async fn handle_reports_the_address_of_the_listener() {
    let address: SocketAddr = ([192, 0, 2, 1], 4242).into();
    for listens_on in [Some(address), None] {
        let server = Server::new().route(Talk(Journal::default()));
        let handle = server.handle();
        assert_eq!(handle.local_addr(), None, "it does not listen yet");
        let waiting = tokio::spawn({
            let handle = handle.clone();
            async move { handle.listening().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        let (_dial, accepted) = mpsc::channel(1);
        let serving = tokio::spawn(server.serve(One(accepted, listens_on)));
        assert_eq!(waiting.await.unwrap(), listens_on);
        assert_eq!((handle.local_addr(), handle.listening().await), (listens_on, listens_on));
        handle.shutdown();
        serving.await.unwrap().unwrap();
    }
    // This listener does not report its address.
    let http = Http::serve(Server::new().route(Talk(Journal::default())));
    assert_eq!(http.handle.listening().await, None);
    http.shut_down().await;
}
