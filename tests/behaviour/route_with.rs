//! `route_with`: options of one route that are computed at run time.

use std::time::Duration;

use ws_runtime::{
    Endpoint, RouteOptions, Server,
    testing::{Event, Site},
    ws_route,
};

use crate::{
    limits::{connect, is_closed},
    support::{echo, frame},
};

echo!(Plain, "/plain", String);

struct Limited;

#[ws_route(
    "/limited",
    body = String,
    response = String,
    max_payload_length = 4,
    rate_limit = 2,
    origins = ["https://app.example"]
)]
impl Limited {
    fn message(&self, text: String) -> String {
        text
    }
}

/// Returns the length of the longest message that the route accepts.
async fn longest<E: Endpoint>(site: &Site) -> usize {
    let mut taken = 0;
    for length in [4, 5, 10, 11, 2 << 20] {
        let mut client = connect::<E>(site).await;
        client.send_text("x".repeat(length)).await;
        if !matches!(client.next().await, Event::Message(_)) {
            break;
        }
        taken = length;
    }
    taken
}

#[tokio::test(start_paused = true)]
async fn route_with_overrides_attribute_and_server() {
    let server = || Server::new().max_payload_length(10);
    let site = Site::start(server().route(Limited).route(Plain));
    assert_eq!((longest::<Limited>(&site).await, longest::<Plain>(&site).await), (4, 10));
    let site = Site::start(
        server()
            .route_with(Limited, |options| options.max_payload_length(5))
            .route_with(Plain, |options| options.max_payload_length(None)),
    );
    assert_eq!((longest::<Limited>(&site).await, longest::<Plain>(&site).await), (5, 2 << 20));
    // Options that the closure does not set keep their values.
    let site =
        Site::start(server().route_with(Limited, |options| options).route_with(Plain, |options| options));
    assert_eq!((longest::<Limited>(&site).await, longest::<Plain>(&site).await), (4, 10));
}

#[tokio::test(start_paused = true)]
async fn route_with_turns_a_limit_off_or_on() {
    let site = Site::start(
        Server::new()
            .route_with(Limited, |options| options.rate_limit(None))
            .route_with(Plain, |options| options.max_fragments(1)),
    );
    let mut client = connect::<Limited>(&site).await;
    for _ in 0..100 {
        client.send("x").await;
        assert_eq!(client.receive().await, "x");
    }
    let mut client = connect::<Plain>(&site).await;
    client.send_raw(frame(0x01, "a")).await;
    client.send_raw(frame(0x80, "b")).await;
    is_closed(client, 1008).await;
}

#[tokio::test(start_paused = true)]
async fn route_with_replaces_origins() {
    async fn admitted(server: Server) -> Vec<&'static str> {
        let site = Site::start(server);
        let mut admitted = Vec::new();
        for origin in ["https://app.example", "https://new.example:8443", "http://localhost", "null"] {
            if site.connect::<Limited>("/limited").origin(origin).await.is_ok() {
                admitted.push(origin);
            }
        }
        admitted
    }
    let new = || vec!["https://new.example:8443".to_owned()];
    let none: [&str; 0] = [];
    assert_eq!(admitted(Server::new().route(Limited)).await, ["https://app.example", "http://localhost"]);
    let server = Server::new().route_with(Limited, |options| options.origins(new()));
    assert_eq!(admitted(server).await, ["https://new.example:8443", "http://localhost"]);
    let server = Server::new().route_with(Limited, |options| options.origins(none));
    assert_eq!(admitted(server).await, ["http://localhost"]);
    let server = Server::new().route_with(Limited, |options| options.origins(new()).any_origin());
    assert_eq!(admitted(server).await.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn route_with_checks_options_before_starting() {
    let route_with = |set: fn(RouteOptions) -> RouteOptions| {
        let started = Site::try_start(Server::new().route_with(Limited, set));
        started.err().map_or_else(String::new, |errors| errors.to_string())
    };
    assert_eq!(route_with(|options| options), "");
    for (said, expected) in [
        (
            route_with(|options| options.origins(["https://app.example/"])),
            "`https://app.example/` in `origins`",
        ),
        (route_with(|options| options.require_protocol(true)), "`require_protocol`"),
        (route_with(|options| options.rate_limit(0)), "`rate_limit` cannot be 0"),
        (route_with(|options| options.latest_by_key("/a")), "`latest_by_key` is set"),
        (route_with(|options| options.latest_by_key("a")), "`latest_by_key` cannot be `a`"),
        (route_with(|options| options.idle_timeout(Duration::MAX)), "`idle_timeout` cannot be that large"),
        (
            route_with(|options| options.ping_interval(Duration::from_secs(120))),
            "`ping_interval` (120s) must be shorter",
        ),
    ] {
        assert!(said.contains(expected), "{said}");
    }
}
