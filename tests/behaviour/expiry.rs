//! The expiry of a connection: the notice before it, the close after it, and a new lifetime in between.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use ws_runtime::{
    Close, Server, Socket,
    testing::{Event, Site},
    ws_contract, ws_route,
};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Renew {
    /// New lifetime in seconds; `None` means that the connection does not expire.
    lifetime: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Renewed {
    lifetime: Option<u64>,
}

/// A route whose connections live for 100 seconds, unless they are renewed.
struct Club;

#[ws_route("/club", body = Renew, response = Renewed)]
impl Club {
    fn open(&self, ws: &Socket<Self>) {
        ws.expire_after(SECOND * 100);
    }

    fn message(&self, ws: &Socket<Self>, renew: Renew) -> Renewed {
        ws.expire_after(renew.lifetime.map(Duration::from_secs));
        Renewed { lifetime: renew.lifetime }
    }
}

async fn connect(site: &Site) -> ws_runtime::testing::Client<Club> {
    let mut client = site.connect::<Club>("/club").await.expect("it is accepted");
    client.patience(SECOND * 100_000);
    client
}

/// Returns the next event other than a ping, and the seconds until it came.
async fn next(client: &mut ws_runtime::testing::Client<Club>) -> (Event, u64) {
    let began = Instant::now();
    loop {
        match client.next().await {
            Event::Ping(_) => {}
            event => return (event, began.elapsed().as_secs()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn client_is_notified_and_closed_when_it_expires() {
    let site = Site::start(Server::new().route(Club));
    let mut client = connect(&site).await;
    assert_eq!(next(&mut client).await, (Event::Expiring(SECOND * 30), 70));
    assert_eq!(next(&mut client).await, (Event::Close(Some(4401), "expired".into()), 30));
}

#[tokio::test(start_paused = true)]
async fn renewed_connection_starts_its_lifetime_anew() {
    let site = Site::start(Server::new().route(Club));
    let mut client = connect(&site).await;
    assert_eq!(next(&mut client).await, (Event::Expiring(SECOND * 30), 70));
    client.send(&Renew { lifetime: Some(300) }).await;
    client.receive().await;
    assert_eq!(next(&mut client).await, (Event::Expiring(SECOND * 30), 270));
    // The new lifetime is shorter than the notice, so the notice is sent at once.
    client.send(&Renew { lifetime: Some(10) }).await;
    client.receive().await;
    assert_eq!(next(&mut client).await, (Event::Expiring(SECOND * 10), 0));
    assert_eq!(next(&mut client).await, (Event::Close(Some(4401), "expired".into()), 10));
}

#[tokio::test(start_paused = true)]
async fn connection_without_a_lifetime_never_expires() {
    let site = Site::start(Server::new().route(Club));
    let mut client = connect(&site).await;
    client.send(&Renew { lifetime: None }).await;
    client.receive().await;
    client.receive_nothing(SECOND * 10_000).await;
    // A lifetime that the clock cannot represent has no end.
    client.send(&Renew { lifetime: Some(u64::MAX) }).await;
    client.receive().await;
    client.receive_nothing(SECOND * 10_000).await;
    client.send(&Renew { lifetime: Some(0) }).await;
    client.receive().await;
    assert_eq!(next(&mut client).await, (Event::Close(Some(4401), "expired".into()), 0));
}

#[tokio::test(start_paused = true)]
async fn other_task_may_set_the_lifetime() {
    let site = Site::start(Server::new().route(Club));
    let mut client = connect(&site).await;
    site.settled().await;
    for socket in site.handle().channel::<Club>().expect("the route is served").sockets() {
        socket.expire_after(SECOND * 40);
    }
    assert_eq!(next(&mut client).await, (Event::Expiring(SECOND * 30), 10));
    assert_eq!(next(&mut client).await, (Event::Close(Some(4401), "expired".into()), 30));
}

/// A route whose handler is busy when the connection expires.
struct Busy;

#[ws_route("/busy", body = u64, response = Renewed)]
impl Busy {
    async fn message(&self, ws: &Socket<Self>, seconds: u64) -> Renewed {
        ws.expire_after(SECOND * 5);
        sleep(SECOND * u32::try_from(seconds).expect("the test sends small numbers")).await;
        Renewed { lifetime: None }
    }
}

#[tokio::test(start_paused = true)]
async fn connection_expires_while_its_handler_runs() {
    let site = Site::start(Server::new().route(Busy));
    let mut client = site.connect::<Busy>("/busy").await.expect("it is accepted");
    client.send(&60).await;
    let began = Instant::now();
    assert_eq!(client.next().await, Event::Expiring(SECOND * 5));
    assert_eq!(client.receive_close().await, (Some(4401), "expired".into()));
    assert_eq!(began.elapsed().as_secs(), 5);
}

/// A response type that cannot be told from a notice, so no notice is sent.
struct Opaque;

#[ws_route("/opaque", body = String, response = String)]
impl Opaque {
    fn open(&self, ws: &Socket<Self>) {
        ws.expire_after(SECOND * 40);
    }

    fn message(&self, text: String) -> String {
        text
    }
}

#[tokio::test(start_paused = true)]
async fn opaque_response_expires_without_a_notice() {
    let site = Site::start(Server::new().route(Opaque));
    let mut client = site.connect::<Opaque>("/opaque").await.expect("it is accepted");
    let began = Instant::now();
    assert_eq!(client.receive_close().await, (Some(4401), "expired".into()));
    assert_eq!(began.elapsed().as_secs(), 40);
}

#[ws_contract("/renamed", response = Renewed, reserved_tag = "$type")]
struct RenamedApi;

struct Renamed;

#[ws_route(RenamedApi)]
impl Renamed {
    fn open(&self, ws: &Socket<Self>) {
        ws.expire_after(SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn reserved_tag_names_the_member_of_the_notice() {
    let site = Site::start(Server::new().route(Renamed));
    let mut client = site.connect::<Renamed>("/renamed").await.expect("it is accepted");
    assert_eq!(client.next().await, Event::Expiring(SECOND));
    assert_eq!(client.receive_close().await, (Some(4401), "expired".into()));
}

/// A response with a variant that looks like the notice.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Clash {
    Expiring { in_ms: u32 },
}

struct Clashing;

#[ws_route("/clashing", response = Clash)]
impl Clashing {
    fn open(&self) -> Clash {
        Clash::Expiring { in_ms: 1 }
    }
}

#[test]
fn response_like_the_notice_does_not_start() {
    let errors = Site::try_start(Server::new().route(Clashing)).expect_err("the frames are alike");
    let text = format!("{errors:?}");
    assert!(text.contains("Clash") && text.contains("reserved_tag") && text.contains("expiring"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn disconnect_where_closes_the_matching_sockets() {
    let site = Site::start(Server::new().route(Club).route(Opaque));
    let (mut first, mut second) = (connect(&site).await, connect(&site).await);
    let mut other = site.connect::<Opaque>("/opaque").await.expect("it is accepted");
    site.settled().await;
    let handle = site.handle();
    let mut sockets = handle.channel::<Club>().expect("the route is served").sockets();
    sockets.sort_by_key(Socket::id);
    let chosen = sockets[0].id();
    let close = || Close::new(4401, "logged out");
    assert_eq!(handle.disconnect_where(|ws: &Socket<Club>| ws.id() == chosen, close()), 1);
    assert_eq!(handle.disconnect_where(|ws: &Socket<Club>| ws.id() == chosen, close()), 0, "it is closing");
    site.settled().await;
    let ended =
        |client: &mut ws_runtime::testing::Client<Club>| futures_util::FutureExt::now_or_never(client.next());
    let events = [ended(&mut first), ended(&mut second)];
    let closed = Some(Event::Close(Some(4401), "logged out".into()));
    assert_eq!(events.iter().filter(|event| **event == closed).count(), 1, "{events:?}");
    assert_eq!(events.iter().filter(|event| event.is_none()).count(), 1, "{events:?}");
    assert_eq!(handle.disconnect_where(|_: &Socket<Club>| true, close()), 1);
    other.send_text("still here").await;
    assert_eq!(other.receive().await, "still here");
}
