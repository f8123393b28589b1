//! Message types: validation rules, custom codecs, handlers for variants, and invalid responses.

use std::{fmt, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ws_runtime::{Close, Decode, Incoming, Invalid, Plan, Server, Socket, testing::Site, ws_route};

use crate::support::{Journal, Note};

/// A time, serialized as its seconds followed by `Z`.
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
async fn rules_of_a_type_are_enforced() {
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
        (r#"{"when":"not-a-date"}"#, None, "/when"),
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

/// A type with a custom codec, without serde.
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
async fn custom_codec_is_used() {
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
async fn each_variant_calls_its_handler() {
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
    // The errors refer to the variant that the tag names.
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

/// No method sends a value that fails its schema.
#[tokio::test(start_paused = true)]
async fn response_that_fails_its_schema_is_not_sent() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Level {
        #[schemars(range(max = 10))]
        level: u8,
    }
    struct Levels(Journal);
    #[ws_route("/levels", body = String, response = Level, publish_to_self)]
    impl Levels {
        fn message(&self, ws: &Socket<Self>, way: String) -> Option<Level> {
            ws.subscribe("all").unwrap();
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
    for (way, noted) in [("send", Some("Refused")), ("publish", Some("Refused")), ("return", None)] {
        client.send(way).await;
        if noted.is_none() {
            assert_eq!(client.receive_error().await["type"], "error", "{way}");
        }
        client.receive_nothing(Duration::from_secs(1)).await;
        assert_eq!(journal.take(), Vec::from_iter(noted), "{way}");
    }
}
