//! Replies of handlers: none, one message, several, a stream, a close, and combinations of these.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, sleep};
use ws_runtime::{Close, Server, Socket, testing::Client, testing::Site, ws_route};

use crate::support::Journal;

async fn texts<E>(client: &mut Client<E>, count: usize) -> Vec<String>
where
    E: ws_runtime::Endpoint<Contract: ws_runtime::Contract<Response = String>>,
{
    let mut texts = Vec::new();
    for _ in 0..count {
        texts.push(client.receive().await);
    }
    texts
}

/// Returns a stream that counts up once per second.
fn ticks(count: usize) -> impl Stream<Item = String> + use<> {
    stream::unfold(0, move |n| async move {
        if n == count {
            return None;
        }
        sleep(Duration::from_secs(1)).await;
        Some((n.to_string(), n + 1))
    })
}

#[tokio::test(start_paused = true)]
async fn every_reply_type_is_sent() {
    struct Forms;
    #[ws_route("/forms", body = String, response = String)]
    impl Forms {
        async fn message(&self, form: String) -> Result<Option<Vec<String>>, Close> {
            sleep(Duration::from_millis(1)).await;
            match &*form {
                "none" => Ok(None),
                "empty" => Ok(Some(Vec::new())),
                "one" => Ok(Some(vec!["a".to_owned()])),
                "many" => Ok(Some(vec!["a".to_owned(), String::new(), "c".to_owned()])),
                _ => Err(Close::new(4000, "done")),
            }
        }
    }

    let site = Site::start(Server::new().route(Forms));
    let mut client = site.connect::<Forms>("/forms").await.unwrap();
    for (form, heard) in [("none", &[][..]), ("empty", &[]), ("one", &["a"]), ("many", &["a", "", "c"])] {
        client.send(form).await;
        assert_eq!(texts(&mut client, heard.len()).await, heard, "{form}");
        client.receive_nothing(Duration::from_secs(1)).await;
    }
    client.send("close").await;
    assert_eq!(client.receive_close().await, (Some(4000), "done".into()));
}

#[tokio::test(start_paused = true)]
async fn handler_may_reply_with_an_iterator_stream() {
    struct Letters;
    #[ws_route("/letters", body = String, response = String)]
    impl Letters {
        fn message(&self, text: String) -> impl Stream<Item = String> + use<> {
            stream::iter(["a", "b", "c"]).map(move |letter| format!("{text}:{letter}"))
        }
    }

    let site = Site::start(Server::new().route(Letters));
    let mut client = site.connect::<Letters>("/letters").await.unwrap();
    client.send("x").await;
    client.send("y").await;
    assert_eq!(texts(&mut client, 6).await, ["x:a", "x:b", "x:c", "y:a", "y:b", "y:c"]);
    client.receive_nothing(Duration::from_secs(1)).await;
}

