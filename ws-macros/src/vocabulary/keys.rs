//! The keys of the attributes, the attribute to which each belongs, and the value that each expects.

/// A key of the attributes.
pub(crate) struct KeyWord {
    pub(crate) name: &'static str,
    pub(crate) home: Home,
    pub(crate) shape: Shape,
    /// Completes the sentence "`key` expects …".
    pub(crate) expects: &'static str,
}

/// The attribute to which a key belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// The contract: the key is for `#[ws_contract]`, and for `#[ws_route]` with its own path.
    Contract,
    /// The server: the key is for `#[ws_route]` only.
    Route,
    /// Both attributes, because the key controls the expansion itself.
    Either,
}

/// The form of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A special form, which the parser derives from the name of the key.
    Special,
    Size,
    Time,
    Count,
    Flag,
    /// A JSON pointer.
    Pointer,
    /// The response to an invalid message.
    OnInvalid,
    /// The settings of compression.
    Deflate,
}

impl Shape {
    const fn expects(self) -> &'static str {
        match self {
            Self::Special => "",
            Self::Size => SIZE,
            Self::Time => TIME,
            Self::Count => COUNT,
            Self::Flag => FLAG,
            Self::Pointer => "a JSON pointer, as in `latest_by_key = \"/symbol\"`, or `off`",
            Self::OnInvalid => "`reply`, `ignore` or `close`",
            Self::Deflate => {
                "`on`, `off`, no value, or keys in parentheses, as in `per_message_deflate(level = 6)`"
            }
        }
    }
}

/// Returns the key of this name; `None` if it is unknown.
pub(crate) fn key(name: &str) -> Option<&'static KeyWord> {
    KEYS.iter().find(|key| key.name == name)
}

/// Returns the description of the value that a key of an attribute or of `per_message_deflate` expects.
pub(crate) fn expects(name: &str) -> &'static str {
    let inner = || DEFLATE_KEYS.iter().find(|(key, _)| *key == name).map(|(_, expects)| *expects);
    key(name).map(|key| key.expects).or_else(inner).unwrap_or_default()
}

const fn contract(name: &'static str, expects: &'static str) -> KeyWord {
    KeyWord { name, home: Home::Contract, shape: Shape::Special, expects }
}

const fn route(name: &'static str, expects: &'static str) -> KeyWord {
    KeyWord { name, home: Home::Route, shape: Shape::Special, expects }
}

/// Adds an option of the server. The parser and the checks need only this row.
const fn option(name: &'static str, shape: Shape) -> KeyWord {
    KeyWord { name, home: Home::Route, shape, expects: shape.expects() }
}

const SIZE: &str = "a number of bytes, a size such as `\"64KiB\"`, `off`, or a `usize` constant such as `const limits::SIZE`";
const TIME: &str = "a number of seconds, a time such as `\"500ms\"`, `off`, or a `Duration` constant such as `const limits::TIME`";
const COUNT: &str = "a number, `off`, or a `u32` constant such as `const limits::COUNT`";
const FLAG: &str = "`on`, `off` or no value";
const BITS: &str = "a number from 9 to 15, or a `u8` constant such as `const limits::BITS`";

/// Keys of `per_message_deflate` with their expected values.
pub(crate) const DEFLATE_KEYS: &[(&str, &str)] = &[
    ("threshold", SIZE),
    ("level", "a number from 1 to 9, or a `u8` constant such as `const limits::LEVEL`"),
    ("server_max_window_bits", BITS),
    ("client_max_window_bits", BITS),
    ("server_no_context_takeover", FLAG),
    ("client_no_context_takeover", FLAG),
];

/// All keys.
pub(crate) const KEYS: &[KeyWord] = &[
    contract("body", "a type, as in `body = Say`"),
    contract("response", "a type, as in `response = Heard`"),
    contract("query", "a type, as in `query = Join`"),
    contract("params", "a type, as in `params = Seat`"),
    contract("header", "a type, as in `header = Client`"),
    contract("cookie", "a type, as in `cookie = Session`"),
    contract("protocols", "a list of strings, as in `protocols = [\"v2\", \"v1\"]`"),
    contract(
        "reserved_tag",
        "a member name other than `on`, `detail` and `errors`, as in `reserved_tag = \"kind\"`",
    ),
    contract("summary", "a string literal, as in `summary = \"a chat room\"`"),
    contract("tags", "a list of strings, as in `tags = [\"chat\"]`"),
    contract("deprecated", FLAG),
    route("require_protocol", FLAG),
    route("keep_request", FLAG),
    option("max_payload_length", Shape::Size),
    option("max_fragments", Shape::Count),
    option("fragment_timeout", Shape::Time),
    option("idle_timeout", Shape::Time),
    option("ping_interval", Shape::Time),
    option("backpressure_limit", Shape::Size),
    option("close_on_backpressure_limit", Shape::Flag),
    option("latest_by_key", Shape::Pointer),
    option("rate_limit", Shape::Count),
    option("max_invalid", Shape::Count),
    option("publish_to_self", Shape::Flag),
    option("max_subscriptions", Shape::Count),
    option("max_topic_length", Shape::Size),
    option("refusal_details", Shape::Flag),
    option("on_invalid", Shape::OnInvalid),
    option("close_timeout", Shape::Time),
    option("per_message_deflate", Shape::Deflate),
    route("origins", "a list of strings, as in `origins = [\"https://example.com\"]`, or `any`"),
    KeyWord {
        name: "crate",
        home: Home::Either,
        shape: Shape::Special,
        expects: "a path, as in `crate = ::facade::ws`",
    },
];
