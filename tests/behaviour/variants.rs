//! Handlers of variants: their arguments for unit, newtype, struct and tuple variants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ws_runtime::{Close, Contract, Endpoint, Server, Socket, testing::Site, ws_contract, ws_route};

use crate::support::Note;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Req<T> {
    Bid { amount: u64, lot: T },
    Raise(u64),
    Enter { r#type: String },
    Watch,
    Move(u8, u8),
    HTTPPing,
}

/// Sends each message and checks its reply before sending the next.
async fn check<E>(site: &Site, table: &[(&str, &[&str])])
where
    E: Endpoint<Contract: Contract<Response = Note>>,
{
    let mut client = site.connect::<E>("/rooms/red").await.unwrap();
    for (text, replies) in table {
        client.send_text(text).await;
        for reply in *replies {
            assert_eq!(client.receive().await, Note::new(reply), "{text}");
        }
    }
}

fn note(text: &str) -> Note {
    Note::new(text)
}

#[tokio::test(start_paused = true)]
async fn variant_marker_names_the_variant() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "type")]
    enum Probe {
        HTTPPing { port: u16, host: String },
        DNSQuery { name: String },
        JSONRaw,
    }

    struct Monitor;
    #[ws_route("/rooms/red", body = Probe, response = Note)]
    impl Monitor {
        #[ws_variant(HTTPPing)]
        fn message_http_ping(&self, host: String, port: u16) -> Note {
            note(&format!("ping {host}:{port}"))
        }

        #[ws_fields]
        #[ws_variant(DNSQuery)]
        async fn message_lookup(&self, name: String) -> Note {
            note(&format!("query {name}"))
        }

        #[ws_runtime::ws_variant(JSONRaw)]
        fn message_json(&self) -> Note {
            note("raw")
        }
    }
    let site = Site::start(Server::new().route(Monitor));
    check::<Monitor>(
        &site,
        &[
            (r#"{"type":"HTTPPing","host":"a","port":1}"#, &["ping a:1"]),
            (r#"{"type":"DNSQuery","name":"b"}"#, &["query b"]),
            (r#"{"type":"JSONRaw"}"#, &["raw"]),
        ],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn fields_reach_the_handler_by_name() {
    struct Auction;
    #[ws_route("/rooms/{room}", body = Req<String>, response = Note)]
    impl Auction {
        // The arguments are not in the order of the variant's fields.
        fn message_bid(&self, lot: String, amount: u64) -> Note {
            note(&format!("{amount} for {lot}"))
        }

        fn message_raise(&self, ws: &Socket<Self>, by: u64) -> Note {
            note(&format!("{by} in {}", ws.params().room))
        }

        #[ws_fields]
        fn message_enter(&self, r#type: String) -> Option<Note> {
            (!r#type.is_empty()).then(|| note(&r#type))
        }

        fn message_watch(&self) -> Note {
            note("watching")
        }

        fn message_move(&self, ws: &Socket<Self>) -> Note {
            note(&ws.params().room)
        }

        fn message_h_t_t_p_ping(&self) -> Note {
            note("pong")
        }
    }

    let site = Site::start(Server::new().route(Auction));
    let table: &[(&str, &[&str])] = &[
        (r#"{"type":"bid","data":{"amount":3,"lot":"a chair"}}"#, &["3 for a chair"]),
        (r#"{"type":"raise","data":5}"#, &["5 in red"]),
        (r#"{"type":"enter","data":{"type":"guest"}}"#, &["guest"]),
        (r#"{"type":"watch"}"#, &["watching"]),
        (r#"{"type":"move","data":[1,2]}"#, &["red"]),
        (r#"{"type":"h_t_t_p_ping"}"#, &["pong"]),
    ];
    check::<Auction>(&site, table).await;
}

#[tokio::test(start_paused = true)]
async fn asynchronous_handlers_take_fields_and_other_arguments() {
    struct Auction;
    #[ws_route("/rooms/{room}", body = Req<u8>, response = Note)]
    impl Auction {
        async fn message_bid(&self, ws: &Socket<Self>, mut amount: u64, lot: u8) -> Result<Note, Close> {
            tokio::task::yield_now().await;
            amount += 1;
            if lot == 0 {
                return Err(Close::NORMAL);
            }
            Ok(note(&format!("{amount} for {lot} in {}", ws.params().room)))
        }

        async fn message_raise(&self, by: u64) -> Vec<Note> {
            vec![note(&by.to_string()), note("more")]
        }

        #[ws_fields]
        async fn message_enter(&self, ws: &Socket<Self>, _type: String) {
            let _ = ws.send(&note("somebody"));
            tokio::task::yield_now().await;
            let _ = ws.send(&note("entered"));
        }

        fn message_watch(&self) -> Note {
            note("watching")
        }

        async fn message_move(&self) {}

        fn message_h_t_t_p_ping(&self) {}
    }

    let site = Site::start(Server::new().route(Auction));
    let table: &[(&str, &[&str])] = &[
        (r#"{"type":"enter","data":{"type":"guest"}}"#, &["somebody", "entered"]),
        (r#"{"type":"bid","data":{"amount":3,"lot":4}}"#, &["4 for 4 in red"]),
        (r#"{"type":"raise","data":5}"#, &["5", "more"]),
        (r#"{"type":"move","data":[1,2]}"#, &[]),
        (r#"{"type":"watch"}"#, &["watching"]),
    ];
    check::<Auction>(&site, table).await;
    let mut client = site.connect::<Auction>("/rooms/red").await.unwrap();
    client.send_text(r#"{"type":"bid","data":{"amount":3,"lot":0}}"#).await;
    assert_eq!(client.receive_close().await.0, Some(1000));
}

/// Fields may have the names of identifiers in generated code, and generic types.
#[tokio::test(start_paused = true)]
async fn fields_may_have_any_name_and_a_generic_type() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Odd<T> {
        Leave { socket: T, body: u8, out: u8, field: u8, message: u8 },
        Stay { r#ref: T },
    }
    #[ws_contract("/rooms/{room}", body = Odd<T>, response = Note)]
    struct OddApi<T>(T);
    struct Room<T>(T);
    #[ws_route(OddApi<T>, body = Odd<T>)]
    impl<T: Serialize + DeserializeOwned + JsonSchema + ToString + Send + Sync + 'static> Room<T> {
        fn message_leave(&self, ws: &Socket<Self>, socket: T, body: u8, out: u8, field: u8, message: u8) {
            let _ = ws.send(&note(&format!("{} {body} {out} {field} {message}", socket.to_string())));
        }

        #[ws_runtime::ws_fields]
        fn message_stay(&self, r#ref: T) -> Note {
            note(&(self.0.to_string() + &r#ref.to_string()))
        }
    }

    let site = Site::start(Server::new().route(Room("a".to_owned())));
    let table: &[(&str, &[&str])] = &[
        (r#"{"leave":{"socket":"s","body":1,"out":2,"field":3,"message":4}}"#, &["s 1 2 3 4"]),
        (r#"{"stay":{"ref":"b"}}"#, &["ab"]),
    ];
    check::<Room<String>>(&site, table).await;
}

#[tokio::test(start_paused = true)]
async fn deprecated_handlers_of_deprecated_variants_are_called() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Old {
        #[deprecated]
        Bid {
            #[deprecated]
            amount: u64,
        },
        Watch,
    }
    struct Auction;
    #[ws_route("/rooms/{room}", body = Old, response = Note)]
    impl Auction {
        #[deprecated]
        #[ws_fields]
        fn message_bid(&self, amount: u64) -> Note {
            note(&amount.to_string())
        }

        #[deprecated(note = "look elsewhere")]
        async fn message_watch(&self) -> Note {
            note("watching")
        }
    }

    let site = Site::start(Server::new().route(Auction));
    let table: &[(&str, &[&str])] =
        &[(r#"{"type":"bid","amount":3}"#, &["3"]), (r#"{"type":"watch"}"#, &["watching"])];
    check::<Auction>(&site, table).await;
}
