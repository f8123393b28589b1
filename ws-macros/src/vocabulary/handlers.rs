//! The handlers: their names, what they take, what they return.

/// A handler as its name says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Parse,
    Transform,
    BeforeHandle,
    Upgrade,
    Open,
    TransformMessage,
    Message,
    Drain,
    Ping,
    Pong,
    Error,
    Close,
}

impl Kind {
    /// The handler's name, in a block and in the runtime's trait.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Transform => "transform",
            Self::BeforeHandle => "before_handle",
            Self::Upgrade => "upgrade",
            Self::Open => "open",
            Self::TransformMessage => "transform_message",
            Self::Message => "message",
            Self::Drain => "drain",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Error => "error",
            Self::Close => "close",
        }
    }

    /// Whether it may be a method without a future; not before the 101, where what costs time is usual.
    pub(crate) const fn may_be_plain(self) -> bool {
        !matches!(self, Self::Parse | Self::Transform | Self::BeforeHandle | Self::Upgrade)
    }
}

/// What a handler takes after its first argument, which is always a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Second {
    Nothing,
    Value,
    Reference,
}

/// What can be said about a return type without knowing types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    /// A trait of the runtime judges it.
    Judged,
    Nothing,
    Message,
}

/// A handler of the vocabulary.
pub(crate) struct HandlerWord {
    pub(crate) kind: Kind,
    /// The first argument, as it should be written.
    pub(crate) first: &'static str,
    pub(crate) second: Second,
    /// The name of what it takes by value, if the contract does not say another.
    pub(crate) payload: Option<&'static str>,
    pub(crate) returns: Returns,
    /// All of it, as it should be written.
    pub(crate) signature: &'static str,
}

/// The types of the runtime that name a route: `Socket<Self>`.
pub(crate) const CONNECTIONS: &[&str] = &["Socket", "Handshake"];

const REQUEST: &str = "&mut RawRequest";
const HANDSHAKE: &str = "&Handshake<Self>";
const SOCKET: &str = "&Socket<Self>";

/// Every handler, in the order in which they run.
pub(crate) const HANDLERS: &[HandlerWord] = &[
    HandlerWord {
        kind: Kind::Parse,
        first: REQUEST,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Judged,
        signature: "fn parse(&self, request: &mut RawRequest)",
    },
    HandlerWord {
        kind: Kind::Transform,
        first: REQUEST,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Judged,
        signature: "fn transform(&self, request: &mut RawRequest)",
    },
    HandlerWord {
        kind: Kind::BeforeHandle,
        first: HANDSHAKE,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Judged,
        signature: "async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Data, Reject>",
    },
    HandlerWord {
        kind: Kind::Upgrade,
        first: HANDSHAKE,
        second: Second::Reference,
        payload: None,
        returns: Returns::Judged,
        signature: "fn upgrade(&self, handshake: &Handshake<Self>, data: &Data) -> HeaderMap",
    },
    HandlerWord {
        kind: Kind::Open,
        first: SOCKET,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Judged,
        signature: "fn open(&self, ws: &Socket<Self>)",
    },
    HandlerWord {
        kind: Kind::TransformMessage,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Message"),
        returns: Returns::Message,
        signature: "fn transform_message(&self, ws: &Socket<Self>, message: Message) -> Message",
    },
    HandlerWord {
        kind: Kind::Message,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Message"),
        returns: Returns::Judged,
        signature: "async fn message(&self, ws: &Socket<Self>, body: Body)",
    },
    HandlerWord {
        kind: Kind::Drain,
        first: SOCKET,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Nothing,
        signature: "fn drain(&self, ws: &Socket<Self>)",
    },
    HandlerWord {
        kind: Kind::Ping,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Bytes"),
        returns: Returns::Nothing,
        signature: "fn ping(&self, ws: &Socket<Self>, payload: Bytes)",
    },
    HandlerWord {
        kind: Kind::Pong,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Bytes"),
        returns: Returns::Nothing,
        signature: "fn pong(&self, ws: &Socket<Self>, payload: Bytes)",
    },
    HandlerWord {
        kind: Kind::Error,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Error"),
        returns: Returns::Judged,
        signature: "fn error(&self, ws: &Socket<Self>, error: Error)",
    },
    HandlerWord {
        kind: Kind::Close,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Closed"),
        returns: Returns::Nothing,
        signature: "fn close(&self, ws: &Socket<Self>, closed: Closed)",
    },
];
