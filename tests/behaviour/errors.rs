//! Failed or panicking handlers and invalid messages: the frames that the client gets, and the calls of the `error`
//! handler.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::json;
use ws_runtime::{Close, Closed, Error, Server, Socket, testing::Event, testing::Site, ws_route};

use crate::support::{Journal, Note};

const INTERNAL: fn() -> serde_json::Value = || json!({"type": "error", "detail": "internal error"});

pub(crate) fn named(error: &Error) -> String {
    match error {
        Error::Invalid(invalid) => format!("invalid: {}", invalid.detail()),
        Error::Failed(error) => format!("failed: {error}"),
        Error::Panicked(text) => format!("panicked: {text}"),
        _ => "another".to_owned(),
    }
}

/// A route that fails as requested and has no `error` handler.
struct Failing(Journal);

#[ws_route("/failing", body = Note, response = Note)]
impl Failing {
    async fn message(&self, note: Note) -> Result<Note, Box<dyn std::error::Error + Send + Sync>> {
        match &*note.message {
            "fail" => Err("s3cret".into()),
            "close" => Err(Close::new(4001, "expired"))?,
            "panic" => panic!("s3cret"),
            _ => Ok(note),
        }
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

#[tokio::test(start_paused = true)]
async fn error_sends_a_frame_without_its_text() {
    let site = Site::start(Server::new().route(Failing(Journal::default())));
    let mut client = site.connect::<Failing>("/failing").await.unwrap();
    client.send(&Note::new("fail")).await;
    assert_eq!(client.receive_error().await, INTERNAL());
    client.send(&Note::new("Hello!")).await;
    assert_eq!(client.receive().await, Note::new("Hello!"), "the connection stays open");
}

#[tokio::test(start_paused = true)]
async fn close_returned_as_an_error_closes() {
    let site = Site::start(Server::new().route(Failing(Journal::default())));
    let mut client = site.connect::<Failing>("/failing").await.unwrap();
    client.send(&Note::new("close")).await;
    assert_eq!(client.receive_close().await, (Some(4001), "expired".into()));
}

#[tokio::test(start_paused = true)]
async fn panic_closes_its_socket_alone() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Failing(journal.clone())));
    let mut client = site.connect::<Failing>("/failing").await.unwrap();
    let mut other = site.connect::<Failing>("/failing").await.unwrap();
    client.send(&Note::new("panic")).await;
    assert_eq!(client.receive_close().await, (Some(1011), "internal error".into()));
    assert_eq!(client.next().await, Event::End);
    other.send(&Note::new("Hello!")).await;
    assert_eq!(other.receive().await, Note::new("Hello!"));
    assert_eq!(journal.take(), ["1011 \"internal error\" by Local, clean"]);
}

/// A response type that panics in `Serialize`.
#[derive(JsonSchema)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        panic!("s3cret")
    }
}

#[tokio::test(start_paused = true)]
async fn response_that_panics_in_serialize_closes() {
    struct Mute(Journal);
    #[ws_route("/mute", body = bool, response = Unwritable)]
    impl Mute {
        async fn message(&self, waits: bool) -> Unwritable {
            if waits {
                tokio::task::yield_now().await;
            }
            Unwritable
        }

        fn error(&self, error: Error) {
            self.0.note(named(&error));
        }
    }

    for waits in ["false", "true"] {
        let journal = Journal::default();
        let site = Site::start(Server::new().route(Mute(journal.clone())));
        let mut client = site.connect::<Mute>("/mute").await.unwrap();
        client.send_text(waits).await;
        assert_eq!(client.receive_close().await, (Some(1011), "internal error".into()), "{waits}");
        assert_eq!(journal.take(), ["panicked: s3cret"], "{waits}");
    }
}

