//! Application values that panic in `Drop`. The panic affects only the socket of the value, whichever task drops it.

use std::{
    future::pending,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use ws_runtime::{
    Channel, Close, Closed, Handshake, Reject, Server, Socket,
    testing::{Event, Site},
    ws_route,
};

use crate::support::Journal;

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a value of the application's is dropped");
    }
}

/// A route whose connection data panics in `Drop` if the path says so. On a message, the socket stores handles of all
/// other sockets.
struct Field {
    journal: Journal,
    kept: Mutex<Vec<Socket<Field>>>,
}

#[ws_route("/field/{kind}", body = String, response = String)]
impl Field {
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Option<Bomb>, Reject> {
        match &*handshake.params().kind {
            "refused" => {
                let _bomb = Bomb;
                Err(Reject::status(403))
            }
            kind => Ok((kind == "bomb").then(|| Bomb)),
        }
    }

    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    fn message(&self, ws: &Socket<Self>, text: String) -> String {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if text == "keep" {
            let all = ws.channel().sockets();
            kept.extend(all.into_iter().filter(|socket| socket != ws));
        } else {
            kept.clear();
        }
        text
    }

    fn close(&self, ws: &Socket<Self>, closed: Closed) {
        self.journal.note_end(&closed);
        if ws.data().is_some() {
            self.journal.note("had a bomb");
        }
    }
}

fn field() -> (Site, Journal, Channel<Field>) {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Field { journal: journal.clone(), kept: Mutex::default() }));
    let channel = site.handle().channel::<Field>().unwrap();
    (site, journal, channel)
}

#[tokio::test(start_paused = true)]
async fn data_that_panics_in_drop_affects_no_other_socket() {
    for how in ["its own task", "a handler of another socket", "a publisher", "a task of the application's"] {
        let (site, journal, channel) = field();
        let mut other = site.connect::<Field>("/field/plain").await.unwrap();
        site.settled().await;
        let mut bombed = site.connect::<Field>("/field/bomb").await.unwrap();
        site.settled().await;
        let own = channel.sockets().into_iter().find(|socket| socket.data().is_some()).unwrap();
        if how == "a handler of another socket" {
            other.send("keep").await;
            assert_eq!(other.receive().await, "keep");
        }
        let own = (how == "a task of the application's").then_some(own);
        bombed.close(Close::NORMAL).await;
        if how == "a publisher" {
            // The flusher finds the socket while it is closing.
            let _ = channel.publish("all", "while it goes");
        }
        while bombed.next().await != Event::End {}
        site.settled().await;
        assert_eq!(journal.take(), ["1000 \"\" by Remote, clean", "had a bomb"], "{how}");
        drop(own);
        if how == "a publisher" {
            assert_eq!(other.receive().await, "while it goes");
        }
        other.send("drop").await;
        assert_eq!(other.receive().await, "drop", "{how}");
        for text in ["still", "here"] {
            assert_eq!(channel.publish("all", text).receivers(), 1, "{how}");
            assert_eq!(other.receive().await, text, "{how}");
        }
        let (shut, ()) = tokio::join!(site.shut_down(), async { while other.next().await != Event::End {} });
        assert_eq!(shut, (), "{how}");
    }
}

/// The deadline of a shutdown drops a suspended handler, whose local variable panics in `Drop`. `close` is still
/// called, and the shutdown completes.
#[tokio::test(start_paused = true)]
async fn aborted_handler_may_panic_in_drop_during_shutdown() {
    struct Waits(Journal);
    #[ws_route("/waits/{where_to}", body = String, response = String, close_timeout = 1)]
    impl Waits {
        async fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("all").unwrap();
            if ws.params().where_to == "open" {
                let _bomb = Bomb;
                pending::<()>().await;
            }
        }

        async fn message(&self, text: String) -> String {
            if text == "wait" {
                let _bomb = Bomb;
                pending::<()>().await;
            }
            text
        }

        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }

    for where_to in ["open", "message"] {
        let journal = Journal::default();
        let server = Server::new().shutdown_timeout(Duration::from_secs(5)).route(Waits(journal.clone()));
        let site = Site::start(server);
        let handle = site.handle();
        let mut other = site.connect::<Waits>("/waits/nowhere").await.unwrap();
        let mut waits = site.connect::<Waits>(&format!("/waits/{where_to}")).await.unwrap();
        if where_to == "message" {
            waits.send("wait").await;
        }
        site.settled().await;
        let reading = async { while other.next().await != Event::End {} };
        tokio::join!(site.shut_down(), reading);
        let ended = handle.ended().await;
        assert_eq!((ended.clean, ended.forced), (1, 1), "{where_to}");
        assert_eq!(journal.take().len(), 2, "{where_to}: `close` is called for both");
    }
}

