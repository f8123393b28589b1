//! The life of a connection: how it begins and ends, and the order of its handlers.

use std::time::Duration;

use tokio::time::sleep;
use ws_runtime::{Close, Closed, Server, Socket, testing::Event, testing::Site, ws_route};

use crate::support::Journal;

/// A route that records its events, echoes text, and obeys commands.
struct Witness(Journal);

#[ws_route("/witness", body = String, response = String)]
impl Witness {
    fn open(&self) {
        self.0.note("open");
    }

    async fn message(&self, ws: &Socket<Self>, text: String) -> Result<String, Close> {
        self.0.note(format!("{text}…"));
        match &*text {
            "close" => return Err(Close::new(4242, "bye")),
            "normal" => return Err(Close::NORMAL),
            "terminate" => ws.terminate(),
            "slow" => sleep(Duration::from_secs(5)).await,
            _ => {}
        }
        self.0.note(format!("…{text}"));
        Ok(text)
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

fn site() -> (Site, Journal) {
    let journal = Journal::default();
    (Site::start(Server::new().route(Witness(journal.clone()))), journal)
}

#[tokio::test(start_paused = true)]
async fn client_connects_and_closes() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.close(Close::new(4010, "mine")).await;
    assert_eq!(client.next().await, Event::Close(Some(4010), "".into()));
    assert_eq!(client.next().await, Event::End);
    site.settled().await;
    assert_eq!(journal.take(), ["open", "4010 \"mine\" by Remote, clean"]);
}

#[tokio::test(start_paused = true)]
async fn client_receives_the_reply_to_its_message() {
    let (site, _) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.send("Hello!").await;
    assert_eq!(client.receive().await, "Hello!");
}

#[tokio::test(start_paused = true)]
async fn server_closes_with_a_code_and_reason() {
    for (word, code, reason, end) in [
        ("normal", 1000, "", "1000 \"\" by Local, clean"),
        ("close", 4242, "bye", "4242 \"bye\" by Local, clean"),
    ] {
        let (site, journal) = site();
        let mut client = site.connect::<Witness>("/witness").await.unwrap();
        client.send(word).await;
        assert_eq!(client.next().await, Event::Close(Some(code), reason.into()), "{word}");
        assert_eq!(client.next().await, Event::End, "{word}");
        site.settled().await;
        assert_eq!(journal.take(), ["open", &format!("{word}…"), end], "{word}");
    }
}

#[tokio::test(start_paused = true)]
async fn server_terminates_without_a_close_frame() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.send("terminate").await;
    assert_eq!(client.next().await, Event::End, "no close frame, no reply");
    site.settled().await;
    assert_eq!(journal.take(), ["open", "terminate…", "…terminate", "no code \"\" by Transport, not clean"]);
}

#[tokio::test(start_paused = true)]
async fn empty_close_frame_is_answered_by_an_empty_one() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.close_without_code().await;
    assert_eq!(client.next().await, Event::Close(None, "".into()));
    site.settled().await;
    assert_eq!(journal.take(), ["open", "no code \"\" by Remote, clean"]);
}

#[tokio::test(start_paused = true)]
async fn lost_connection_has_no_initiator() {
    let (site, journal) = site();
    let client = site.connect::<Witness>("/witness").await.unwrap();
    drop(client);
    site.settled().await;
    assert_eq!(journal.take(), ["open", "no code \"\" by Transport, not clean"]);
}

#[tokio::test(start_paused = true)]
async fn messages_are_handled_in_order_despite_slow_handlers() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.send("slow").await;
    client.send("fast").await;
    assert_eq!(client.receive().await, "slow");
    assert_eq!(client.receive().await, "fast");
    assert_eq!(journal.take(), ["open", "slow…", "…slow", "fast…", "…fast"]);
}

#[tokio::test(start_paused = true)]
async fn messages_before_the_close_of_the_peer_are_answered() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.send("slow").await;
    client.send("fast").await;
    client.close(Close::NORMAL).await;
    assert_eq!(client.receive().await, "slow");
    assert_eq!(client.receive().await, "fast");
    assert_eq!(client.next().await, Event::Close(Some(1000), "".into()));
    site.settled().await;
    assert_eq!(journal.take().pop().unwrap(), "1000 \"\" by Remote, clean");
}

#[tokio::test(start_paused = true)]
async fn messages_received_before_our_close_are_dropped() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    for word in ["slow", "close", "never"] {
        client.send(word).await;
    }
    assert_eq!(client.receive().await, "slow");
    assert_eq!(client.receive_close().await, (Some(4242), "bye".into()));
    site.settled().await;
    let end = "4242 \"bye\" by Local, clean";
    assert_eq!(journal.take(), ["open", "slow…", "…slow", "close…", end]);
}

#[tokio::test(start_paused = true)]
async fn handler_finishes_before_close_runs_for_a_lost_peer() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.send("slow").await;
    site.settled().await;
    drop(client);
    site.settled().await;
    assert_eq!(journal.take(), ["open", "slow…"]);
    sleep(Duration::from_secs(5)).await;
    site.settled().await;
    assert_eq!(journal.take(), ["…slow", "no code \"\" by Transport, not clean"]);
}

