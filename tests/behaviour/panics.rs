//! A panic in any code of a route closes its connection with 1011 and affects no other.

use futures_util::{Stream, StreamExt, stream};
use ws_runtime::{Close, Closed, Error, Server, Socket, testing::Event, testing::Site, ws_route};

use crate::{
    errors::named,
    support::{Journal, Note},
};

#[tokio::test(start_paused = true)]
async fn panic_in_any_handler_is_contained() {
    struct Fragile(Journal);
    #[ws_route("/fragile/{handler}", body = String, response = Note)]
    impl Fragile {
        fn open(&self, ws: &Socket<Self>) {
            assert!(ws.params().handler != "open", "open");
        }

        fn message(&self, ws: &Socket<Self>, text: String) -> Note {
            assert!(ws.params().handler != "message", "message");
            Note { message: text }
        }

        async fn ping(&self, ws: &Socket<Self>) {
            assert!(ws.params().handler != "ping", "ping");
        }

        fn pong(&self, ws: &Socket<Self>) {
            assert!(ws.params().handler != "pong", "pong");
        }

        fn error(&self, error: Error) {
            self.0.note(named(&error));
        }

        fn close(&self, ws: &Socket<Self>, closed: Closed) {
            self.0.note_end(&closed);
            assert!(ws.params().handler != "close", "close");
        }
    }

    for (handler, code) in
        [("open", 1011), ("message", 1011), ("ping", 1011), ("pong", 1011), ("close", 1000)]
    {
        let journal = Journal::default();
        let site = Site::start(Server::new().route(Fragile(journal.clone())));
        let mut client = site.connect::<Fragile>(&format!("/fragile/{handler}")).await.unwrap();
        client.send("Hello!").await;
        client.ping("").await;
        client.pong("").await;
        if handler == "close" {
            client.close(Close::NORMAL).await;
        }
        let ended = async {
            loop {
                match client.next().await {
                    Event::Close(code, _) => break code,
                    Event::End => panic!("{handler}: no close frame"),
                    _ => {}
                }
            }
        };
        assert_eq!(ended.await, Some(code), "{handler}");
        site.settled().await;
        let mut noted = journal.take();
        let end = noted.pop().unwrap();
        assert!(end.starts_with(&code.to_string()), "{handler}: {end}");
        let told: &[String] = &[format!("panicked: {handler}")];
        assert_eq!(noted, if code == 1011 { told } else { &[] }, "{handler}");
        let channel = site.handle().channel::<Fragile>().unwrap();
        assert_eq!(channel.sockets().len(), 0, "{handler}: the socket is gone");
    }
}

#[tokio::test(start_paused = true)]
async fn panic_in_drain_is_contained() {
    struct Leaky(Journal);
    #[ws_route("/leaky", body = String, response = Note, backpressure_limit = 1000)]
    impl Leaky {
        fn message(&self, text: String) -> Note {
            Note { message: text }
        }

        fn drain(&self) {
            self.0.note("drain");
            panic!("drain");
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Leaky(journal.clone())));
    let mut client = site.connect::<Leaky>("/leaky").buffer(64).await.unwrap();
    client.send(&*"x".repeat(900)).await;
    site.settled().await;
    assert_eq!(client.receive().await.message.len(), 900);
    assert_eq!(client.receive_close().await.0, Some(1011));
    assert_eq!(journal.take(), ["drain"]);
}

#[tokio::test(start_paused = true)]
async fn panic_in_deserialize_is_contained() {
    #[derive(schemars::JsonSchema)]
    struct Bomb {}
    impl<'de> serde::Deserialize<'de> for Bomb {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("in `Deserialize`")
        }
    }
    struct Bombs(Journal);
    #[ws_route("/bombs", body = Bomb, response = Note)]
    impl Bombs {
        fn message(&self, _bomb: Bomb) {}

        fn error(&self, error: Error) {
            self.0.note(named(&error));
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Bombs(journal.clone())));
    let mut client = site.connect::<Bombs>("/bombs").await.unwrap();
    client.send_text("{}").await;
    assert_eq!(client.receive_close().await.0, Some(1011));
    assert_eq!(journal.take(), ["panicked: in `Deserialize`"]);
}

/// When a socket closes, its waiting messages are dropped without being handled. A panic in that drop prevents neither
/// the closing handshake nor `close`.
#[tokio::test(start_paused = true)]
async fn panic_while_a_message_is_dropped_is_contained() {
    #[derive(schemars::JsonSchema, serde::Deserialize)]
    struct Mine {
        message: String,
    }
    impl Drop for Mine {
        fn drop(&mut self) {
            assert!(self.message != "mine", "in `Drop`");
        }
    }
    struct Mines(Journal);
    #[ws_route("/mines", body = Mine, response = Note)]
    impl Mines {
        async fn message(&self, ws: &Socket<Self>, mine: Mine) {
            self.0.note(&mine.message);
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            ws.close(Close::NORMAL);
        }

        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Mines(journal.clone())));
    let mut client = site.connect::<Mines>("/mines").await.unwrap();
    for message in ["first", "mine"] {
        client.send_text(format!("{{\"message\": {message:?}}}")).await;
    }
    assert_eq!(client.receive_close().await.0, Some(1000));
    site.settled().await;
    assert_eq!(journal.take(), ["first", "1000 \"\" by Local, clean"]);
}

#[tokio::test(start_paused = true)]
async fn panic_in_a_stream_is_contained() {
    struct Cracked(Journal);
    #[ws_route("/cracked/{from}", body = Note, response = Note)]
    impl Cracked {
        fn open(&self, ws: &Socket<Self>) -> Option<impl Stream<Item = Note> + use<>> {
            (ws.params().from == "open").then(Self::stream)
        }

        fn message(&self) -> impl Stream<Item = Note> + use<> {
            Self::stream()
        }

        fn error(&self, error: Error) {
            self.0.note(named(&error));
        }

        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }
    impl Cracked {
        fn stream() -> impl Stream<Item = Note> + use<> {
            stream::iter([Some("first"), None]).map(|word| Note::new(word.expect("crack")))
        }
    }

    for from in ["open", "message"] {
        let journal = Journal::default();
        let site = Site::start(Server::new().route(Cracked(journal.clone())));
        let mut client = site.connect::<Cracked>(&format!("/cracked/{from}")).await.unwrap();
        if from == "message" {
            client.send(&Note::new("")).await;
        }
        assert_eq!(client.receive().await, Note::new("first"), "{from}");
        assert_eq!(client.receive_close().await.0, Some(1011), "{from}");
        site.settled().await;
        assert_eq!(journal.take(), ["panicked: crack", "1011 \"internal error\" by Local, clean"], "{from}");
    }
}
