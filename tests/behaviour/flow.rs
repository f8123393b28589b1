//! Backpressure in both directions: slow readers and slow handlers.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use ws_runtime::{
    Closed, Delivery, Server, Socket, testing::Client, testing::Event, testing::Site, ws_route,
};

use crate::support::Journal;

/// Sends the requested number of messages of 100 bytes, header included, and records the result of each `send`.
macro_rules! sender {
    ($name:ident, $path:literal $(, $key:ident = $value:tt)*) => {
        struct $name(Journal);

        #[ws_route($path, body = String, response = String $(, $key = $value)*)]
        impl $name {
            async fn message(&self, ws: &Socket<Self>, count: String) {
                let mut row: Vec<(Delivery, usize)> = Vec::new();
                for _ in 0..count.parse().unwrap_or(0) {
                    let delivery = ws.send(&*"x".repeat(98));
                    match row.last_mut() {
                        Some((last, times)) if *last == delivery => *times += 1,
                        _ => row.push((delivery, 1)),
                    }
                }
                let row: Vec<_> = row.iter().map(|(delivery, times)| format!("{times} {delivery:?}")).collect();
                self.0.note(format!("{}; {} buffered", row.join(", "), ws.buffered_amount()));
            }

            fn drain(&self, ws: &Socket<Self>) {
                self.0.note(format!("drain at {}", ws.buffered_amount()));
            }

            fn close(&self, closed: Closed) {
                self.0.note_end(&closed);
            }
        }
    };
}

sender!(Small, "/small", backpressure_limit = 1000);
sender!(Plain, "/plain");

/// Reads messages until none arrives for a second.
async fn read_all<E>(client: &mut Client<E>) -> usize
where
    E: ws_runtime::Endpoint<Contract: ws_runtime::Contract<Response = String>>,
{
    let mut count = 0;
    while let Ok(Event::Message(_)) = timeout(Duration::from_secs(1), client.next()).await {
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn messages_over_the_backpressure_limit_are_dropped() {
    let journal = Journal::default();
    let routes = Server::new().route(Small(journal.clone())).route(Plain(journal.clone()));
    let site = Site::start(routes.backpressure_limit(2000));
    // The sixth message raises the queue above half of its limit, and the tenth fills it.
    let mut small = site.connect::<Small>("/small").buffer(64).await.unwrap();
    small.send("12").await;
    site.settled().await;
    assert_eq!(journal.take(), ["5 Sent, 5 Backpressure, 2 Dropped; 1000 buffered"]);
    // 64 of the queued bytes are in transit when the client sends its next request.
    small.send("2").await;
    site.settled().await;
    assert_eq!(journal.take(), Vec::<String>::new(), "no message is handled while the queue is above half");

    let mut plain = site.connect::<Plain>("/plain").buffer(64).await.unwrap();
    plain.send("22").await;
    site.settled().await;
    assert_eq!(journal.take(), ["10 Sent, 10 Backpressure, 2 Dropped; 2000 buffered"]);

    assert_eq!(read_all(&mut small).await, 10 + 2);
    let noted = journal.take();
    assert_eq!(noted.len(), 2, "{noted:?}");
    assert!(
        noted.iter().any(|note| note == "2 Sent; 200 buffered" || note.starts_with("2 Sent;")),
        "{noted:?}"
    );
    assert_eq!(noted.iter().filter(|note| note.starts_with("drain")).count(), 1, "{noted:?}");
    assert_eq!(read_all(&mut plain).await, 20);
}

#[tokio::test(start_paused = true)]
async fn drain_runs_once_the_queue_falls_below_a_quarter() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Small(journal.clone())));
    let mut client = site.connect::<Small>("/small").buffer(100).await.unwrap();
    for (count, drains) in [("5", 0), ("6", 1), ("10", 1), ("3", 0), ("12", 1)] {
        client.send(count).await;
        site.settled().await;
        assert_eq!(journal.take().len(), 1, "{count}: nothing drains before something is read");
        read_all(&mut client).await;
        let noted = journal.take();
        assert_eq!(noted.len(), drains, "{count}: {noted:?}");
        for note in noted {
            let level: usize = note.strip_prefix("drain at ").unwrap().parse().unwrap();
            assert!(level < 250, "{count}: {note}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn close_on_backpressure_limit_closes_with_1013() {
    async fn closed<E>(site: &Site, journal: &Journal, path: &str)
    where
        E: ws_runtime::Endpoint<Contract: ws_runtime::Contract<Body = String, Response = String>>,
    {
        let mut client = site.connect::<E>(path).buffer(64).await.unwrap();
        client.send("10").await;
        site.settled().await;
        assert_eq!(
            journal.take(),
            ["5 Sent, 5 Backpressure; 1000 buffered"],
            "{path}: the limit is not passed yet"
        );
        assert_eq!(read_all(&mut client).await, 10);
        journal.take();
        client.send("12").await;
        site.settled().await;
        let noted = journal.take();
        assert!(noted[0].starts_with("5 Sent, 5 Backpressure, 1 Dropped, 1 Closed;"), "{path}: {noted:?}");
        // The client receives the messages that were queued earlier, then the close frame.
        for _ in 0..10 {
            assert_eq!(client.receive().await.len(), 98);
        }
        assert_eq!(client.receive_close().await.0, Some(1013));
        site.settled().await;
        assert_eq!(journal.take().pop().unwrap(), "1013 \"reads too slowly\" by Local, clean", "{path}");
    }
    sender!(Closing, "/closing", backpressure_limit = 1000, close_on_backpressure_limit = true);

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Closing(journal.clone())));
    closed::<Closing>(&site, &journal, "/closing").await;
    let site = Site::start(Server::new().route(Small(journal.clone())).close_on_backpressure_limit(true));
    closed::<Small>(&site, &journal, "/small").await;
}

