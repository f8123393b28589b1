//! `open` and the 101: the work of `open` before its first `.await` is complete when the client sees the 101, and no
//! frame precedes the 101.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{Stream, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::{Instant, sleep, timeout},
};
use ws_runtime::{Close, Closed, Delivery, Server, Socket, Subscribed, testing::Site, ws_route};

use crate::support::{Http, Journal, Note, frame, handshake, head, rest};

/// A route that joins a room, then behaves as the query says.
struct Room(Journal);

#[derive(Deserialize, JsonSchema)]
struct Then {
    then: String,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[ws_route("/room", body = String, response = Note, query = Then, publish_to_self)]
impl Room {
    async fn open(&self, ws: &Socket<Self>) -> Result<Option<Note>, Failure> {
        self.0.note(format!("{:?}", ws.ready_state()));
        assert_eq!(ws.subscribe("room"), Ok(Subscribed::New));
        match &*ws.query().then {
            "reply" => return Ok(Some(Note::new("reply"))),
            "send" => {
                assert_eq!(ws.send(&Note::new("one")), Delivery::Sent);
                assert_eq!(ws.ping("two"), Delivery::Sent);
                assert_eq!(ws.publish("room", &Note::new("three")).receivers(), 1);
                assert!(ws.buffered_amount() > 0);
            }
            "wait" => ws.closed().await,
            "sleep" => {
                let _ = ws.send(&Note::new("asleep"));
                sleep(Duration::from_secs(5)).await;
                return Ok(Some(Note::new("awake")));
            }
            "pause" => ws.pause(),
            "pause and wait" => {
                ws.pause();
                ws.closed().await;
            }
            "fail" => return Err("on purpose".into()),
            "panic" => panic!("on purpose"),
            "close" => return Err(Close::new(4001, "no").into()),
            "terminate" => ws.terminate(),
            _ => {}
        }
        Ok(None)
    }

