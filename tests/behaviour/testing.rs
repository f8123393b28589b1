//! The `testing` module: a mistake in a test fails the test with a message, and a cancelled call loses no data.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};
use ws_runtime::{Server, Socket, testing::Client, testing::Event, testing::Site, ws_route};

use crate::support::Note;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Level {
    #[schemars(range(max = 10))]
    level: u8,
}

/// Replies with the level as a note. Level 0 waits for a minute first; level 1 sends an invalid reply.
struct Levels;

#[ws_route("/levels", body = Level, response = Note, max_payload_length = "64KiB")]
impl Levels {
    async fn message(&self, ws: &Socket<Self>, level: Level) -> Option<Note> {
        match level.level {
            0 => sleep(Duration::from_secs(60)).await,
            1 => {
                let _ = ws.send_raw("no note");
                return None;
            }
            _ => {}
        }
        Some(Note::new(&level.level.to_string()))
    }
}

struct Other;

#[ws_route("/other", response = String)]
impl Other {
    fn open(&self) {}
}

/// A route with the same path as [`Levels`], which no server in these tests serves.
struct Namesake;

#[ws_route("/levels", response = String)]
impl Namesake {
    fn open(&self) {}
}

struct Room;

#[ws_route("/rooms/{room}")]
impl Room {
    fn open(&self) {}
}

