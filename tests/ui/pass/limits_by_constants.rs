//! Limits may be constants.

use ws_runtime::{Server, ws_route};

use std::time::Duration;

mod limits {
    use std::time::Duration;

    pub const IDLE: Duration = Duration::from_secs(60);
    pub const SIZE: usize = 64 * 1024;
    pub const RATE: u32 = 20;
}

struct Chat;

impl Chat {
    const FRAMES: u32 = 8;
}

#[ws_route(
    "/chat",
    idle_timeout = const limits::IDLE,
    close_timeout = const Duration::from_millis(1500),
    fragment_timeout = "10s",
    max_payload_length = const limits::SIZE,
    backpressure_limit = const 4 * limits::SIZE,
    rate_limit = const limits::RATE,
    max_fragments = const Self::FRAMES,
    max_invalid = const { limits::RATE / 2 },
    per_message_deflate(threshold = const limits::SIZE, level = const 6)
)]
impl Chat {
    fn open(&self) {}
}

struct Room<const RATE: u32>;

#[ws_route("/room", rate_limit = const RATE)]
impl<const RATE: u32> Room<RATE> {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat).route(Room::<7>);
}