/// The stream that `message` returns is part of the handler. Each item is sent as soon as it is ready.
#[tokio::test(start_paused = true)]
async fn handler_may_reply_with_an_asynchronous_stream() {
    struct Ticks;
    #[ws_route("/ticks", body = String, response = String)]
    impl Ticks {
        fn message(&self, _text: String) -> impl Stream<Item = String> + use<> {
            ticks(2)
        }
    }

    let site = Site::start(Server::new().route(Ticks));
    let mut client = site.connect::<Ticks>("/ticks").await.unwrap();
    let began = Instant::now();
    client.send("").await;
    client.send("").await;
    for (heard, seconds) in [("0", 1), ("1", 2), ("0", 3), ("1", 4)] {
        assert_eq!(client.receive().await, heard);
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn open_may_reply_with_a_stream() {
    struct Greeting;
    #[ws_route("/greeting", response = String)]
    impl Greeting {
        fn open(&self) -> Vec<String> {
            vec!["hello".to_owned(), "world".to_owned()]
        }
    }

    let site = Site::start(Server::new().route(Greeting));
    let mut client = site.connect::<Greeting>("/greeting").await.unwrap();
    assert_eq!(texts(&mut client, 2).await, ["hello", "world"]);
}

/// The stream that `open` returns runs beside the other handlers of the connection.
#[tokio::test(start_paused = true)]
async fn stream_returned_by_open_runs_while_messages_are_handled() {
    struct Feed;
    #[ws_route("/feed", body = String, response = String)]
    impl Feed {
        async fn open(&self) -> impl Stream<Item = String> + use<> {
            ticks(3)
        }

        fn message(&self, text: String) -> String {
            text
        }
    }

    let site = Site::start(Server::new().route(Feed));
    let mut client = site.connect::<Feed>("/feed").await.unwrap();
    client.send("first").await;
    assert_eq!(texts(&mut client, 2).await, ["first", "0"]);
    client.send("between").await;
    assert_eq!(texts(&mut client, 3).await, ["between", "1", "2"]);
    client.send("after its end").await;
    assert_eq!(texts(&mut client, 1).await, ["after its end"]);
}

/// A stream may borrow the route and the socket, and an item may be another stream.
#[tokio::test(start_paused = true)]
async fn streams_may_borrow_and_nest() {
    struct Nested {
        name: String,
    }
    #[ws_route("/nested/{who}", body = String, response = String)]
    impl Nested {
        fn message<'a>(&'a self, ws: &'a Socket<Self>) -> impl Stream<Item = Option<String>> + use<'a> {
            stream::iter([&self.name, &ws.params().who]).map(|name| Some(name.clone()))
        }

        fn open(&self) -> impl Stream<Item = impl Stream<Item = String> + use<>> + use<> {
            stream::iter([1, 2]).map(|n| stream::iter(["a", "b"]).map(move |letter| format!("{n}{letter}")))
        }
    }

    let site = Site::start(Server::new().route(Nested { name: "ada".to_owned() }));
    let mut client = site.connect::<Nested>("/nested/bob").await.unwrap();
    assert_eq!(texts(&mut client, 4).await, ["1a", "1b", "2a", "2b"]);
    client.send("").await;
    assert_eq!(texts(&mut client, 2).await, ["ada", "bob"]);
}

#[tokio::test(start_paused = true)]
async fn close_in_a_stream_ends_it() {
    struct Ending;
    #[ws_route("/ending", body = String, response = String)]
    impl Ending {
        fn message(&self, text: String) -> impl Stream<Item = Result<String, Close>> + use<> {
            stream::iter([Ok(text), Err(Close::new(4003, "over")), Ok("never".to_owned())])
        }
    }

    let site = Site::start(Server::new().route(Ending));
    let mut client = site.connect::<Ending>("/ending").await.unwrap();
    client.send("goodbye").await;
    assert_eq!(client.receive().await, "goodbye");
    assert_eq!(client.receive_close().await, (Some(4003), "over".into()));
}

/// A route that replies with an endless stream, counts its items, and records when it is dropped.
struct Flood {
    made: Arc<AtomicUsize>,
    journal: Journal,
}

struct NotesDrop(Journal);

impl Drop for NotesDrop {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

impl Flood {
    fn stream(&self) -> impl Stream<Item = String> + use<> {
        let (made, guard) = (Arc::clone(&self.made), NotesDrop(self.journal.clone()));
        stream::repeat_with(move || {
            let _of_the_stream = &guard;
            made.fetch_add(1, Ordering::Relaxed);
            "x".repeat(100)
        })
    }
}

#[ws_route("/flood/{from}", body = String, response = String, backpressure_limit = 1000)]
impl Flood {
    fn open(&self, ws: &Socket<Self>) -> Option<impl Stream<Item = String> + use<>> {
        (ws.params().from == "open").then(|| self.stream())
    }

    fn message(&self, text: String) -> Result<impl Stream<Item = String> + use<>, Close> {
        if text == "close" { Err(Close::NORMAL) } else { Ok(self.stream()) }
    }
}

/// A stream is polled only as fast as its client reads, and is dropped with the connection.
#[tokio::test(start_paused = true)]
async fn stream_waits_for_its_client_and_ends_with_it() {
    for from in ["open", "message"] {
        let (made, journal) = (Arc::new(AtomicUsize::new(0)), Journal::default());
        let flood = Flood { made: Arc::clone(&made), journal: journal.clone() };
        let site = Site::start(Server::new().route(flood));
        let connecting = site.connect::<Flood>(&format!("/flood/{from}"));
        let mut client = connecting.buffer(500).background(false).await.unwrap();
        if from == "message" {
            client.send("go").await;
        }
        sleep(Duration::from_secs(5)).await;
        let before = made.load(Ordering::Relaxed);
        assert!((5..=12).contains(&before), "{from}: {before} items are in 500 + 1000 bytes of queues");
        for _ in 0..50 {
            assert_eq!(client.receive().await.len(), 100);
        }
        site.settled().await;
        let then = made.load(Ordering::Relaxed);
        assert!((50..=50 + 12).contains(&then), "{from}: {then} items were made for 50 that were read");
        assert_eq!(journal.take(), Vec::<String>::new());
        drop(client);
        site.settled().await;
        assert_eq!(journal.take(), ["dropped"], "{from}");
    }
}

/// Of several replies, those that fit in the queue are sent and the rest are dropped.
#[tokio::test(start_paused = true)]
async fn replies_over_the_backpressure_limit_are_dropped() {
    struct Burst;
    #[ws_route("/burst", body = String, response = String, backpressure_limit = 1000)]
    impl Burst {
        fn message(&self, text: String) -> Vec<String> {
            (0..100).map(|n| format!("{text}{n}")).collect()
        }
    }

    let site = Site::start(Server::new().route(Burst));
    let mut client = site.connect::<Burst>("/burst").buffer(64).await.unwrap();
    client.send(&*"x".repeat(98)).await;
    site.settled().await;
    let mut heard = 0;
    while let Ok(text) = tokio::time::timeout(Duration::from_secs(1), client.receive()).await {
        assert!(text.ends_with(&format!("x{heard}")), "{text}");
        heard += 1;
    }
    assert_eq!(heard, 10, "the limit is looked at before a message is queued, so ten of 101 bytes are");
}

#[tokio::test(start_paused = true)]
async fn close_reply_follows_earlier_messages() {
    struct Farewell;
    #[ws_route("/farewell", body = String, response = String)]
    impl Farewell {
        fn message(&self, ws: &Socket<Self>, text: String) -> Close {
            let _ = ws.send(&text);
            let _ = ws.send("goodbye");
            Close::new(4242, "bye")
        }
    }

    let site = Site::start(Server::new().route(Farewell));
    let mut client = site.connect::<Farewell>("/farewell").await.unwrap();
    client.send("x").await;
    assert_eq!(texts(&mut client, 2).await, ["x", "goodbye"]);
    assert_eq!(client.receive_close().await, (Some(4242), "bye".into()));
}
