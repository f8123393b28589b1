//! The handlers: their names, arguments and return types.

/// A handler, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandlerKind {
    Transform,
    Protocol,
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

impl HandlerKind {
    /// Returns the name of the handler in the block, and of the method in the runtime's trait.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Transform => "transform",
            Self::Protocol => "protocol",
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

    /// Returns true if the generated method need not be async. Handlers that run before the 101 usually wait, so their
    /// methods are always async.
    pub(crate) const fn may_be_plain(self) -> bool {
        !matches!(self, Self::Transform | Self::Protocol | Self::BeforeHandle | Self::Upgrade)
    }
}

/// The second argument of a handler. The first is always a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Second {
    Nothing,
    Value,
    Reference,
}

/// The expected return type, as far as tokens can show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    /// A trait of the runtime checks the type.
    Converted,
    Nothing,
    /// The message to decode, checked by a trait of the runtime.
    Message,
    /// A subprotocol, checked by a trait of the runtime.
    Protocol,
}

/// Description of a handler.
pub(crate) struct HandlerWord {
    pub(crate) kind: HandlerKind,
    /// Type of the first argument.
    pub(crate) first: &'static str,
    pub(crate) second: Second,
    /// Name of the type that the handler takes by value, unless the contract sets another; `None` if it takes none.
    pub(crate) payload: Option<&'static str>,
    pub(crate) returns: Returns,
    /// Complete signature, as printed in messages.
    pub(crate) signature: &'static str,
}

/// Types of the runtime with a route parameter, as in `Socket<Self>`.
pub(crate) const CONNECTIONS: &[&str] = &["Socket", "Handshake"];

const REQUEST: &str = "&mut RawRequest";
const HANDSHAKE: &str = "&Handshake<Self>";
const SOCKET: &str = "&Socket<Self>";

/// All handlers, in the order in which they run.
pub(crate) const HANDLERS: &[HandlerWord] = &[
    HandlerWord {
        kind: HandlerKind::Transform,
        first: REQUEST,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Converted,
        signature: "fn transform(&self, request: &mut RawRequest)",
    },
    HandlerWord {
        kind: HandlerKind::Protocol,
        first: HANDSHAKE,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Protocol,
        signature: "fn protocol(&self, handshake: &Handshake<Self>) -> Result<Option<&'static str>, Reject>",
    },
    HandlerWord {
        kind: HandlerKind::BeforeHandle,
        first: HANDSHAKE,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Converted,
        signature: "async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Data, Reject>",
    },
    HandlerWord {
        kind: HandlerKind::Upgrade,
        first: HANDSHAKE,
        second: Second::Reference,
        payload: None,
        returns: Returns::Converted,
        signature: "fn upgrade(&self, handshake: &Handshake<Self>, data: &Data) -> HeaderMap",
    },
    HandlerWord {
        kind: HandlerKind::Open,
        first: SOCKET,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Converted,
        signature: "fn open(&self, ws: &Socket<Self>)",
    },
    HandlerWord {
        kind: HandlerKind::TransformMessage,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Message"),
        returns: Returns::Message,
        signature: "fn transform_message(&self, ws: &Socket<Self>, message: Message) -> Message",
    },
    HandlerWord {
        kind: HandlerKind::Message,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Message"),
        returns: Returns::Converted,
        signature: "async fn message(&self, ws: &Socket<Self>, body: Body)",
    },
    HandlerWord {
        kind: HandlerKind::Drain,
        first: SOCKET,
        second: Second::Nothing,
        payload: None,
        returns: Returns::Nothing,
        signature: "fn drain(&self, ws: &Socket<Self>)",
    },
    HandlerWord {
        kind: HandlerKind::Ping,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Bytes"),
        returns: Returns::Nothing,
        signature: "fn ping(&self, ws: &Socket<Self>, payload: Bytes)",
    },
    HandlerWord {
        kind: HandlerKind::Pong,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Bytes"),
        returns: Returns::Nothing,
        signature: "fn pong(&self, ws: &Socket<Self>, payload: Bytes)",
    },
    HandlerWord {
        kind: HandlerKind::Error,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Error"),
        returns: Returns::Converted,
        signature: "fn error(&self, ws: &Socket<Self>, error: Error)",
    },
    HandlerWord {
        kind: HandlerKind::Close,
        first: SOCKET,
        second: Second::Value,
        payload: Some("Closed"),
        returns: Returns::Nothing,
        signature: "fn close(&self, ws: &Socket<Self>, closed: Closed)",
    },
];