async fn client() -> Client<Levels> {
    let site = Site::start(Server::new().route(Levels).route(Other));
    site.connect::<Levels>("/levels").await.unwrap()
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the server sent nothing within 300s")]
async fn waiting_for_a_missing_message_fails() {
    client().await.receive().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the server sent nothing within 10s")]
async fn patience_can_be_set() {
    let mut client = client().await;
    client.patience(Duration::from_secs(10));
    client.next().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`/levels` belongs to another route than")]
async fn client_of_another_route_fails() {
    let site = Site::start(Server::new().route(Levels).route(Other));
    let _ = site.connect::<Other>("/levels").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "belongs to another route than")]
async fn client_of_a_route_with_the_same_path_fails() {
    let site = Site::start(Server::new().route(Levels));
    let _ = site.connect::<Namesake>("/levels").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "belongs to another route than")]
async fn client_of_a_route_with_the_same_captures_fails() {
    let site = Site::start(Server::new().route(Room).route(Other));
    let _ = site.connect::<Other>("/rooms/1").await;
}

#[tokio::test]
#[should_panic(expected = "`settled` needs tokio's clock to be paused")]
async fn settled_needs_a_paused_clock() {
    Site::start(Server::new().route(Levels)).settled().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is not a response of this route")]
async fn message_that_is_not_a_response_fails() {
    let mut client = client().await;
    client.send(&Level { level: 1 }).await;
    client.receive().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "expected a message, found Error(")]
async fn error_frame_is_not_a_response() {
    let mut client = client().await;
    client.send_text("{}").await;
    client.receive().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the message cannot be sent")]
async fn body_that_fails_its_schema_is_not_sent() {
    client().await.send(&Level { level: 11 }).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "expected nothing")]
async fn receive_nothing_fails_when_a_message_arrives() {
    let mut client = client().await;
    client.send(&Level { level: 2 }).await;
    client.receive_nothing(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn cancelled_receive_loses_nothing() {
    let site = Site::start(Server::new().route(Levels));
    let mut client = site.connect::<Levels>("/levels").buffer(16).await.unwrap();
    client.send(&Level { level: 0 }).await;
    assert!(timeout(Duration::from_secs(1), client.receive()).await.is_err(), "the handler rests");
    // The client sends more than the server reads ahead, through a pipe of 16 bytes, so some sends are cancelled
    // half-way.
    let (mut sent, mut whole) = (0, 0);
    while whole < 5000 && sent - whole < 3 {
        sent += 1;
        if timeout(Duration::from_millis(1), client.send(&Level { level: 7 })).await.is_ok() {
            whole += 1;
        }
    }
    assert_eq!(sent - whole, 3, "{whole} were sent whole, the rest was given up");
    assert_eq!(client.receive().await, Note::new("0"));
    for _ in 0..sent {
        assert_eq!(client.receive().await, Note::new("7"));
    }
    drop(site);
    assert!(!matches!(timeout(Duration::from_secs(1), client.next()).await, Ok(Event::Message(_))));
}

/// Returns the line that a panic message names.
fn panics_at(panicked: Result<(), tokio::task::JoinError>) -> String {
    let payload = panicked.expect_err("it fails").into_panic();
    let message = payload.downcast_ref::<String>().expect("it has a message");
    message.rsplit_once("\n  at ").expect("it names a line").1.to_owned()
}

#[tokio::test(start_paused = true)]
async fn failing_assertion_names_the_line_of_the_test() {
    async fn fails<F: Future<Output = ()> + Send + 'static>(test: F) -> String {
        panics_at(tokio::spawn(test).await)
    }
    let missing = line!() + 1;
    let at = fails(async { drop(client().await.receive().await) }).await;
    assert!(at.contains(&format!("testing.rs:{missing}:")), "{at}");
    let unexpected = line!() + 4;
    let at = fails(async {
        let mut client = client().await;
        client.send_text("no level").await;
        client.receive_close().await;
    })
    .await;
    assert!(at.contains(&format!("testing.rs:{unexpected}:")), "{at}");
    let noisy = line!() + 4;
    let at = fails(async {
        let mut client = client().await;
        client.send(&Level { level: 3 }).await;
        client.receive_nothing(Duration::from_secs(1)).await;
    })
    .await;
    assert!(at.contains(&format!("testing.rs:{noisy}:")), "{at}");
    let other = line!() + 3;
    let at = fails(async {
        let site = Site::start(Server::new().route(Levels).route(Other));
        drop(site.connect::<Other>("/levels").await);
    })
    .await;
    assert!(at.contains(&format!("testing.rs:{other}:")), "{at}");
}

#[tokio::test(start_paused = true)]
async fn site_drives_the_fallback_and_heeds_shutdown_on() {
    #[derive(Clone)]
    struct Pages;

    impl tower_service::Service<http::Request<ws_runtime::Body>> for Pages {
        type Response = http::Response<String>;
        type Error = &'static str;
        type Future = std::future::Ready<Result<http::Response<String>, &'static str>>;

        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), &'static str>> {
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: http::Request<ws_runtime::Body>) -> Self::Future {
            let answer = match request.uri().path() {
                "/page" => Ok(http::Response::new(format!("{} a page", request.method()))),
                _ => Err("there is no such page"),
            };
            std::future::ready(answer)
        }
    }

    let hour = sleep(Duration::from_secs(3600));
    let site = Site::start(Server::new().route(Levels).fallback(Pages).shutdown_on(hour));
    let ask = |path: &str| http::Request::post(path).body(ws_runtime::Bytes::new()).unwrap();
    let page = site.request(ask("/page")).await.unwrap();
    assert_eq!((page.status().as_u16(), &page.body()[..]), (200, &b"POST a page"[..]));
    let missing = site.request(ask("/nothing")).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no such page");

    let mut client = site.connect::<Levels>("/levels").await.unwrap();
    client.patience(Duration::from_secs(7200));
    assert_eq!(client.receive_close().await.0, Some(1001));
    assert_eq!(site.handle().ended().await.clean, 1);
}

/// Sends pings, and ends clients that do not answer them.
struct Lively;

#[ws_route("/lively", body = String, response = String, max_payload_length = "1MiB")]
impl Lively {
    fn open(&self) -> &'static str {
        "welcome"
    }

    fn message(&self, text: String) -> String {
        text
    }
}