/// The reply is sent before its value is dropped.
#[tokio::test(start_paused = true)]
async fn reply_that_panics_in_drop_closes_after_the_send() {
    #[derive(schemars::JsonSchema, serde::Deserialize, serde::Serialize)]
    struct Word {
        word: String,
    }
    impl Drop for Word {
        fn drop(&mut self) {
            assert!(self.word != "bomb" || std::thread::panicking(), "a reply is dropped");
        }
    }
    struct Words(Journal);
    #[ws_route("/words", body = String, response = Word)]
    impl Words {
        fn message(&self, word: String) -> Vec<Word> {
            vec![Word { word: "first".to_owned() }, Word { word }]
        }

        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Words(journal.clone())));
    let mut other = site.connect::<Words>("/words").await.unwrap();
    let mut client = site.connect::<Words>("/words").await.unwrap();
    client.send("bomb").await;
    let mut said = 0;
    let code = loop {
        match client.next().await {
            Event::Message(_) => said += 1,
            Event::Close(code, _) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((said, code), (2, Some(1011)));
    site.settled().await;
    assert_eq!(journal.take(), ["1011 \"internal error\" by Local, clean"]);
    other.send("good").await;
    assert_eq!((&*other.receive().await.word, &*other.receive().await.word), ("first", "good"));
}

/// The stream is dropped together with its socket.
#[tokio::test(start_paused = true)]
async fn stream_that_panics_in_drop_affects_no_other_socket() {
    struct Streams(Journal);
    #[ws_route("/streams/{from}", body = String, response = String)]
    impl Streams {
        fn open(&self, ws: &Socket<Self>) -> Option<impl Stream<Item = String> + use<>> {
            (ws.params().from == "open").then(Self::stream)
        }

        fn message(&self) -> impl Stream<Item = String> + use<> {
            Self::stream()
        }

        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }
    impl Streams {
        /// A stream that yields one item, then stays pending, and holds a value that panics in `Drop`.
        fn stream() -> impl Stream<Item = String> + use<> {
            stream::unfold((true, Bomb), |(first, bomb)| async move {
                if !first {
                    pending::<()>().await;
                }
                Some(("first".to_owned(), (false, bomb)))
            })
        }
    }

    for from in ["open", "message"] {
        for how in ["close", "gone"] {
            let journal = Journal::default();
            let site = Site::start(Server::new().route(Streams(journal.clone())));
            let mut client = site.connect::<Streams>(&format!("/streams/{from}")).await.unwrap();
            if from == "message" {
                client.send("go").await;
            }
            assert_eq!(client.receive().await, "first");
            if how == "close" {
                client.close(Close::NORMAL).await;
                while client.next().await != Event::End {}
            } else {
                drop(client);
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert_eq!(journal.take().len(), 1, "{from}, {how}: `close` is called");
            assert_eq!(site.handle().channel::<Streams>().unwrap().sockets().len(), 0, "{from}, {how}");
        }
    }
}

/// The application owns the bytes of messages in the queues of slow clients and in the log of a topic.
#[tokio::test(start_paused = true)]
async fn bytes_owner_that_panics_in_drop_affects_no_socket() {
    struct Owner(Vec<u8>, Bomb);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    struct Feed;
    #[ws_route("/feed", response = Bytes, backpressure_limit = 150_000)]
    impl Feed {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("all").unwrap();
        }
    }

    fn bomb(length: usize) -> Bytes {
        Bytes::from_owner(Owner(vec![7; length], Bomb))
    }
    type Say = fn(&Channel<Feed>, &Socket<Feed>, Bytes);
    let ways: [(&str, Say); 4] = [
        ("send", |_, socket, bytes| {
            let _ = socket.send(&bytes);
        }),
        ("send_raw", |_, socket, bytes| {
            let _ = socket.send_raw(bytes);
        }),
        ("publish", |channel, _, bytes| {
            let _ = channel.publish("all", &bytes);
        }),
        ("to", |channel, _, bytes| {
            let _ = channel.to("all").send(&bytes);
        }),
    ];
    for (way, say) in ways {
        for end in ["read", "cut off", "gone", "cut off by another's message", "full"] {
            let site = Site::start(Server::new().outbound_total(1 << 20).route(Feed));
            let mut client = site.connect::<Feed>("/feed").buffer(1024).await.unwrap();
            site.settled().await;
            let channel = site.handle().channel::<Feed>().unwrap();
            let socket = channel.sockets().remove(0);
            if end == "full" {
                if way != "publish" {
                    continue;
                }
                // This fills the queue, so only the log of the topic holds the next message.
                let _ = socket.send_raw(vec![1; 200_000]);
            }
            say(&channel, &socket, bomb(100_000));
            site.settled().await;
            match end {
                "read" => assert_eq!(client.receive().await.len(), 100_000),
                "cut off" => socket.terminate(),
                "cut off by another's message" => {
                    let _second = site.connect::<Feed>("/feed").buffer(1024).await.unwrap();
                    let to_second = channel.sockets().into_iter().find(|other| *other != socket).unwrap();
                    let _ = to_second.send_raw(vec![1; 1_000_000]);
                    assert_eq!(socket.buffered_amount(), 0, "{way}: the first socket is cut off");
                }
                _ => drop(client),
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
            // The flusher still serves another client.
            let mut other = site.connect::<Feed>("/feed").await.unwrap();
            site.settled().await;
            assert!(channel.publish("all", &Bytes::from_static(b"hello")).receivers() > 0, "{way}, {end}");
            assert_eq!(other.receive().await, &b"hello"[..], "{way}, {end}");
        }
    }
}

/// A rejected handshake drops connection data that panics in `Drop`.
#[tokio::test(start_paused = true)]
async fn drop_panic_in_a_rejected_handshake_gets_500() {
    let (site, journal, channel) = field();
    let refused = site.connect::<Field>("/field/refused").await.expect_err("it is refused");
    assert_eq!(refused.status(), 500);
    let mut other = site.connect::<Field>("/field/plain").await.unwrap();
    other.send("hello").await;
    assert_eq!(other.receive().await, "hello");
    assert_eq!((journal.take(), channel.sockets().len()), (Vec::new(), 1));
}