    fn message(&self, text: String) -> Note {
        Note::new(&text)
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

const GONE: &str = "no code \"\" by Transport, not clean";

fn room_handshake(then: &str) -> String {
    handshake(&format!("/room?then={}", then.replace(' ', "+")))
}

fn serve(options: impl FnOnce(Server) -> Server) -> (Http, Journal) {
    let journal = Journal::default();
    (Http::serve(options(Server::new()).route(Room(journal.clone()))), journal)
}

/// Returns the next frame of the server, which has at most 125 bytes; `None` at the end of the stream.
async fn next_frame(stream: &mut DuplexStream) -> Option<String> {
    let (opcode, length) = (stream.read_u8().await.ok()? & 0x0f, stream.read_u8().await.ok()?);
    let mut payload = vec![0; length.into()];
    stream.read_exact(&mut payload).await.ok()?;
    Some(match opcode {
        1 => serde_json::from_slice::<serde_json::Value>(&payload).unwrap()["message"]
            .as_str()
            .unwrap_or("an error")
            .to_owned(),
        8 => format!("close {}", u16::from_be_bytes([payload[0], payload[1]])),
        9 => "a ping".to_owned(),
        _ => format!("opcode {opcode}"),
    })
}

/// A client may cause a publish as soon as it sees the 101. Here the publish happens even before the first byte of the
/// 101 is sent.
#[tokio::test(start_paused = true)]
async fn connected_client_misses_no_publish() {
    for (then, frames, end) in [
        ("nothing", &["now"][..], GONE),
        ("reply", &["reply", "now"], GONE),
        ("send", &["one", "a ping", "three", "now"], GONE),
        ("wait", &["now"], GONE),
        ("sleep", &["asleep", "now", "awake"], GONE),
        ("pause", &["now"], GONE),
        ("pause and wait", &["now"], GONE),
        ("fail", &["an error", "now"], GONE),
        // After a close frame the server sends no other frame.
        ("panic", &["close 1011"], "1011 \"internal error\" by Local, not clean"),
        ("close", &["close 4001"], "4001 \"no\" by Local, not clean"),
        ("terminate", &[], GONE),
    ] {
        let (http, journal) = serve(|server| server);
        let (handle, told) = (http.handle.clone(), journal.clone());
        let mut stream = http
            .dial_noticed(64 * 1024, move || {
                told.note("101");
                let _ =
                    handle.channel::<Room>().expect("the route is served").publish("room", &Note::new("now"));
            })
            .await;
        stream.write_all(room_handshake(then).as_bytes()).await.unwrap();
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "), "{then}");
        for expected in frames {
            assert_eq!(next_frame(&mut stream).await.as_deref(), Some(*expected), "{then}");
        }
        if then == "terminate" {
            assert_eq!(next_frame(&mut stream).await, None);
        }
        drop(stream);
        if then.starts_with("pause") {
            // A paused socket is not read, so the server does not notice that its client has disconnected.
            for socket in http.handle.channel::<Room>().expect("the route is served").sockets() {
                socket.resume();
            }
        }
        sleep(Duration::from_secs(11)).await;
        assert_eq!(journal.take(), ["Open", "101", end], "{then}");
        http.shut_down().await;
    }
}

/// Frames that follow the handshake are handled after `open` has returned, however long it takes.
#[tokio::test(start_paused = true)]
async fn frames_sent_with_the_handshake_wait_for_open() {
    for then in ["nothing", "send", "sleep"] {
        let (http, _) = serve(|server| server);
        let mut stream = http.dial().await;
        let early =
            [room_handshake(then).as_bytes(), &frame(0x81, "early"), &frame(0x88, [0x03, 0xe8])].concat();
        stream.write_all(&early).await.unwrap();
        stream.shutdown().await.unwrap();
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "), "{then}");
        let mut frames = Vec::new();
        while let Some(heard) = next_frame(&mut stream).await {
            frames.push(heard);
        }
        let opened: &[_] = match then {
            "send" => &["one", "a ping", "three"],
            "sleep" => &["asleep", "awake"],
            _ => &[],
        };
        assert_eq!(frames, [opened, &["early", "close 1000"]].concat(), "{then}");
        http.shut_down().await;
    }
}

/// If the 101 cannot be sent, `close` is called after `open`.
#[tokio::test(start_paused = true)]
async fn open_and_close_run_for_clients_lost_before_101() {
    for then in ["nothing", "send", "wait", "pause", "pause and wait", "fail", "terminate"] {
        // The client disconnects before the first byte of its 101, or in the middle of it, or stays connected without
        // reading the rest.
        for (holds, stays) in [(64 * 1024, 0), (16, 1), (16, 20)] {
            let (http, journal) = serve(|server| server.handshake_timeout(Duration::from_secs(10)));
            let client = Arc::new(Mutex::new(None));
            let clients = Arc::clone(&client);
            let goes = move || {
                if stays == 0 {
                    drop(clients.lock().unwrap().take());
                }
            };
            let mut stream = http.dial_noticed(holds, goes).await;
            stream.write_all(room_handshake(then).as_bytes()).await.unwrap();
            *client.lock().unwrap() = Some(stream);
            sleep(Duration::from_secs(stays)).await;
            if stays == 1 {
                client.lock().unwrap().take();
            }
            sleep(Duration::from_millis(1)).await;
            assert_eq!(journal.take(), ["Open", GONE], "{then}, {holds}, {stays}");
            http.shut_down().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unread_101_keeps_its_permit_until_the_handshake_timeout() {
    let server = |server: Server| server.max_connections(1).handshake_timeout(Duration::from_secs(10));
    let (http, _) = serve(server);
    let mut deaf = http.dial_noticed(16, || {}).await;
    deaf.write_all(room_handshake("nothing").as_bytes()).await.unwrap();
    for (second, status) in [(1, "503"), (8, "503"), (2, "101")] {
        sleep(Duration::from_secs(second)).await;
        let mut stream = http.dial().await;
        let _ = stream.write_all(room_handshake("nothing").as_bytes()).await;
        let head = head(&mut stream).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    }
    http.shut_down().await;
}

/// A lock that a waiting `open` holds is released when `open` returns, although the client has not read its 101.
#[tokio::test(start_paused = true)]
async fn open_continues_while_the_101_is_unread() {
    struct Locked(tokio::sync::Mutex<()>, Journal);
    #[ws_route("/locked", response = Note)]
    impl Locked {
        async fn open(&self) -> Note {
            let _held = self.0.lock().await;
            sleep(Duration::from_millis(1)).await;
            self.1.note("opened");
            Note::new("welcome")
        }
    }

    let journal = Journal::default();
    let http = Http::serve(Server::new().route(Locked(tokio::sync::Mutex::default(), journal.clone())));
    let mut deaf = http.dial_noticed(16, || {}).await;
    deaf.write_all(handshake("/locked").as_bytes()).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(journal.take(), ["opened"]);
    let mut client = http.dial().await;
    client.write_all(handshake("/locked").as_bytes()).await.unwrap();
    assert!(head(&mut client).await.starts_with("HTTP/1.1 101 "));
    assert_eq!(next_frame(&mut client).await.as_deref(), Some("welcome"));
    assert_eq!(journal.take(), ["opened"]);
    // The first client then gets its 101, followed by the message that `open` returned.
    assert!(head(&mut deaf).await.starts_with("HTTP/1.1 101 "));
    assert_eq!(next_frame(&mut deaf).await.as_deref(), Some("welcome"));
    http.shut_down().await;
}

/// `open` and its stream start before the 101, but the idle time is measured from the 101.
#[tokio::test(start_paused = true)]
async fn idle_time_counts_from_the_101() {
    struct Silent;
    #[ws_route("/silent/{opening}", response = Note, idle_timeout = 4, ping_interval = off)]
    impl Silent {
        async fn open(&self, ws: &Socket<Self>) -> Option<impl Stream<Item = Note> + use<>> {
            if ws.params().opening == "waits" {
                sleep(Duration::from_secs(2)).await;
            }
            (ws.params().opening == "feeds").then(stream::pending)
        }
    }

    for opening in ["returns", "waits", "feeds"] {
        let http = Http::serve(Server::new().handshake_timeout(Duration::from_secs(10)).route(Silent));
        // The client reads its 101 six seconds after `open` was called.
        let mut late = http.dial_noticed(16, || {}).await;
        late.write_all(handshake(&format!("/silent/{opening}")).as_bytes()).await.unwrap();
        sleep(Duration::from_secs(6)).await;
        assert!(head(&mut late).await.starts_with("HTTP/1.1 101 "), "{opening}");
        let taken = Instant::now();
        assert_eq!(next_frame(&mut late).await.as_deref(), Some("close 1001"), "{opening}");
        assert_eq!(taken.elapsed().as_secs(), 4, "{opening}");
        drop(late);
        http.shut_down().await;
    }
}

/// The shutdown begins between `open` and the 101.
#[tokio::test(start_paused = true)]
async fn shutdown_before_the_101_closes_after_it() {
    for then in ["nothing", "wait", "send", "pause"] {
        let (http, journal) = serve(|server| server);
        let handle = http.handle.clone();
        let mut stream = http.dial_noticed(64 * 1024, move || handle.shutdown()).await;
        stream.write_all(room_handshake(then).as_bytes()).await.unwrap();
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "), "{then}");
        if then == "send" {
            for expected in ["one", "a ping", "three"] {
                assert_eq!(next_frame(&mut stream).await.as_deref(), Some(expected));
            }
        }
        assert_eq!(next_frame(&mut stream).await.as_deref(), Some("close 1001"), "{then}");
        stream.write_all(&frame(0x88, [0x03, 0xe9])).await.unwrap();
        assert_eq!(rest(stream).await, "", "{then}");
        let handle = http.handle.clone();
        http.shut_down().await;
        let ended = handle.ended().await;
        assert_eq!((ended.clean, ended.forced), (1, 0), "{then}");
        assert_eq!(journal.take(), ["Open", "1001 \"going away\" by Local, clean"], "{then}");
    }
}

/// The deadline of the shutdown passes before the 101 is read.
#[tokio::test(start_paused = true)]
async fn shutdown_aborts_clients_that_never_read_their_101() {
    for then in ["nothing", "wait", "send", "close"] {
        let (http, journal) = serve(|server| server.shutdown_timeout(Duration::from_secs(3)));
        let mut deaf = http.dial_noticed(16, || {}).await;
        deaf.write_all(room_handshake(then).as_bytes()).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        let handle = http.handle.clone();
        timeout(Duration::from_secs(4), http.shut_down()).await.expect("its deadline is kept");
        let ended = handle.ended().await;
        assert_eq!((ended.clean, ended.forced), (0, 1), "{then}");
        let end = if then == "close" { "4001 \"no\"" } else { "1001 \"going away\"" };
        assert_eq!(journal.take(), ["Open", &format!("{end} by Local, not clean")], "{then}");
    }
}

/// For the in-memory client too, `open` runs before `connect` returns.
#[tokio::test(start_paused = true)]
async fn test_client_is_open_once_connected() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Room(journal.clone())));
    for then in ["nothing", "reply", "sleep"] {
        let client = site.connect::<Room>(&format!("/room?then={then}")).await.unwrap();
        assert_eq!(journal.take(), ["Open"], "{then}");
        let room = site.handle().channel::<Room>().expect("the route is served");
        assert_eq!(room.publish("room", &Note::new("now")).receivers(), 1, "{then}");
        drop(client);
        sleep(Duration::from_secs(11)).await;
        journal.take();
    }
}