#[tokio::test(start_paused = true)]
async fn sleeping_client_keeps_its_socket() {
    let site = Site::start(Server::new().route(Lively));
    let channel = site.handle().channel::<Lively>().unwrap();
    let mut client = site.connect::<Lively>("/lively").await.unwrap();
    for hours in [1, 24] {
        sleep(Duration::from_hours(hours)).await;
        assert_eq!(channel.len(), 1, "{hours}");
    }
    // The unread greeting did not keep the later pings from being answered.
    assert_eq!(client.receive().await, "welcome");
    client.send("still here").await;
    assert_eq!(client.receive().await, "still here");
    sleep(Duration::from_hours(1)).await;
    assert_eq!(channel.len(), 1);
    drop(client);
    site.settled().await;
    assert_eq!(channel.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn client_without_a_background_loses_its_socket() {
    let site = Site::start(Server::new().route(Lively));
    let channel = site.handle().channel::<Lively>().unwrap();
    let mut passive = site.connect::<Lively>("/lively").background(false).await.unwrap();
    let mut silent = site.connect::<Lively>("/lively").answering(false).await.unwrap();
    sleep(Duration::from_mins(10)).await;
    assert_eq!(channel.len(), 0);
    for client in [&mut passive, &mut silent] {
        assert_eq!(client.receive().await, "welcome");
        assert_eq!(client.receive_close().await.0, Some(1001));
    }
    // While it receives, a passive client answers.
    let mut passive = site.connect::<Lively>("/lively").background(false).await.unwrap();
    assert_eq!(passive.receive().await, "welcome");
    passive.receive_nothing(Duration::from_mins(10)).await;
    assert_eq!(channel.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn pings_answered_in_the_background_remain_events() {
    let site = Site::start(Server::new().route(Lively).ping_interval(Duration::from_secs(20)));
    let mut client = site.connect::<Lively>("/lively").await.unwrap();
    sleep(Duration::from_secs(50)).await;
    client.send("last").await;
    site.settled().await;
    let mut events = Vec::new();
    for _ in 0..4 {
        events.push(client.next().await);
    }
    assert!(
        matches!(&events[..], [Event::Message(first), Event::Ping(_), Event::Ping(_), Event::Message(last)]
            if first.as_text() == Some("welcome") && last.as_text() == Some("last")),
        "{events:?}"
    );
}

/// A pong in the middle of a frame would be part of its payload.
#[tokio::test(start_paused = true)]
async fn pong_never_interrupts_a_frame_of_the_test() {
    let server = Server::new().route(Lively).fragment_timeout(None).ping_interval(Duration::from_secs(20));
    let site = Site::start(server.idle_timeout(Duration::from_mins(2)));
    let mut client = site.connect::<Lively>("/lively").await.unwrap();
    let frame = crate::support::frame(0x81, "in two pieces");
    for cut in [1, 4, 8] {
        client.send_raw(&frame[..cut]).await;
        sleep(Duration::from_secs(50)).await;
        client.send_raw(&frame[cut..]).await;
        let mut said = client.receive().await;
        if said == "welcome" {
            said = client.receive().await;
        }
        assert_eq!(said, "in two pieces", "{cut}");
    }
    sleep(Duration::from_hours(1)).await;
    client.send("open").await;
    assert_eq!(client.receive().await, "open");
}

#[tokio::test(start_paused = true)]
async fn unread_messages_past_the_buffer_stop_the_background() {
    let site = Site::start(Server::new().route(Lively).idle_timeout(Duration::from_mins(2)));
    let channel = site.handle().channel::<Lively>().unwrap();
    let mut client = site.connect::<Lively>("/lively").buffer(1000).await.unwrap();
    let socket = channel.sockets().remove(0);
    for _ in 0..100 {
        let _ = socket.send("x".repeat(100).as_str());
    }
    site.settled().await;
    assert!(socket.buffered_amount() > 5000, "{}", socket.buffered_amount());
    assert_eq!(client.receive().await, "welcome");
    for _ in 0..100 {
        assert_eq!(client.receive().await.len(), 100);
    }
    assert_eq!(socket.buffered_amount(), 0);
    client.close_without_code().await;
    assert_eq!(client.receive_close().await.0, None);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the server violated the protocol")]
async fn protocol_violation_seen_in_the_background_fails_the_test() {
    struct Garbage;

    #[ws_route("/garbage", response = String, per_message_deflate(threshold = 0))]
    impl Garbage {
        fn open(&self) {}
    }
    // The client does not know that it has offered compression, so a compressed frame is a violation.
    let site = Site::start(Server::new().route(Garbage));
    let mut client = site
        .connect::<Garbage>("/garbage")
        .header("sec-websocket-extensions", "permessage-deflate")
        .await
        .unwrap();
    let _ = site.handle().channel::<Garbage>().unwrap().sockets()[0].send(&"x".repeat(1000));
    sleep(Duration::from_secs(1)).await;
    client.next().await;
}
