//! Many short connections of every kind. In the end the memory of the server is back at its initial level.
//!
//! The servers are separate processes, so that their memory can be measured: one with topics and typed messages, and
//! one that accepts compression, which every other client offers.

#[path = "../hostile/peer.rs"]
#[expect(dead_code, reason = "some of it only the hostile tests need")]
mod peer;

use std::{env, net::SocketAddr, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, interval},
};
use ws_tests::Example;

use crate::peer::{BINARY, PING, Peer, TEXT, close, frame, opening};

/// Duration of a run if `SOAK_SECONDS` is not set.
const SECONDS: u64 = 15 * 60;
/// Number of concurrent clients.
const CLIENTS: usize = 32;
/// Number of rounds. After each round all clients disconnect, and the memory is measured.
const ROUNDS: u32 = 12;
/// Time for a server to release its last connections.
const SETTLING: Duration = Duration::from_secs(2);

/// Setting for the GNU allocator to return freed memory early. Otherwise retained memory would hide a leak.
const ALLOCATOR: &[(&str, &str)] =
    &[("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "32768"), ("MALLOC_TRIM_THRESHOLD_", "65536")];

/// "Hello" in compressed form (RFC 7692 §7.2.3.1).
const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

/// Addresses of the servers.
#[derive(Clone, Copy)]
struct Servers {
    plain: SocketAddr,
    deflating: SocketAddr,
}

async fn echoes(peer: &mut Peer, message: &[u8], length: usize) {
    peer.send(message).await;
    assert_eq!(peer.frame().await.expect("an echo").payload.len(), length);
}

async fn leaves(mut peer: Peer) {
    peer.send(&close(1000)).await;
    assert_eq!(peer.closed().await, Some(1000));
}

/// Runs one client. Its number decides its kind.
async fn live(servers: Servers, number: u64) {
    let Servers { plain, deflating } = servers;
    match number % 10 {
        0 => {
            let mut peer = Peer::open(plain, "/echo").await;
            for length in 0..50 {
                echoes(&mut peer, &frame(TEXT, &vec![b'a'; length]), length).await;
            }
            leaves(peer).await;
        }
        1 => {
            let mut peer = Peer::open(plain, "/echo").await;
            for length in [70_000, 200_000, 1_000_000] {
                echoes(&mut peer, &frame(BINARY, &vec![7; length]), length).await;
            }
            leaves(peer).await;
        }
        2 => {
            let mut peer = Peer::open(plain, "/echo").await;
            for _ in 0..20 {
                peer.send(&frame(0x01, b"a")).await;
                peer.send(&frame(PING, b"ping")).await;
                assert_eq!(peer.frame().await.expect("a pong").payload, b"ping");
                echoes(&mut peer, &frame(0x80, b"b"), 2).await;
            }
            leaves(peer).await;
        }
        3 => {
            let mut peer = Peer::open(plain, "/echo").await;
            peer.send(&frame(TEXT, &vec![b'a'; 100_000])[..90_000]).await;
            peer.reset();
        }
        4 => {
            let mut peer = Peer::open(plain, "/echo").await;
            peer.send(&frame(TEXT, b"\xff")).await;
            assert_eq!(peer.closed().await, Some(1007));
        }
        5 => {
            let mut peer = Peer::connect(plain).await;
            let half = opening("/echo");
            peer.send(&half.as_bytes()[..half.len() / 2]).await;
        }
        6 => {
            let mut peer = Peer::open(plain, "/room").await;
            for _ in 0..10 {
                peer.send(&frame(TEXT, b"hello, all of you")).await;
            }
            // The client has published to many sockets, and disconnects without a close frame.
        }
        7 => {
            let mut peer = Peer::open(plain, "/json?id=soak").await;
            for (message, answer) in
                [(r#"{"message":"hello"}"#, "\"time\""), ("{}", "validation"), ("", "validation")]
            {
                peer.say(message).await;
                let said = peer.text().await;
                assert!(said.contains(answer), "{said}");
            }
            leaves(peer).await;
        }
        8 => {
            let mut peer = Peer::connect(deflating).await;
            let offer = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate";
            peer.send(opening("/echo").replace("Sec-WebSocket-Version: 13", offer).as_bytes()).await;
            let head = peer.head().await.expect("a response");
            assert!(head.contains("permessage-deflate"), "{head}");
            for _ in 0..50 {
                peer.send(&frame(0xc1, &HELLO)).await;
                assert!(!peer.frame().await.expect("an echo").payload.is_empty());
                // The reply is the first compressed message of this connection. Its text is long and repetitive, so it
                // becomes short.
                peer.send(&frame(TEXT, &vec![b'a'; 20_000])).await;
                assert!(peer.frame().await.expect("an echo").payload.len() < 1000);
            }
            leaves(peer).await;
        }
        _ => {
            let mut peer = Peer::open(deflating, "/echo").await;
            for length in [1, 20_000, 300_000] {
                echoes(&mut peer, &frame(BINARY, &vec![7; length]), length).await;
            }
            drop(peer);
        }
    }
}

/// Runs clients concurrently for this time. Returns their number.
async fn churn(servers: Servers, time: Duration, first: u64) -> u64 {
    let (mut lives, mut number) = (JoinSet::new(), first);
    let until = Instant::now() + time;
    while Instant::now() < until {
        if lives.len() == CLIENTS {
            lives.join_next().await.expect("there are some").expect("it went as it should");
        }
        lives.spawn(live(servers, number));
        number += 1;
    }
    while let Some(life) = lives.join_next().await {
        life.expect("it went as it should");
    }
    number - first
}

/// Returns the memory of a server without connections: the lowest value within the time to release them.
async fn settled(server: &Example) -> u64 {
    let mut moment = interval(SETTLING / 20);
    let mut least = u64::MAX;
    for _ in 0..20 {
        moment.tick().await;
        least = least.min(server.memory());
    }
    least
}

#[tokio::test]
#[ignore = "needs Linux, and takes a quarter of an hour"]
async fn long_closed_connections_leak_no_memory() {
    let seconds =
        env::var("SOAK_SECONDS").map_or(SECONDS, |text| text.parse().expect("SOAK_SECONDS is a number"));
    let bench = Example::start_with("bench", ALLOCATOR).await;
    let echo = Example::start_with("echo", ALLOCATOR).await;
    let servers = Servers { plain: bench.address(), deflating: echo.address() };
    let (mut lives, mut memory) = (0, Vec::new());
    for _ in 0..ROUNDS {
        lives += churn(servers, Duration::from_secs(seconds) / ROUNDS, lives).await;
        memory.push([settled(&bench).await, settled(&echo).await]);
    }
    // The second half of the measurements is compared with the first, because a process retains some memory from its
    // first connections, such as thread-local buffers and allocator caches.
    let (before, after) = memory.split_at(memory.len() / 2);
    for (at, name) in ["bench", "echo"].into_iter().enumerate() {
        let most = before.iter().map(|memory| memory[at]).max().unwrap_or_default();
        let last = after.last().map(|memory| memory[at]).unwrap_or_default();
        let all: Vec<_> = memory.iter().map(|memory| memory[at] >> 10).collect();
        println!("{name}: KiB after each round, {lives} lives in all: {all:?}");
        assert!(last <= most + most / 10, "{name}: {all:?} KiB, {lives} lives");
    }
}
