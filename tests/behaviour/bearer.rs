//! Bearer tokens and tickets: how a handshake proves who the client is.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::advance;
use ws_runtime::{
    Handshake, Reject, Socket,
    server::{Server, Tickets},
    testing::Site,
    ws_route,
};

/// A route that replies with the token of its client.
struct Members;

#[ws_route("/members", response = String, protocols = ["v1"])]
impl Members {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<String, Reject> {
        let token = handshake.bearer().ok_or(Reject::status(401))?;
        Ok(token.to_owned())
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.data().clone()
    }
}

#[tokio::test]
async fn bearer_subprotocol_is_read_and_never_echoed() {
    let site = Site::start(Server::new().route(Members));
    for offers in [&["v1", "bearer.abc"][..], &["bearer.abc", "v1"]] {
        let mut client = site.connect::<Members>("/members").protocols(offers).await.expect("it has a token");
        assert_eq!(client.protocol(), Some("v1"), "{offers:?}");
        assert_eq!(client.receive().await, "abc");
        assert!(client.headers().values().all(|value| value != "bearer.abc"));
    }
    let mut client =
        site.connect::<Members>("/members").protocols(&["bearer.abc"]).await.expect("it has a token");
    assert_eq!(client.protocol(), None, "a token is not a protocol");
    assert_eq!(client.receive().await, "abc");
}

#[tokio::test]
async fn authorization_header_is_the_preferred_token() {
    let site = Site::start(Server::new().route(Members));
    let connect = || site.connect::<Members>("/members").header("authorization", "Bearer from-the-header");
    for offers in [&[][..], &["v1", "bearer.other"]] {
        let mut client = connect().protocols(offers).await.expect("it has a token");
        assert_eq!(client.receive().await, "from-the-header");
    }
}

#[tokio::test]
async fn handshake_without_one_clear_token_gets_401() {
    let site = Site::start(Server::new().route(Members));
    for (authorization, offers) in [
        (None, &["v1"][..]),
        (None, &["v1", "bearer.a", "bearer.b"]),
        (Some("Basic YTpi"), &["v1"]),
        (Some("Bearer"), &[]),
        (Some("Bearer a, Bearer b"), &[]),
    ] {
        let mut connect = site.connect::<Members>("/members").protocols(offers);
        if let Some(value) = authorization {
            connect = connect.header("authorization", value);
        }
        let refused = connect.await.expect_err("the token is missing or ambiguous");
        assert_eq!(refused.status(), 401, "{authorization:?} {offers:?}");
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Entry {
    ticket: String,
}

struct Club {
    tickets: Tickets<&'static str>,
}

#[ws_route("/club", query = Entry, response = String)]
impl Club {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<&'static str, Reject> {
        self.tickets.redeem(&handshake.query().ticket).await.ok_or(Reject::status(401))
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        (*ws.data()).to_owned()
    }
}

#[tokio::test(start_paused = true)]
async fn ticket_admits_one_handshake_until_it_expires() {
    let tickets = Tickets::new();
    let site = Site::start(Server::new().route(Club { tickets: tickets.clone() }));
    let issue = |name| tickets.issue(name, Duration::from_secs(10)).expect("there is room");
    let connect = |ticket: &str| site.connect::<Club>(&format!("/club?ticket={ticket}"));

    let (ada, bob, late) = (issue("ada"), issue("bob"), issue("late"));
    assert_eq!(connect(&bob).await.expect("it is fresh").receive().await, "bob");
    assert_eq!(connect(&ada).await.expect("it is fresh").receive().await, "ada");
    for used in [&ada, &bob, "0", ""] {
        assert_eq!(connect(used).await.expect_err("it is worthless").status(), 401, "{used:?}");
    }
    advance(Duration::from_secs(10)).await;
    assert_eq!(connect(&late).await.expect_err("it is expired").status(), 401);
}