#[tokio::test(start_paused = true)]
async fn open_returns_before_the_first_message_is_handled() {
    struct Slow(Journal);
    #[ws_route("/slow", body = String)]
    impl Slow {
        async fn open(&self) {
            self.0.note("open…");
            sleep(Duration::from_secs(1)).await;
            self.0.note("…open");
        }

        fn message(&self, text: String) {
            self.0.note(text);
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Slow(journal.clone())));
    let mut client = site.connect::<Slow>("/slow").await.unwrap();
    client.send("early").await;
    client.ping("").await;
    assert_eq!(client.next().await, Event::Pong("".into()), "answered while `open` runs");
    assert_eq!(journal.take(), ["open…"]);
    sleep(Duration::from_secs(1)).await;
    site.settled().await;
    assert_eq!(journal.take(), ["…open", "early"]);
}

#[tokio::test(start_paused = true)]
async fn closed_resolves_when_the_peer_disconnects() {
    struct Patient(Journal);
    #[ws_route("/patient", body = String)]
    impl Patient {
        async fn message(&self, ws: &Socket<Self>, text: String) {
            self.0.note(text);
            ws.closed().await;
            self.0.note("told");
        }

        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }

    for how in ["frame", "drop", "handle"] {
        let journal = Journal::default();
        let site = Site::start(Server::new().route(Patient(journal.clone())));
        let mut client = site.connect::<Patient>("/patient").await.unwrap();
        client.send(how).await;
        site.settled().await;
        assert_eq!(journal.take(), [how]);
        let end = match how {
            "frame" => {
                client.close(Close::NORMAL).await;
                "1000 \"\" by Remote, clean"
            }
            "drop" => {
                drop(client);
                "no code \"\" by Transport, not clean"
            }
            _ => {
                let channel = site.handle().channel::<Patient>().unwrap();
                assert_eq!(channel.disconnect(Close::new(4000, "out")), 1);
                assert_eq!(client.receive_close().await, (Some(4000), "out".into()));
                "4000 \"out\" by Local, clean"
            }
        };
        site.settled().await;
        assert_eq!(journal.take(), ["told", end], "{how}");
    }
}

#[tokio::test(start_paused = true)]
async fn ping_and_pong_handlers_get_their_payloads_in_order() {
    struct Beats(Journal);
    #[ws_route("/beats", body = String)]
    impl Beats {
        async fn ping(&self, payload: bytes::Bytes) {
            let before = format!("ping {}", payload.escape_ascii());
            sleep(Duration::from_secs(1)).await;
            assert_eq!(before, format!("ping {}", payload.escape_ascii()));
            self.0.note(before);
        }

        fn pong(&self, payload: bytes::Bytes) {
            self.0.note(format!("pong {}", payload.escape_ascii()));
        }

        fn message(&self, text: String) {
            self.0.note(text);
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Beats(journal.clone())));
    let mut client = site.connect::<Beats>("/beats").await.unwrap();
    client.ping("one").await;
    client.send("between").await;
    client.ping("two").await;
    client.pong("three").await;
    assert_eq!(client.next().await, Event::Pong("one".into()), "answered at once");
    assert_eq!(client.next().await, Event::Pong("two".into()), "while the handler of the first runs");
    assert_eq!(journal.take(), Vec::<String>::new());
    sleep(Duration::from_secs(3)).await;
    assert_eq!(journal.take(), ["ping one", "between", "ping two", "pong three"]);
}

#[tokio::test(start_paused = true)]
async fn plugin_adds_its_own_routes() {
    fn plugin(server: Server) -> Server {
        server.route(Witness(Journal::default()))
    }

    let site = Site::start(plugin(Server::new()));
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    client.send("Hello!").await;
    assert_eq!(client.receive().await, "Hello!");
}

#[tokio::test(start_paused = true)]
async fn unanswered_close_ends_at_the_close_timeout() {
    let (site, journal) = site();
    let mut client = site.connect::<Witness>("/witness").answering(false).await.unwrap();
    client.send("close").await;
    assert_eq!(client.receive_close().await, (Some(4242), "bye".into()));
    let began = tokio::time::Instant::now();
    assert_eq!(client.next().await, Event::End);
    assert_eq!(began.elapsed().as_secs(), 10);
    site.settled().await;
    assert_eq!(journal.take().pop().unwrap(), "4242 \"bye\" by Local, not clean");
}

/// A slow handler does not delay a pong.
#[tokio::test(start_paused = true)]
async fn ping_is_answered_while_a_handler_is_busy() {
    let (site, _) = site();
    let mut client = site.connect::<Witness>("/witness").await.unwrap();
    let began = tokio::time::Instant::now();
    client.send("slow").await;
    for payload in ["", "one", "two"] {
        client.ping(payload).await;
        assert_eq!(client.next().await, Event::Pong(payload.into()));
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(client.receive().await, "slow");
}
