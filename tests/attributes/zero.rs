//! Limits of zero: the attributes reject them in literals, the server in constants and in values that are set at run
//! time.

use std::time::Duration;

use ws_runtime::{Server, ws_route};

use crate::start_up::start_error;

struct NeverIdle;

#[ws_route("/idle", idle_timeout = const Duration::from_millis(0))]
impl NeverIdle {
    fn open(&self) {}
}

struct Topicless;

#[ws_route("/topics", max_topic_length = const usize::MIN)]
impl Topicless {
    fn open(&self) {}
}

struct Perfect;

#[ws_route("/perfect", max_invalid = const u32::MIN)]
impl Perfect {
    fn open(&self) {}
}

struct Still<const RATE: u32>;

#[ws_route("/still", rate_limit = const RATE)]
impl<const RATE: u32> Still<RATE> {
    fn open(&self) {}
}

#[test]
fn server_with_a_limit_of_zero_does_not_start() {
    type Sets = fn(Server) -> Server;
    let servers: [(&str, Sets); 17] = [
        ("max_payload_length", |server| server.max_payload_length(0)),
        ("max_fragments", |server| server.max_fragments(0)),
        ("fragment_timeout", |server| server.fragment_timeout(Duration::ZERO)),
        ("idle_timeout", |server| server.idle_timeout(Duration::ZERO)),
        ("ping_interval", |server| server.ping_interval(Duration::ZERO)),
        ("backpressure_limit", |server| server.backpressure_limit(0)),
        ("rate_limit", |server| server.rate_limit(0)),
        ("max_invalid", |server| server.max_invalid(0)),
        ("max_subscriptions", |server| server.max_subscriptions(0)),
        ("max_topic_length", |server| server.max_topic_length(0)),
        ("close_timeout", |server| server.close_timeout(Duration::ZERO)),
        ("outbound_total", |server| server.outbound_total(0)),
        ("inbound_total", |server| server.inbound_total(0)),
        ("max_connections", |server| server.max_connections(0)),
        ("max_connections_per_address", |server| server.max_connections_per_address(0)),
        ("body_timeout", |server| server.body_timeout(Duration::ZERO)),
        ("max_payload_length", |server| server.max_payload_length(Some(0))),
    ];
    let why = "cannot be 0: to turn it off, write `off` in the attribute, or pass `None` to the method";
    for (option, set) in servers {
        assert_eq!(
            start_error(set(Server::new())),
            format!("the server cannot be started; `{option}` {why}")
        );
    }
    let routes: [(&str, Sets); 4] = [
        ("idle_timeout", |server| server.route(NeverIdle)),
        ("max_topic_length", |server| server.route(Topicless)),
        ("max_invalid", |server| server.route(Perfect)),
        ("rate_limit", |server| server.route(Still::<0>)),
    ];
    for (option, set) in routes {
        let message = start_error(set(Server::new()));
        assert!(message.ends_with(&format!(": `{option}` {why}")), "{message}");
    }
    // Zero is a valid value for options that are not limits.
    let compressed = Server::new().per_message_deflate(ws_runtime::Deflate::new().threshold(0));
    assert_eq!(
        start_error(compressed.shutdown_timeout(Duration::ZERO).max_headers(0))
            .matches("cannot be 0")
            .count(),
        1
    );
    let two = Server::new().rate_limit(0).idle_timeout(Duration::ZERO);
    assert_eq!(start_error(two).matches("cannot be 0").count(), 2, "all are listed");
}
