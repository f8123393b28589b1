//! Inbound and outbound messages are decoded and encoded by their declared type, never by their content.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::sleep;
use ws_runtime::{Message, Mixed, Server, testing::Event, testing::Site, ws_route};

use crate::support::{Journal, Note};

/// A route that echoes the text of a note.
struct Notes(Journal);

#[ws_route("/notes", body = Note, response = Note)]
impl Notes {
    fn message(&self, note: Note) -> Note {
        self.0.note(&note.message);
        note
    }
}

#[tokio::test(start_paused = true)]
async fn valid_message_reaches_the_handler() {
    let site = Site::start(Server::new().route(Notes(Journal::default())));
    let mut client = site.connect::<Notes>("/notes").await.unwrap();
    client.send(&Note::new("Hello!")).await;
    assert_eq!(client.receive().await, Note::new("Hello!"));
}

#[tokio::test(start_paused = true)]
async fn invalid_message_gets_a_validation_frame() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Notes(journal.clone())));
    let mut client = site.connect::<Notes>("/notes").await.unwrap();
    for (text, path, keyword) in [
        ("Hello!", "", "json"),
        ("", "", "json"),
        (r#"{"message":"a","message":"b"}"#, "", "json"),
        ("{}", "", "required"),
        ("[]", "", "type"),
        (r#"{"message":5}"#, "/message", "type"),
        (r#"{"message":null}"#, "/message", "type"),
    ] {
        client.send_text(text).await;
        let error = client.receive_error().await;
        assert_eq!(error["type"], "validation", "{text}");
        assert_eq!(error["on"], "message", "{text}");
        assert!(error["detail"].is_string(), "{text}");
        assert_eq!(error["errors"][0]["path"], path, "{text}: {error}");
        assert_eq!(error["errors"][0]["keyword"], keyword, "{text}: {error}");
    }
    client.send_binary(r#"{"message":"in the wrong kind of frame"}"#).await;
    assert_eq!(client.receive_error().await["errors"][0]["keyword"], "kind");
    assert_eq!(journal.take(), Vec::<String>::new(), "the handler was called");
    client.send(&Note::new("still open")).await;
    assert_eq!(client.receive().await, Note::new("still open"));
}

#[tokio::test(start_paused = true)]
async fn validation_error_does_not_echo_the_value() {
    let site = Site::start(Server::new().route(Notes(Journal::default())));
    let mut client = site.connect::<Notes>("/notes").await.unwrap();
    for text in [r#"{"message":["s3cret"]}"#, r#"{"s3cret":1}"#, "s3cret", r#"{"message":"s3cret" s3cret"#] {
        client.send_text(text).await;
        let error = client.receive_error().await.to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

/// Messages of every JSON type, echoed as JSON.
#[tokio::test(start_paused = true)]
async fn every_kind_of_json_value_is_decoded() {
    struct Any;
    #[ws_route("/any", body = Value, response = String)]
    impl Any {
        fn message(&self, value: Value) -> String {
            value.to_string()
        }
    }

    let site = Site::start(Server::new().route(Any));
    let mut client = site.connect::<Any>("/any").await.unwrap();
    for text in [
        r#"{"message":"Hello!"}"#,
        r#"[{"message":"Hello!"}]"#,
        r#""Hello!""#,
        r#""""#,
        r#"" ""#,
        r#""/hello""#,
        r#""123""#,
        "1234567890",
        "true",
        "false",
        "null",
    ] {
        client.send_text(text).await;
        assert_eq!(client.receive().await, text);
    }
}

struct Echo;

#[ws_route("/echo", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

/// Text is delivered unchanged, even if it looks like a path, a number or JSON, or is only whitespace.
#[tokio::test(start_paused = true)]
async fn text_is_never_parsed() {
    let site = Site::start(Server::new().route(Echo));
    let mut client = site.connect::<Echo>("/echo").await.unwrap();
    for text in [
        "/hello",
        "\"/hello\"",
        "/join general",
        "",
        " ",
        " 7 ",
        "123",
        "01",
        "1e3",
        "0x10",
        "-5",
        "12345678901234567",
        "1.0",
        "NaN",
        "Infinity",
        "true",
        "null",
        "[\"ping\"]",
        "{\"key\":\"val\"}",
        " {\"key\":1}",
        "2020-01-01",
        "ünïcödé 𝄞",
        "\0",
    ] {
        client.send(text).await;
        assert_eq!(client.next().await, Event::Message(Message::text(text)));
    }
}

#[tokio::test(start_paused = true)]
async fn binary_frame_on_a_text_route_closes_with_1003() {
    // This route replies with text, which a client could not tell from an error frame, so a frame of the wrong kind
    // closes the socket.
    let site = Site::start(Server::new().route(Echo));
    let mut client = site.connect::<Echo>("/echo").await.unwrap();
    client.send_binary("text").await;
    assert_eq!(client.receive_close().await.0, Some(1003));
}

#[tokio::test(start_paused = true)]
async fn binary_messages_are_echoed_by_every_binary_type() {
    struct Vector;
    #[ws_route("/vec", body = Vec<u8>, response = Vec<u8>)]
    impl Vector {
        fn message(&self, bytes: Vec<u8>) -> Vec<u8> {
            bytes
        }
    }
    struct Shared;
    #[ws_route("/bytes", body = Bytes, response = Bytes)]
    impl Shared {
        fn message(&self, bytes: Bytes) -> Bytes {
            bytes
        }
    }
    struct Raw;
    #[ws_route("/raw")]
    impl Raw {
        fn message(&self, message: Message) -> Message {
            message
        }
    }

    let site = Site::start(Server::new().route(Vector).route(Shared).route(Raw));
    let (mut vector, mut shared, mut raw) = (
        site.connect::<Vector>("/vec").await.unwrap(),
        site.connect::<Shared>("/bytes").await.unwrap(),
        site.connect::<Raw>("/raw").await.unwrap(),
    );
    let long = vec![0xff; 20_000];
    for bytes in [&[0, 0, 0][..], &[], b"text", &long] {
        vector.send(bytes).await;
        assert_eq!(vector.next().await, Event::Message(Message::binary(bytes.to_vec())));
        shared.send(bytes).await;
        assert_eq!(shared.next().await, Event::Message(Message::binary(bytes.to_vec())));
        raw.send(bytes).await;
        assert_eq!(raw.next().await, Event::Message(Message::binary(bytes.to_vec())));
    }
    raw.send("text").await;
    assert_eq!(raw.next().await, Event::Message(Message::text("text")));
    vector.send_text("text").await;
    assert_eq!(vector.receive_close().await.0, Some(1003));
}

#[tokio::test(start_paused = true)]
async fn json_is_sent_as_text_and_bytes_as_binary() {
    struct Both;
    #[ws_route("/both", body = Mixed<Note>, response = Mixed<Note>)]
    impl Both {
        fn message(&self, mixed: Mixed<Note>) -> Mixed<Note> {
            mixed
        }
    }

    let site = Site::start(Server::new().route(Both));
    let mut client = site.connect::<Both>("/both").await.unwrap();
    client.send_text(r#"{"message":"Hello!"}"#).await;
    assert_eq!(client.next().await, Event::Message(Message::text(r#"{"message":"Hello!"}"#)));
    client.send_binary([0, 0, 0]).await;
    assert_eq!(client.next().await, Event::Message(Message::binary(vec![0, 0, 0])));
    client.send_text("Hello!").await;
    assert_eq!(client.receive_error().await["on"], "message");
}

#[tokio::test(start_paused = true)]
async fn transform_message_runs_before_each_message_is_decoded() {
    struct Counting(Journal);
    #[ws_route("/counting", body = Note, response = Note)]
    impl Counting {
        async fn transform_message(&self, message: Message) -> Message {
            sleep(Duration::from_millis(5)).await;
            let text = message.as_text().unwrap_or_default();
            assert_ne!(text, "panic", "parse-boom");
            self.0.note(format!("transform {text}"));
            Message::text(format!("{{\"message\":\"{text}-parsed\"}}"))
        }

        fn message(&self, note: Note) -> Note {
            self.0.note("message");
            note
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Counting(journal.clone())));
    let mut client = site.connect::<Counting>("/counting").await.unwrap();
    for text in ["hello", "again"] {
        client.send_text(text).await;
        assert_eq!(client.receive().await, Note::new(&format!("{text}-parsed")));
        assert_eq!(journal.take(), [format!("transform {text}"), "message".to_owned()]);
    }
    client.send_text("not \" json").await;
    assert_eq!(client.receive_error().await["on"], "message");
    client.send_text("panic").await;
    assert_eq!(client.receive_close().await.0, Some(1011));
    assert_eq!(journal.take(), ["transform not \" json"]);
}

#[tokio::test(start_paused = true)]
async fn route_without_a_body_rejects_messages() {
    struct Feed;
    #[ws_route("/feed", response = Note)]
    impl Feed {
        fn open(&self) -> Note {
            Note::new("first")
        }
    }

    let site = Site::start(Server::new().route(Feed));
    let mut client = site.connect::<Feed>("/feed").await.unwrap();
    assert_eq!(client.receive().await, Note::new("first"));
    client.send_text("anything").await;
    assert_eq!(client.receive_error().await["detail"], "no messages are taken here");
}
