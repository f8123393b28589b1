//! For a key without a value, the error names the expected value.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(
    "/chat/{room}",
    body,
    response,
    query,
    params,
    header,
    cookie,
    protocols,
    summary,
    tags,
    max_payload_length,
    max_fragments,
    fragment_timeout,
    idle_timeout,
    backpressure_limit,
    latest_by_key,
    rate_limit,
    max_invalid,
    on_invalid,
    close_timeout,
    origins,
    crate,
    deprecated = 1,
    require_protocol = 1,
    ping_interval,
    close_on_backpressure_limit = 1,
    publish_to_self = 1,
    refusal_details = 1,
)]
impl Chat {
    fn message(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
