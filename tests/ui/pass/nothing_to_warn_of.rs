//! Generated code passes strict lints.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unnameable_types,
    unused_qualifications,
    rust_2018_idioms,
    future_incompatible,
    unsafe_code
)]

/// Chat.
pub mod chat {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use ws_runtime::{Handshake, Reject, Socket, ws_contract, ws_route};

    /// What is said.
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    pub enum Say {
        /// A text.
        Text(String),
        /// A question.
        Who,
        /// A bid.
        #[deprecated]
        Bid {
            /// How much.
            #[deprecated]
            amount: u64,
            /// For what.
            lot: u32,
        },
    }

    /// What was said.
    #[deprecated]
    #[derive(Debug)]
    pub struct Old;

    /// A room.
    #[derive(Debug)]
    pub struct Chat;

    /// Where people talk.
    #[ws_route("/chat/{room}/{seat: u32}", body = Say, response = String, max_payload_length = "64KiB")]
    impl Chat {
        /// Lets everybody in.
        #[cfg(all())]
        fn before_handle(&self, handshake: &Handshake<Self>) -> Result<String, Reject> {
            Ok(handshake.params().room.clone())
        }

        /// Is not there.
        #[cfg(any())]
        fn open(&self, missing: &Missing) -> Missing {}

        /// Takes a text.
        async fn message_text(&self, ws: &Socket<Self>, text: String) -> String {
            ws.data().clone() + &text
        }

        #[cfg(all())]
        #[deprecated]
        async fn message_who(&self) {}

        #[deprecated(note = "bid elsewhere")]
        fn message_bid(&self, amount: u64, lot: u32) {
            let _ = (amount, lot);
        }

        /// Is called, old as it is.
        #[cfg_attr(all(), deprecated)]
        fn drain(&self) {}

        #[deprecated]
        fn close(&self, ws: &Socket<Self>) {
            let _ = ws;
        }

        #[cfg(any())]
        fn message_missing(&self, ws: &Socket<Self>) {}
    }

    /// A contract.
    #[derive(Debug)]
    #[ws_contract("/api/{id: u64}", body = Say)]
    pub struct Api;

    /// Serves it.
    #[derive(Debug)]
    pub struct Served;

    #[ws_route(Api, body = Say)]
    impl Served {
        fn message_text(&self) {}
        fn message_who(&self) {}
        fn message_bid(&self) {}

        #[allow(deprecated)]
        fn before_handle(&self) -> Result<Old, Reject> {
            Ok(Old)
        }
    }
}

fn main() {
    let _ = ws_runtime::Server::new().route(chat::Chat).route(chat::Served);
}