#[tokio::test(start_paused = true)]
async fn drained_waits_until_the_peer_has_read() {
    struct Waiting(Journal);
    #[ws_route("/waiting", body = String, response = String, backpressure_limit = 1000)]
    impl Waiting {
        async fn message(&self, ws: &Socket<Self>, _text: String) {
            ws.drained().await;
            self.0.note("at once");
            for n in 0..100 {
                if ws.send(&*format!("{n:098}")) == Delivery::Backpressure {
                    ws.drained().await;
                    self.0.note("drained");
                }
            }
            self.0.note("done");
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Waiting(journal.clone())));
    let mut client = site.connect::<Waiting>("/waiting").buffer(64).await.unwrap();
    client.send("").await;
    site.settled().await;
    assert_eq!(journal.take(), ["at once"]);
    for n in 0..100 {
        assert_eq!(client.receive().await.parse(), Ok(n), "nothing is lost");
    }
    assert_eq!(journal.take().pop().unwrap(), "done");

    // `drained` also resolves when the socket closes.
    client.send("").await;
    site.settled().await;
    drop(client);
    site.settled().await;
    assert_eq!(journal.take().pop().unwrap(), "done");
}

#[tokio::test(start_paused = true)]
async fn message_longer_than_the_limit_is_sent_whole() {
    struct Long;
    #[ws_route("/long", body = String, response = String, backpressure_limit = 1000)]
    impl Long {
        fn message(&self, text: String) -> String {
            text
        }
    }

    let site = Site::start(Server::new().route(Long));
    let mut client = site.connect::<Long>("/long").await.unwrap();
    let text = "x".repeat(100_000);
    client.send(&text).await;
    assert_eq!(client.receive().await, text);
}

/// A handler that takes ten seconds for each message.
struct Slow(Journal);

#[ws_route("/slow", body = Vec<u8>, max_payload_length = "64KiB", idle_timeout = 4)]
impl Slow {
    async fn message(&self, bytes: Vec<u8>) {
        sleep(Duration::from_secs(10)).await;
        self.0.note(bytes.len().to_string());
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

/// While a handler runs, the server reads about one `max_payload_length` ahead. After that TCP pushes back, and the
/// idle timeout is suspended.
#[tokio::test(start_paused = true)]
async fn reading_ahead_is_bounded() {
    const LENGTH: usize = 1000;
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Slow(journal.clone())));
    let mut client = site.connect::<Slow>("/slow").answering(false).buffer(LENGTH).await.unwrap();
    let mut taken = 0;
    while timeout(Duration::from_secs(1), client.send(&[0; LENGTH][..])).await.is_ok() {
        taken += LENGTH;
    }
    // The limit includes the overhead of each stored message.
    assert!((60 << 10..=80 << 10).contains(&taken), "{taken} bytes were read ahead");
    // The peer is not idle: it cannot send while the server does not read.
    sleep(Duration::from_secs(25)).await;
    assert_eq!(journal.take(), ["1000", "1000"]);
}

#[tokio::test(start_paused = true)]
async fn silent_peer_times_out_while_its_handler_is_busy() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Slow(journal.clone())));
    let mut client = site.connect::<Slow>("/slow").answering(false).await.unwrap();
    let began = Instant::now();
    client.send(&[0][..]).await;
    assert_eq!(client.next().await, Event::Ping("".into()));
    assert_eq!(client.next().await, Event::Close(Some(1001), "idle timeout".into()));
    assert_eq!(began.elapsed().as_secs(), 4, "the peer is closed at once, not when the handler returns");
    sleep(Duration::from_secs(6)).await;
    site.settled().await;
    assert_eq!(journal.take(), ["1"], "the handler finishes");
    sleep(Duration::from_secs(10)).await;
    assert_eq!(journal.take(), ["1001 \"idle timeout\" by Local, not clean"]);
}

/// A route that pauses its socket for two minutes on request.
struct Pausing(Journal);

#[ws_route("/pausing", body = String, response = String, idle_timeout = 4, ping_interval = off)]
impl Pausing {
    fn message(&self, ws: &Socket<Self>, text: String) -> String {
        if text == "pause" {
            ws.pause();
            let ws = ws.clone();
            tokio::spawn(async move {
                sleep(Duration::from_secs(120)).await;
                ws.resume();
            });
        }
        self.0.note(&text);
        text
    }
}

#[tokio::test(start_paused = true)]
async fn paused_socket_is_not_read_and_never_times_out() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Pausing(journal.clone())));
    let mut client = site.connect::<Pausing>("/pausing").await.unwrap();
    client.send("pause").await;
    assert_eq!(client.receive().await, "pause");
    let began = Instant::now();
    client.send("held back").await;
    client.ping("").await;
    sleep(Duration::from_secs(20)).await;
    assert_eq!(journal.take(), ["pause"], "what a paused socket is sent stays with the peer");
    assert_eq!(client.receive().await, "held back");
    assert_eq!(client.next().await, Event::Pong("".into()));
    assert_eq!(began.elapsed().as_secs(), 120);
    // The idle time starts again when the socket resumes.
    assert_eq!(client.receive_close().await.0, Some(1001));
    assert_eq!(began.elapsed().as_secs(), 124);
}
