//! Replies that fail their schema or cannot be serialized become errors and are never dropped silently.

use std::{collections::BTreeMap, pin::Pin};

use futures_core::Stream;
use futures_util::stream;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use ws_runtime::{Delivery, Error, Server, Socket, testing::Client, testing::Site, ws_route};

use crate::{logs::Logged, support::Journal};

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

/// Implements only `Serialize`, so start-up cannot learn what its variants hold.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(tag = "kind")]
enum WriteOnly {
    Text(String),
    Flag(bool),
    Pairs { pairs: BTreeMap<Pair, u8> },
}

/// The error names the type, the variant and the way out. serde's own text is not needed for that.
#[tokio::test(start_paused = true)]
async fn refused_reply_of_write_only_type_names_the_fix() {
    struct Writes(Journal);

    #[ws_route("/writes", body = String, response = WriteOnly)]
    impl Writes {
        fn message(&self, what: String) -> WriteOnly {
            match &*what {
                "Text" => WriteOnly::Text("SECRET".to_owned()),
                "Flag" => WriteOnly::Flag(true),
                _ => WriteOnly::Pairs { pairs: BTreeMap::from([(Pair(1, 2), 3)]) },
            }
        }

        fn error(&self, error: Error) {
            let Error::Failed(cause) = error else { panic!("{error}") };
            self.0.note(cause.to_string());
        }
    }

    let (logged, _guard) = Logged::watch();
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Writes(journal.clone())));
    let mut client = site.connect::<Writes>("/writes").await.unwrap();
    for (what, held, way_out) in [
        ("Text", "variant `Text` of `WriteOnly`, which holds a string", "content = \"data\""),
        ("Flag", "variant `Flag` of `WriteOnly`, which holds a boolean", "Flag { text: String }"),
        ("Pairs", "keys of a map are not strings", "use a list of pairs"),
    ] {
        client.send(what).await;
        assert_eq!(client.receive_error().await, json!({"type": "error", "detail": "internal error"}));
        let [noted] = &*journal.take() else { panic!("{what}: `error` runs once") };
        assert!(noted.contains(held) && noted.contains(way_out) && !noted.contains("SECRET"), "{noted}");
        let lines: Vec<_> = logged.take().into_iter().filter(|line| line.starts_with("ERROR")).collect();
        let [line] = &*lines else { panic!("{what}: {lines:?}") };
        assert!(line.contains("WriteOnly") && line.contains(held.split(' ').next().unwrap()), "{line}");
        assert!(line.contains("/writes") && !line.contains("SECRET"), "{line}");
    }
}

/// A response is refused where it is encoded, which is logged there and not again where its handler has failed.
#[tokio::test(start_paused = true)]
async fn refused_reply_is_logged_once() {
    struct Silent;

    #[ws_route("/silent", body = String, response = Reply)]
    impl Silent {
        async fn message(&self, what: String) -> Vec<Reply> {
            if what.starts_with("later") {
                tokio::task::yield_now().await;
            }
            vec![good("a"), bad(what.trim_start_matches("later "))]
        }
    }

    struct Fast;

    #[ws_route("/fast", body = String, response = Reply)]
    impl Fast {
        fn message(&self, what: String) -> Reply {
            bad(&what)
        }
    }

    struct PassesOn;

    #[ws_route("/passes_on", body = String, response = Reply)]
    impl PassesOn {
        fn message(&self, what: String) -> Reply {
            bad(&what)
        }

        fn error(&self, error: Error) -> Result<(), Error> {
            Err(error)
        }
    }

    struct Streams;

    #[ws_route("/streams", body = String, response = Reply)]
    impl Streams {
        fn message(&self, what: String) -> Replies {
            Box::pin(stream::iter([good("a"), bad(&what)]))
        }
    }

    struct Sends;

    #[ws_route("/sends", body = String, response = Reply)]
    impl Sends {
        fn message(&self, ws: &Socket<Self>, what: String) {
            assert_eq!(ws.send(&bad(&what)), Delivery::Refused);
        }
    }

    let (logged, _guard) = Logged::watch();
    let server = Server::new().route(Silent).route(Fast).route(PassesOn).route(Streams).route(Sends);
    let site = Site::start(server);
    let count = async |path: &str, what: &str| {
        logged.take();
        match path {
            "/silent" => site.connect::<Silent>(path).await.unwrap().send(what).await,
            "/fast" => site.connect::<Fast>(path).await.unwrap().send(what).await,
            "/passes_on" => site.connect::<PassesOn>(path).await.unwrap().send(what).await,
            "/streams" => site.connect::<Streams>(path).await.unwrap().send(what).await,
            _ => site.connect::<Sends>(path).await.unwrap().send(what).await,
        }
        site.settled().await;
        let lines: Vec<_> = logged.take().into_iter().filter(|line| !line.starts_with("DEBUG")).collect();
        let [line] = &*lines else { panic!("{path} {what}: {lines:?}") };
        assert!(line.starts_with("ERROR") && line.contains("refused_replies::Reply"), "{line}");
        assert!(line.contains(path) && !line.contains("SECRET"), "{line}");
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    };
    for what in BAD {
        for path in ["/silent", "/fast", "/passes_on", "/streams", "/sends"] {
            count(path, what).await;
        }
        count("/silent", &format!("later {what}")).await;
    }
}
