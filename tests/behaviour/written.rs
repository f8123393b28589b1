//! A server with a response type that can never be serialized does not start.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use ws_runtime::{Server, testing::Site, ws_route};

use crate::support::whole;

macro_rules! tagged {
    ($($name:ident($content:ty);)*) => {$(
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "type")]
        enum $name {
            Held($content),
            Other,
        }
    )*};
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Point {
    x: u8,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Unit;

tagged! {
    Text(String);
    Flag(bool);
    Shared(Box<str>);
    Maybe(Option<String>);
    Perhaps(Option<bool>);
    Path(std::path::PathBuf);
    Structure(Point);
    Nothing(());
    UnitStruct(Unit);
    Any(Value);
    Map(BTreeMap<String, u8>);
    Nested(Structure);
}

#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Cell {
    row: u8,
    column: u8,
}

/// A type that is serialized as a string and deserialized as a struct.
#[derive(Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(into = "String")]
struct Label {
    row: u8,
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.row.to_string()
    }
}

/// A type like [`Label`], except that its schema does not show that it is serialized as a string.
#[derive(Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(u8, u8);

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

impl Serialize for Pair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Board {
    name: String,
    level: Option<Level>,
    cells: Vec<HashMap<Cell, u8>>,
}

#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Low,
    High,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Behind {
    Nothing,
    Pairs(BTreeMap<(u8, String), Point>),
}

macro_rules! routes {
    ($($name:ident: $response:ty;)*) => {$(
        struct $name;

        #[ws_route("/", response = $response)]
        impl $name {
            fn open(&self) {}
        }
    )*};
}

routes! {
    Texts: Text;
    Flags: Vec<Flag>;
    Boxes: Shared;
    Maybes: Option<Maybe>;
    Perhapses: Perhaps;
    Paths: (u8, Path);
    Structures: Structure;
    Nothings: Nothing;
    Units: UnitStruct;
    Values: Any;
    Maps: Map;
    Nesting: Nested;
    Tuples: HashMap<(u8, u8), String>;
    Boards: Board;
    Variants: Behind;
    Lists: BTreeMap<Vec<u8>, u8>;
    Labels: BTreeMap<Label, u8>;
    Pairs: BTreeMap<Pair, u8>;
    Levels: BTreeMap<Level, u8>;
    Options: BTreeMap<Option<String>, u8>;
    Numbers: BTreeMap<i64, bool>;
    Borrowed: &'static str;
    Borrowing: BTreeMap<&'static str, Vec<&'static str>>;
}

struct Generic<T>(T);

#[ws_route("/", response = BTreeMap<String, T>)]
impl<T: Serialize + JsonSchema + Send + Sync + 'static> Generic<T> {
    fn open(&self) {}
}

#[tokio::test(start_paused = true)]
async fn server_with_unserializable_responses_does_not_start() {
    let reason = |server: Server| Site::try_start(server).err().map(|errors| whole(&errors[0]));
    for server in [
        Server::new().route(Texts),
        Server::new().route(Flags),
        Server::new().route(Boxes),
        Server::new().route(Maybes),
        Server::new().route(Perhapses),
        Server::new().route(Paths),
    ] {
        let reason = reason(server).expect("it does not start");
        let says = ["`Held`", "never be written", "content = \"data\""];
        assert!(says.iter().all(|says| reason.contains(says)), "{reason}");
    }
    for server in [
        Server::new().route(Tuples),
        Server::new().route(Boards),
        Server::new().route(Variants),
        Server::new().route(Lists),
    ] {
        let reason = reason(server).expect("it does not start");
        assert!(reason.contains("keys of a map"), "{reason}");
    }
    for server in [
        Server::new().route(Structures),
        Server::new().route(Nothings),
        Server::new().route(Units),
        Server::new().route(Values),
        Server::new().route(Maps),
        Server::new().route(Nesting),
        Server::new().route(Labels),
        Server::new().route(Pairs),
        Server::new().route(Levels),
        Server::new().route(Options),
        Server::new().route(Numbers),
        Server::new().route(Borrowed),
        Server::new().route(Borrowing),
        Server::new().route(Generic(1_u8)),
    ] {
        assert_eq!(reason(server), None);
    }
}