/// Tests each return value of `error`.
#[tokio::test(start_paused = true)]
async fn error_handler_decides_what_the_client_receives() {
    struct Says(Journal);
    #[ws_route("/says/{what}", body = Note, response = Note)]
    impl Says {
        fn message(&self, note: Note) -> Result<Note, String> {
            if note.message == "panic" { panic!("oh") } else { Err(note.message) }
        }

        async fn error(&self, ws: &Socket<Self>, error: Error) -> Result<Option<Note>, Close> {
            self.0.note(named(&error));
            match &*ws.params().what {
                "value" => Ok(Some(Note::new("caught"))),
                "none" => Ok(None),
                "close" => Err(Close::new(4002, "caught")),
                "panic" => panic!("in `error`"),
                _ => unreachable!("not in the table"),
            }
        }
    }

    let value = Event::Message(ws_runtime::Message::text(r#"{"message":"caught"}"#));
    let close = Event::Close(Some(4002), "caught".into());
    let failed = Event::Close(Some(1011), "internal error".into());
    for (what, event) in
        [("value", Some(value)), ("none", None), ("close", Some(close)), ("panic", Some(failed))]
    {
        for (text, error) in [
            (r#"{"message":"boom"}"#, "failed: boom"),
            (r#"{"message":"panic"}"#, "panicked: oh"),
            (r#"{"name":123}"#, "invalid: invalid message"),
        ] {
            let journal = Journal::default();
            let site = Site::start(Server::new().route(Says(journal.clone())));
            let mut client = site.connect::<Says>(&format!("/says/{what}")).await.unwrap();
            client.send_text(text).await;
            match &event {
                Some(event) => assert_eq!(client.next().await, *event, "{what}, {text}"),
                None => client.receive_nothing(Duration::from_secs(1)).await,
            }
            assert_eq!(journal.take(), [error], "{what}, {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn error_handler_without_a_reply_sends_the_default() {
    struct Silent;
    #[ws_route("/silent", body = Note, response = Note)]
    impl Silent {
        fn message(&self, note: Note) -> Result<(), String> {
            if note.message == "panic" { panic!("oh") } else { Err(note.message) }
        }

        fn error(&self, _error: Error) {}
    }

    let site = Site::start(Server::new().route(Silent));
    let mut client = site.connect::<Silent>("/silent").await.unwrap();
    client.send(&Note::new("boom")).await;
    assert_eq!(client.receive_error().await, INTERNAL());
    client.send_text("{}").await;
    assert_eq!(client.receive_error().await["type"], "validation");
    client.send(&Note::new("panic")).await;
    assert_eq!(client.receive_close().await.0, Some(1011));
}

#[tokio::test(start_paused = true)]
async fn error_in_the_error_handler_is_not_handled_again() {
    struct Twice(Journal);
    #[ws_route("/twice", body = Note, response = Note)]
    impl Twice {
        fn message(&self) -> Result<(), &'static str> {
            Err("first")
        }

        fn error(&self, error: Error) -> Result<(), &'static str> {
            self.0.note(named(&error));
            Err("second")
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Twice(journal.clone())));
    let mut client = site.connect::<Twice>("/twice").await.unwrap();
    client.send(&Note::new("")).await;
    assert_eq!(client.receive_error().await, INTERNAL());
    client.receive_nothing(Duration::from_secs(1)).await;
    assert_eq!(journal.take(), ["failed: first"]);
}

#[tokio::test(start_paused = true)]
async fn error_handler_can_send_when_open_fails() {
    struct Recovering;
    #[ws_route("/recovering", body = Note, response = Note)]
    impl Recovering {
        fn open(&self) -> Result<Note, &'static str> {
            Err("no")
        }

        fn message(&self, note: Note) -> Note {
            note
        }

        fn error(&self, ws: &Socket<Self>) -> Note {
            let _ = ws.send(&Note::new("first"));
            Note::new("recovered")
        }
    }

    let site = Site::start(Server::new().route(Recovering));
    let mut client = site.connect::<Recovering>("/recovering").await.unwrap();
    assert_eq!(client.receive().await, Note::new("first"));
    assert_eq!(client.receive().await, Note::new("recovered"));
    client.send(&Note::new("open")).await;
    assert_eq!(client.receive().await, Note::new("open"));
}

#[tokio::test(start_paused = true)]
async fn failed_item_does_not_end_its_stream() {
    struct Bumpy;
    #[ws_route("/bumpy", body = Note, response = Note)]
    impl Bumpy {
        fn message(&self) -> impl Stream<Item = Result<Note, &'static str>> + use<> {
            stream::iter([Ok(Note::new("first")), Err("bump"), Ok(Note::new("second"))])
        }

        fn error(&self) -> Note {
            Note::new("caught")
        }
    }

    let site = Site::start(Server::new().route(Bumpy));
    let mut client = site.connect::<Bumpy>("/bumpy").await.unwrap();
    for _ in 0..2 {
        client.send(&Note::new("")).await;
        for heard in ["first", "caught", "second"] {
            assert_eq!(client.receive().await, Note::new(heard));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn errors_close_if_an_error_frame_resembles_data() {
    struct Opaque;
    #[ws_route("/opaque", body = Note, response = String)]
    impl Opaque {
        fn message(&self, note: Note) -> Result<String, String> {
            Err(note.message)
        }
    }

    let site = Site::start(Server::new().route(Opaque));
    for (what, code) in [("binary", 1003), ("invalid", 1007), ("failed", 1011)] {
        let mut client = site.connect::<Opaque>("/opaque").await.unwrap();
        match what {
            "binary" => client.send_binary("{\"message\":\"\"}").await,
            "invalid" => client.send_text("{}").await,
            _ => client.send(&Note::new("")).await,
        }
        assert_eq!(client.receive_close().await.0, Some(code), "{what}");
    }
}

#[test]
fn errors_are_small_and_implement_send() {
    fn check<E: std::error::Error + Send + Sync + 'static>() {
        let size = size_of::<E>();
        assert!(size <= 32, "{} has {size} bytes", std::any::type_name::<E>());
    }

    check::<Error>();
    check::<Close>();
    check::<ws_runtime::CloseCodeError>();
    check::<ws_runtime::EncodeError>();
    check::<ws_runtime::Invalid>();
    check::<ws_runtime::SchemaError>();
    check::<ws_runtime::ServeError>();
    check::<ws_runtime::SetupError>();
    check::<ws_runtime::StartError>();
    check::<ws_runtime::testing::Refused>();
    assert!(size_of::<ws_runtime::Reject>() <= 32);
}

/// `error` may return a stream, like other handlers.
#[tokio::test(start_paused = true)]
async fn error_handler_may_reply_with_a_stream() {
    struct Wordy;
    #[ws_route("/wordy", body = Note, response = Note)]
    impl Wordy {
        fn message(&self, note: Note) -> Result<Note, String> {
            if note.message == "fine" { Ok(note) } else { Err(note.message) }
        }

        fn error(&self) -> impl Stream<Item = Note> + use<> {
            stream::iter([Note::new("this"), Note::new("went wrong")])
        }
    }

    let site = Site::start(Server::new().route(Wordy));
    let mut client = site.connect::<Wordy>("/wordy").await.unwrap();
    client.send(&Note::new("")).await;
    client.send(&Note::new("fine")).await;
    for heard in ["this", "went wrong", "fine"] {
        assert_eq!(client.receive().await, Note::new(heard));
    }
}

/// If an item of the stream that `error` returned is an error, `error` is not called again.
#[tokio::test(start_paused = true)]
async fn error_in_an_error_stream_is_not_handled_again() {
    #[derive(Default)]
    struct Sorry {
        called: AtomicUsize,
    }
    #[ws_route("/sorry", body = Note, response = Note)]
    impl Sorry {
        fn message(&self, note: Note) -> impl Stream<Item = Result<Note, String>> + use<> {
            stream::iter([Err(note.message), Ok(Note::new("between")), Err("once more".to_owned())])
        }

        fn error(&self, error: Error) -> impl Stream<Item = Result<Note, &'static str>> + use<> {
            let count = self.called.fetch_add(1, Ordering::Relaxed) + 1;
            let panics = matches!(&error, Error::Failed(why) if why.to_string() == "panic");
            let last = stream::once(async move {
                assert!(!panics, "as asked for");
                Err("bad again")
            });
            stream::iter([Ok(Note::new(&format!("sorry {count}"))), Err("bad")]).chain(last)
        }
    }

    let site = Site::start(Server::new().route(Sorry::default()));
    let mut client = site.connect::<Sorry>("/sorry").await.unwrap();
    client.send(&Note::new("fail")).await;
    for (count, then) in [(1, Some("between")), (2, None)] {
        assert_eq!(client.receive().await, Note::new(&format!("sorry {count}")));
        for _ in 0..2 {
            assert_eq!(client.receive_error().await, INTERNAL());
        }
        if let Some(then) = then {
            assert_eq!(client.receive().await, Note::new(then));
        }
    }
    client.send(&Note::new("panic")).await;
    assert_eq!(client.receive().await, Note::new("sorry 3"));
    assert_eq!(client.receive_error().await, INTERNAL());
    assert_eq!(client.receive_close().await.0, Some(1011));
}
