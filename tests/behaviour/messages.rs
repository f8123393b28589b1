//! What arrives and what leaves: the declared type decides, and nothing is guessed from content.

use std::{fmt, time::Duration};

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;
use ws_runtime::{
    Close, Decode, Incoming, Invalid, Message, Mixed, Plan, Server, Socket, testing::Event, testing::Site,
    ws_route,
};

use crate::support::{Journal, Note};

/// Says back what a note says.
struct Notes(Journal);

#[ws_route("/notes", body = Note, response = Note)]
impl Notes {
    fn message(&self, note: Note) -> Note {
        self.0.note(&note.message);
        note
    }
}

#[tokio::test(start_paused = true)]
async fn validate_success() {
    let site = Site::start(Server::new().route(Notes(Journal::default())));
    let mut client = site.connect::<Notes>("/notes").await.unwrap();
    client.send(&Note::new("Hello!")).await;
    assert_eq!(client.receive().await, Note::new("Hello!"));
}

#[tokio::test(start_paused = true)]
async fn validate_fail() {
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
async fn what_was_sent_is_not_echoed_in_an_error() {
    let site = Site::start(Server::new().route(Notes(Journal::default())));
    let mut client = site.connect::<Notes>("/notes").await.unwrap();
    for text in [r#"{"message":["s3cret"]}"#, r#"{"s3cret":1}"#, "s3cret", r#"{"message":"s3cret" s3cret"#] {
        client.send_text(text).await;
        let error = client.receive_error().await.to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

/// Every JSON type as it arrives, said back as JSON.
#[tokio::test(start_paused = true)]
async fn parse_objects_arrays_strings_numbers_and_literals() {
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

/// Text that looks like something else stays text: a path, a number, JSON, a space, nothing.
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
async fn text_and_binary_are_told_apart_by_the_frame() {
    // The response is text, in which no error frame can be told, so the wrong kind closes.
    let site = Site::start(Server::new().route(Echo));
    let mut client = site.connect::<Echo>("/echo").await.unwrap();
    client.send_binary("text").await;
    assert_eq!(client.receive_close().await.0, Some(1003));
}

#[tokio::test(start_paused = true)]
async fn binary() {
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
async fn json_leaves_as_text_and_binary_beside_it_as_binary() {
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

/// A moment, in text as seconds and a `Z`.
#[derive(Debug, PartialEq, JsonSchema)]
#[schemars(transparent)]
struct Moment(String);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.ends_with('Z') { Ok(Self(text)) } else { Err(serde::de::Error::custom("not a moment")) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_types_own_rules_are_kept() {
    #[derive(Deserialize, JsonSchema)]
    struct Meeting {
        when: Moment,
        #[serde(default = "one")]
        #[schemars(range(max = 10))]
        guests: u8,
    }
    fn one() -> u8 {
        1
    }
    struct Meetings(Journal);
    #[ws_route("/meetings", body = Meeting, response = Note)]
    impl Meetings {
        fn message(&self, meeting: Meeting) {
            self.0.note(format!("{} {}", meeting.when.0, meeting.guests));
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Meetings(journal.clone())));
    let mut client = site.connect::<Meetings>("/meetings").await.unwrap();
    for (text, heard, path) in [
        (r#"{"when":"2020-01-01Z","guests":3}"#, Some("2020-01-01Z 3"), ""),
        (r#"{"when":"2020-01-01Z"}"#, Some("2020-01-01Z 1"), ""),
        (r#"{"when":"2020-01-01Z","extra":true}"#, Some("2020-01-01Z 1"), ""),
        (r#"{"when":"not-a-date"}"#, None, ""),
        (r#"{"when":"2020-01-01Z","guests":"3"}"#, None, "/guests"),
        (r#"{"when":"2020-01-01Z","guests":11}"#, None, "/guests"),
    ] {
        client.send_text(text).await;
        if let Some(heard) = heard {
            site.settled().await;
            assert_eq!(journal.take(), [heard]);
        } else {
            assert!(client.receive_error().await["errors"][0]["path"] == path, "{text}");
            assert_eq!(journal.take(), Vec::<String>::new(), "{text}");
        }
    }
}

/// A type of one's own, without serde.
struct Celsius(i16);

impl Decode for Celsius {
    fn decode(message: Incoming<'_>, _plan: &Plan) -> Result<Self, Invalid> {
        let degrees = message.as_text().and_then(|text| text.strip_suffix("°C")?.parse().ok());
        degrees.map(Self).ok_or_else(|| Invalid::new("a temperature is a number and °C"))
    }
}

impl fmt::Display for Celsius {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}°C", self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_codec_of_ones_own() {
    struct Thermometer;
    #[ws_route("/thermometer", body = Celsius, response = Note)]
    impl Thermometer {
        fn message(&self, celsius: Celsius) -> Note {
            Note::new(&celsius.to_string())
        }
    }

    let site = Site::start(Server::new().route(Thermometer));
    let mut client = site.connect::<Thermometer>("/thermometer").await.unwrap();
    client.send_text("21°C").await;
    assert_eq!(client.receive().await, Note::new("21°C"));
    client.send_text("70°F").await;
    assert_eq!(
        client.receive_error().await,
        json!({"type": "validation", "on": "message", "detail": "a temperature is a number and °C", "errors": []})
    );
}

#[tokio::test(start_paused = true)]
async fn transform_message_is_called_for_each_message_before_it_is_decoded() {
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
async fn each_variant_has_its_handler() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Text {
        #[schemars(length(min = 1, max = 5))]
        text: String,
    }
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Say {
        Text(Text),
        Who,
        Leave,
    }
    struct Room;
    #[ws_route("/room", body = Say, response = Note)]
    impl Room {
        fn message_text(&self, _ws: &Socket<Self>, text: Text) -> Note {
            Note::new(&text.text)
        }

        async fn message_who(&self) -> Option<Note> {
            Some(Note::new("you"))
        }

        fn message_leave(&self) -> Close {
            Close::NORMAL
        }
    }

    let site = Site::start(Server::new().route(Room));
    let mut client = site.connect::<Room>("/room").await.unwrap();
    client.send(&Say::Text(Text { text: "tea?".to_owned() })).await;
    assert_eq!(client.receive().await, Note::new("tea?"));
    client.send(&Say::Who).await;
    assert_eq!(client.receive().await, Note::new("you"));
    // What is wrong is said of the variant that the tag names.
    for (text, path, keyword) in [
        (r#"{"type":"text","text":""}"#, "/text", "minLength"),
        (r#"{"type":"text","text":"longer"}"#, "/text", "maxLength"),
        (r#"{"type":"text"}"#, "", "required"),
    ] {
        client.send_text(text).await;
        let error = client.receive_error().await;
        assert_eq!(error["errors"].as_array().map(Vec::len), Some(1), "{error}");
        assert_eq!(error["errors"][0]["path"], path, "{error}");
        assert_eq!(error["errors"][0]["keyword"], keyword, "{error}");
    }
    client.send_text(r#"{"type":"shout"}"#).await;
    assert_eq!(client.receive_error().await["errors"][0]["path"], "/type");
    client.send(&Say::Leave).await;
    assert_eq!(client.receive_close().await.0, Some(1000));
}

#[tokio::test(start_paused = true)]
async fn a_route_that_takes_no_messages_says_so() {
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

/// Nothing of a value that fails its own schema is sent, whichever way it was to leave.
#[tokio::test(start_paused = true)]
async fn a_response_that_fails_its_schema_never_leaves() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Level {
        #[schemars(range(max = 10))]
        level: u8,
    }
    struct Levels(Journal);
    #[ws_route("/levels", body = String, response = Level, publish_to_self)]
    impl Levels {
        fn message(&self, ws: &Socket<Self>, way: String) -> Option<Level> {
            ws.subscribe("all");
            let wrong = Level { level: 77 };
            match &*way {
                "send" => self.0.note(format!("{:?}", ws.send(&wrong))),
                "publish" => self.0.note(format!("{:?}", ws.publish("all", &wrong))),
                _ => return Some(wrong),
            }
            None
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Levels(journal.clone())));
    let mut client = site.connect::<Levels>("/levels").await.unwrap();
    for (way, noted) in [
        ("send", Some("Refused")),
        ("publish", Some("Published { receivers: 0, dropped: 0, refused: true }")),
        ("return", None),
    ] {
        client.send(way).await;
        client.receive_nothing(Duration::from_secs(1)).await;
        assert_eq!(journal.take(), Vec::from_iter(noted), "{way}");
    }
}
