//! Replies that fail their schema or cannot be serialized become errors and are never dropped silently.

use std::{collections::BTreeMap, pin::Pin};

use futures_core::Stream;
use futures_util::stream;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use ws_runtime::{Delivery, Error, Server, Socket, testing::Client, testing::Site, ws_route};

use crate::support::Journal;

/// A response that is valid, or invalid in one of several ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Reply {
    Good {
        #[schemars(length(max = 4))]
        text: String,
    },
    Number {
        number: f64,
    },
    Keyed {
        map: BTreeMap<Pair, u8>,
    },
    Failing {
        #[serde(serialize_with = "fails")]
        at: u8,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
struct Pair(u8, u8);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn fails<S: Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
    Err(serde::ser::Error::custom("SECRET"))
}

fn good(text: &str) -> Reply {
    Reply::Good { text: text.to_owned() }
}

fn bad(what: &str) -> Reply {
    match what {
        "schema" => good("too long"),
        "NaN" => Reply::Number { number: f64::NAN },
        "infinity" => Reply::Number { number: f64::NEG_INFINITY },
        "key" => Reply::Keyed { map: BTreeMap::from([(Pair(1, 2), 3)]) },
        "serde" => Reply::Failing { at: 1 },
        _ => unreachable!("not in the table"),
    }
}

const BAD: [&str; 5] = ["schema", "NaN", "infinity", "key", "serde"];

type Replies = Pin<Box<dyn Stream<Item = Reply> + Send>>;

macro_rules! routes {
    ($($name:ident, $path:literal, $reply:ty, $make:expr;)*) => { $(
        struct $name(Journal);

        #[ws_route($path, body = String, response = Reply)]
        impl $name {
            async fn message(&self, what: String) -> $reply {
                if let Some(what) = what.strip_prefix("later ") {
                    tokio::task::yield_now().await;
                    return $make(bad(what));
                }
                $make(bad(&what))
            }

            fn error(&self, error: Error) {
                self.0.note(error.to_string());
            }
        }
    )* };
}

routes! {
    One, "/one", Reply, |bad| bad;
    Maybe, "/maybe", Option<Reply>, Some;
    Tried, "/tried", Result<Reply, String>, Ok::<_, String>;
    Many, "/many", Vec<Reply>, |bad| vec![good("a"), bad, good("b")];
    Streamed, "/stream", Replies, |bad| -> Replies { Box::pin(stream::iter([good("a"), bad, good("b")])) };
}

/// Asserts that the client gets the valid replies, and an error frame in place of the invalid one.
async fn expect_replies(
    client: &mut Client<
        impl ws_runtime::Endpoint<Contract: ws_runtime::Contract<Body = String, Response = Reply>>,
    >,
    what: &str,
    among: bool,
) {
    client.send_text(what).await;
    if among {
        assert_eq!(client.receive().await, good("a"), "{what}");
    }
    assert_eq!(client.receive_error().await, json!({"type": "error", "detail": "internal error"}), "{what}");
    if among {
        assert_eq!(client.receive().await, good("b"), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_replies_are_errors_of_their_handler() {
    let journal = Journal::default();
    let server = Server::new().route(One(journal.clone())).route(Maybe(journal.clone()));
    let server = server.route(Tried(journal.clone())).route(Many(journal.clone()));
    let site = Site::start(server.route(Streamed(journal.clone())));
    for what in BAD.into_iter().flat_map(|what| [what.to_owned(), format!("later {what}")]) {
        expect_replies(&mut site.connect::<One>("/one").await.unwrap(), &what, false).await;
        expect_replies(&mut site.connect::<Maybe>("/maybe").await.unwrap(), &what, false).await;
        expect_replies(&mut site.connect::<Tried>("/tried").await.unwrap(), &what, false).await;
        expect_replies(&mut site.connect::<Many>("/many").await.unwrap(), &what, true).await;
        expect_replies(&mut site.connect::<Streamed>("/stream").await.unwrap(), &what, true).await;
        let noted = journal.take();
        assert_eq!(noted.len(), 5, "{what}: `error` runs once for each, {noted:?}");
        assert!(noted.iter().all(|noted| !noted.contains("SECRET")), "{noted:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_replies_of_open_are_errors() {
    struct Opening(Journal);

    #[ws_route("/opening", response = Reply)]
    impl Opening {
        fn open(&self) -> Vec<Reply> {
            vec![good("a"), bad("NaN"), good("b"), bad("key")]
        }

        fn error(&self, error: Error) {
            self.0.note(error.to_string());
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Opening(journal.clone())));
    let mut client = site.connect::<Opening>("/opening").await.unwrap();
    for text in ["a", "b"] {
        assert_eq!(client.receive().await, good(text));
        assert_eq!(client.receive_error().await["type"], "error");
    }
    assert_eq!(journal.take().len(), 2);
}

/// A refused reply of `error` is an error, for which `error` is not called again. A refused `send` is reported to its
/// caller.
#[tokio::test(start_paused = true)]
async fn refused_reply_of_error_is_not_handled_again() {
    struct Sorry(Journal);

    #[ws_route("/sorry", body = String, response = Reply)]
    impl Sorry {
        fn message(&self, ws: &Socket<Self>, what: String) -> Result<(), String> {
            assert_eq!(ws.send(&bad(&what)), Delivery::Refused);
            Err(what)
        }

        fn error(&self, error: Error) -> Vec<Reply> {
            self.0.note(error.to_string());
            vec![good("a"), bad("NaN"), good("b")]
        }
    }

    let journal = Journal::default();
    let site = Site::start(Server::new().route(Sorry(journal.clone())));
    let mut client = site.connect::<Sorry>("/sorry").await.unwrap();
    for what in BAD {
        expect_replies(&mut client, what, true).await;
        assert_eq!(journal.take().len(), 1, "{what}");
    }
}
