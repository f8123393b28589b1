//! Limits whose values are constants.

use std::time::Duration;

use tokio::time::sleep;
use ws_runtime::{Route, Server, testing::Site, ws_route};

use crate::{
    limits::{connect, is_closed},
    support::frame,
};

const FRAMES: u32 = 2;

mod limits {
    use std::time::Duration;

    pub(super) const IDLE: Duration = Duration::from_secs(60);
    pub(super) const SIZE: usize = 10;
}

struct Chat;

impl Chat {
    const RATE: u32 = 7;
}

#[ws_route(
    "/chat",
    body = String,
    response = String,
    idle_timeout = const limits::IDLE,
    close_timeout = const Duration::from_millis(1500),
    max_payload_length = const limits::SIZE,
    backpressure_limit = const 4 * limits::SIZE,
    max_fragments = const FRAMES,
    rate_limit = const Self::RATE,
    max_invalid = const { Self::RATE / 2 },
    per_message_deflate(threshold = const limits::SIZE)
)]
impl Chat {
    fn message(&self, text: String) -> String {
        text
    }
}

#[test]
fn options_have_the_values_of_their_constants() {
    let options = <Chat as Route>::OPTIONS;
    assert_eq!(options.idle_timeout, Some(Some(Duration::from_secs(60))));
    assert_eq!(options.close_timeout, Some(Some(Duration::from_millis(1500))));
    assert_eq!(options.max_payload_length, Some(Some(10)));
    assert_eq!(options.backpressure_limit, Some(Some(40)));
    assert_eq!(options.max_fragments, Some(Some(2)));
    assert_eq!(options.rate_limit, Some(Some(7)));
    assert_eq!(options.max_invalid, Some(Some(3)));
    assert_eq!(options.per_message_deflate, Some(Some(ws_runtime::Deflate::new().threshold(10))));
}

#[tokio::test(start_paused = true)]
async fn size_limit_accepts_a_constant() {
    let site = Site::start(Server::new().route(Chat));
    let mut client = connect::<Chat>(&site).await;
    client.send("0123456789").await;
    assert_eq!(client.receive().await, "0123456789");
    client.send("0123456789a").await;
    is_closed(client, 1009).await;
}

#[tokio::test(start_paused = true)]
async fn count_limit_accepts_a_constant() {
    let site = Site::start(Server::new().route(Chat));
    let mut client = connect::<Chat>(&site).await;
    client.send_raw(frame(0x01, "a")).await;
    client.send_raw(frame(0x80, "b")).await;
    assert_eq!(client.receive().await, "ab");
    for first in [0x01, 0x00, 0x80] {
        client.send_raw(frame(first, "a")).await;
    }
    is_closed(client, 1008).await;
}

struct Generic<const RATE: u32>;

#[ws_route("/generic", body = String, response = String, rate_limit = const RATE)]
impl<const RATE: u32> Generic<RATE> {
    fn message(&self, text: String) -> String {
        text
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limit_accepts_a_constant() {
    let site = Site::start(Server::new().route(Generic::<2>));
    let mut client = connect::<Generic<2>>(&site).await;
    for _ in 0..2 {
        client.send("a").await;
        assert_eq!(client.receive().await, "a");
    }
    client.send("a").await;
    is_closed(client, 1008).await;
    sleep(Duration::from_secs(2)).await;
    let mut other = connect::<Generic<2>>(&site).await;
    other.send("b").await;
    assert_eq!(other.receive().await, "b");
}
