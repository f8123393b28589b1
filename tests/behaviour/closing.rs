//! Closes that involve both sides: simultaneous closes, half-closed clients, and handshakes that are rejected with a
//! close frame.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::{Instant, timeout},
};
use ws_runtime::{
    Close, Closed, Delivery, ReadyState, Reject, Server, Socket,
    testing::{Event, Site},
    ws_route,
};

use crate::support::{Http, Journal, frame, handshake, head};

/// Echoes a text as often as requested, and closes on request.
struct Echo(Journal);

#[ws_route("/echo", body = String, response = String, backpressure_limit = off)]
impl Echo {
    async fn message(&self, ws: &Socket<Self>, text: String) -> Result<String, Close> {
        match &*text {
            "close" => Err(Close::new(4242, "bye")),
            "much" => Ok("x".repeat(1 << 20)),
            "late" => {
                ws.closed().await;
                self.0.note(format!("{:?} {:?}", ws.ready_state(), ws.send("too late?")));
                Ok(text)
            }
            _ => Ok(text),
        }
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;

/// Opens a socket and returns it as a stream of bytes.
async fn open(http: &Http) -> DuplexStream {
    let mut stream = http.dial().await;
    stream.write_all(handshake("/echo").as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    stream
}

/// Returns all bytes up to the end of the stream.
async fn read_to_end(stream: &mut DuplexStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = timeout(Duration::from_secs(9), stream.read_to_end(&mut bytes));
    read.await.expect("the server hangs up").expect("the stream ends without an error");
    bytes
}

fn server_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, u8::try_from(payload.len()).unwrap()], payload].concat()
}

#[tokio::test(start_paused = true)]
async fn simultaneous_close_sends_one_frame_each_way() {
    let journal = Journal::default();
    let http = Http::serve(Server::new().route(Echo(journal.clone())));
    // The client's close frame is in transit when the server sends its own.
    let mut stream = open(&http).await;
    stream.write_all(&[frame(TEXT, "close"), frame(CLOSE, [0x0f, 0xa0])].concat()).await.unwrap();
    assert_eq!(
        read_to_end(&mut stream).await,
        server_frame(CLOSE, &[&4242_u16.to_be_bytes()[..], b"bye"].concat())
    );
    http.shut_down().await;
    assert_eq!(journal.take(), ["4242 \"bye\" by Local, clean"]);
}

#[tokio::test(start_paused = true)]
async fn half_closed_client_still_receives_replies() {
    let journal = Journal::default();
    let http = Http::serve(Server::new().route(Echo(journal.clone())));
    for (what, sent, answer, end) in [
        ("nothing", vec![], vec![], "no code \"\" by Transport, not clean"),
        (
            "messages",
            [frame(TEXT, "a"), frame(TEXT, "b")].concat(),
            [server_frame(TEXT, b"a"), server_frame(TEXT, b"b")].concat(),
            "no code \"\" by Transport, not clean",
        ),
        (
            "half a message",
            [frame(TEXT, "a"), frame(0x01, "b")].concat(),
            server_frame(TEXT, b"a"),
            "no code \"\" by Transport, not clean",
        ),
        (
            "a close frame",
            [frame(TEXT, "a"), frame(CLOSE, [0x0f, 0xa0])].concat(),
            [server_frame(TEXT, b"a"), server_frame(CLOSE, &4000_u16.to_be_bytes())].concat(),
            "4000 \"\" by Remote, clean",
        ),
    ] {
        let mut stream = open(&http).await;
        stream.write_all(&sent).await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(read_to_end(&mut stream).await, answer, "{what}");
        tokio::task::yield_now().await;
        assert_eq!(journal.take(), [end], "{what}");
    }
    // The reply is longer than the buffer of the stream, so the server waits for the client to read.
    let mut stream = open(&http).await;
    stream.write_all(&frame(TEXT, "much")).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut stream).await.len(), 10 + (1 << 20));
    // A running handler can see at once that the socket is closing.
    let mut stream = open(&http).await;
    stream.write_all(&frame(TEXT, "late")).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(
        read_to_end(&mut stream).await,
        [server_frame(TEXT, b"too late?"), server_frame(TEXT, b"late")].concat()
    );
    http.shut_down().await;
    assert_eq!(journal.take()[1], format!("{:?} {:?}", ReadyState::Closing, Delivery::Sent));
}

/// A half-closed client that does not read is dropped, although its replies were not written.
#[tokio::test(start_paused = true)]
async fn half_closed_client_that_never_reads_is_dropped() {
    let journal = Journal::default();
    let http = Http::serve(Server::new().close_timeout(Duration::from_secs(3)).route(Echo(journal.clone())));
    let mut stream = open(&http).await;
    let began = Instant::now();
    stream.write_all(&frame(TEXT, "much")).await.unwrap();
    stream.shutdown().await.unwrap();
    while journal.take().is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(began.elapsed() < Duration::from_secs(60), "it is waited for");
    }
    assert_eq!(began.elapsed().as_secs(), 3);
    drop(stream);
    http.shut_down().await;
}

/// Rejects every client with a close frame.
macro_rules! closed_door {
    ($name:ident, $path:literal $(, $key:ident = $value:tt)*) => {
        struct $name;

        #[ws_route($path, response = String $(, $key = $value)*)]
        impl $name {
            fn before_handle(&self) -> Result<(), Reject> {
                Err(Reject::close(4001, "not you"))
            }

            fn open(&self) {}
        }
    };
}

#[tokio::test(start_paused = true)]
async fn close_timeout_applies_to_a_handshake_rejected_with_close() {
    closed_door!(Three, "/three", close_timeout = 3);
    closed_door!(Default, "/default");
    closed_door!(Endless, "/endless", close_timeout = off);

    async fn seconds_until_the_end(
        client: &mut ws_runtime::testing::Client<impl ws_runtime::Endpoint>,
    ) -> u64 {
        assert_eq!(client.next().await, Event::Close(Some(4001), "not you".into()));
        let began = Instant::now();
        client.patience(Duration::from_secs(100));
        assert_eq!(client.next().await, Event::End);
        began.elapsed().as_secs()
    }

    let server = || Server::new().route(Three).route(Default).route(Endless);
    let site = Site::start(server().close_timeout(Duration::from_secs(5)));
    let began = Instant::now();
    let mut three = site.connect::<Three>("/three").answering(false).await.unwrap();
    let mut default = site.connect::<Default>("/default").answering(false).await.unwrap();
    // The server shuts down its write half at once, and drops the connection at the close timeout, for which the
    // shutdown waits.
    assert_eq!(seconds_until_the_end(&mut three).await, 0);
    assert_eq!(seconds_until_the_end(&mut default).await, 0);
    site.shut_down().await;
    assert_eq!(began.elapsed().as_secs(), 5);

    // Without a close timeout, only the deadline of a shutdown ends the connection.
    let site = Site::start(server().shutdown_timeout(Duration::from_secs(20)));
    let mut endless = site.connect::<Endless>("/endless").answering(false).await.unwrap();
    assert_eq!(seconds_until_the_end(&mut endless).await, 0);
    let began = Instant::now();
    site.shut_down().await;
    assert_eq!(began.elapsed().as_secs(), 20);
}
