//! Limits on the input and the silence of a peer, each at its limit and one step beyond.

use std::time::Duration;

use tokio::time::sleep;
use ws_runtime::{Server, ws_route};

use crate::{
    echo::{echo, end},
    peer::{BINARY, PING, PONG, Peer, TEXT, frame},
    served::{Census, Served},
};

/// Returns the header of a masked frame with a 64-bit length.
fn announced(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first, 0xff];
    bytes.extend(length.to_be_bytes());
    bytes.extend([0; 4]);
    bytes
}

/// Returns a message in fragments of these lengths.
fn fragments(lengths: &[usize]) -> Vec<u8> {
    let last = lengths.len() - 1;
    let first = |at: usize| (u8::from(at == 0) * 2) | (u8::from(at == last) << 7);
    lengths.iter().enumerate().flat_map(|(at, length)| frame(first(at), &vec![b'a'; *length])).collect()
}

#[tokio::test]
async fn message_one_byte_over_the_limit_closes() {
    const LIMIT: usize = 100_000;
    let (served, census) = echo(|server| server.max_payload_length(LIMIT)).await;
    for (what, bytes, passes) in [
        ("whole", frame(BINARY, &vec![b'a'; LIMIT]), true),
        ("whole, one more", frame(BINARY, &vec![b'a'; LIMIT + 1]), false),
        ("two halves", fragments(&[LIMIT / 2, LIMIT / 2]), true),
        ("two halves, one more", fragments(&[LIMIT / 2, LIMIT / 2 + 1]), false),
        ("large and small", fragments(&[LIMIT - 1, 1]), true),
        ("large and small, one more", fragments(&[LIMIT - 1, 2]), false),
        ("bytes", fragments(&vec![20; LIMIT / 20]), true),
        ("bytes, one more", fragments(&[vec![20; LIMIT / 20], vec![0, 1]].concat()), false),
        ("the limit, and nothing more", fragments(&[LIMIT, 0, 0]), true),
        ("announced alone", announced(BINARY, LIMIT as u64 + 1), false),
        (
            "announced in the end",
            [frame(0x02, &vec![0; LIMIT]), frame(0x80, b"a")[..6].to_vec()].concat(),
            false,
        ),
        ("2^32", announced(BINARY, 1 << 32), false),
        ("2^63 - 1", announced(BINARY, u64::MAX >> 1), false),
        ("2^63 - 1 behind a byte", [frame(0x02, b"a"), announced(0x80, u64::MAX >> 1)].concat(), false),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.try_send(&bytes).await;
        if passes {
            let frame = peer.frame().await.unwrap_or_else(|| panic!("{what}: no echo"));
            assert_eq!((frame.first, frame.payload.len()), (BINARY, LIMIT), "{what}");
            assert!(frame.payload.iter().all(|byte| *byte == b'a'), "{what}");
        } else {
            assert_eq!(peer.close_code().await, 1009, "{what}");
        }
    }
    end(served, census).await;
}

#[tokio::test]
async fn endless_fragments_are_closed() {
    let (served, census) =
        echo(|server| server.max_fragments(100).fragment_timeout(Duration::from_millis(200))).await;
    for (what, bytes, code) in [
        ("as many as allowed", fragments(&[0; 100]), None),
        ("one more", fragments(&[0; 101]), Some(1008)),
        ("endless", [frame(0x01, b""), frame(0x00, b"").repeat(10_000)].concat(), Some(1008)),
        ("never finished", frame(0x01, b"a"), Some(1008)),
        ("never finished, with pings", [frame(0x01, b"a"), frame(PING, b"")].concat(), Some(1008)),
        ("half a header", vec![TEXT], Some(1008)),
        ("half a frame", frame(TEXT, b"hello")[..8].to_vec(), Some(1008)),
        ("half a large frame", frame(TEXT, &vec![b'a'; 80_000])[..70_000].to_vec(), Some(1008)),
        ("half a ping", frame(PING, b"hello")[..8].to_vec(), Some(1008)),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.try_send(&bytes).await;
        match code {
            Some(code) => assert_eq!(peer.close_code().await, code, "{what}"),
            None => assert_eq!(peer.frame().await.expect("an echo").payload, b"", "{what}"),
        }
    }
    end(served, census).await;
}

/// A ping that arrives in two parts does not start the fragment timeout of the next message.
#[tokio::test]
async fn split_control_frame_starts_no_fragment_timeout() {
    let (served, census) = echo(|server| server.fragment_timeout(Duration::from_millis(300))).await;
    let mut peer = Peer::open(served.address, "/").await;
    for control in [PING, PONG] {
        let bytes = frame(control, b"hello");
        peer.send(&bytes[..7]).await;
        // The pause lets the server read the first part alone.
        sleep(Duration::from_millis(50)).await;
        peer.send(&bytes[7..]).await;
        if control == PING {
            assert_eq!(peer.frame().await.expect("a response").first, PONG);
        }
        sleep(Duration::from_millis(500)).await;
        peer.say("still there?").await;
        assert_eq!(peer.text().await, "still there?");
    }
    drop(peer);
    end(served, census).await;
}

#[tokio::test]
async fn rate_limit_counts_frames_of_any_size() {
    let (served, census) = echo(|server| server.rate_limit(20)).await;
    for (what, bytes) in [
        ("small", frame(BINARY, b"a").repeat(100)),
        ("pings", frame(PING, b"").repeat(100)),
        ("pongs", frame(PONG, b"").repeat(100)),
        ("large", frame(BINARY, &vec![b'a'; 70_000]).repeat(100)),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.try_send(&bytes).await;
        assert_eq!(peer.close_code().await, 1008, "{what}");
    }
    let mut peer = Peer::open(served.address, "/").await;
    for _ in 0..20 {
        peer.say("a").await;
        assert_eq!(peer.text().await, "a");
    }
    drop(peer);
    sleep(Duration::from_secs(1)).await;
    end(served, census).await;
}

/// A route whose messages are numbers, with a limit on consecutive invalid ones.
struct Number {
    census: Census,
}

#[ws_route("/number", body = u8, response = u8, max_invalid = 3)]
impl Number {
    fn open(&self) {
        self.census.opened();
    }

    fn message(&self, number: u8) -> u8 {
        number
    }

    fn close(&self) {
        self.census.closed();
    }
}

#[tokio::test]
async fn invalid_messages_in_a_row_close() {
    let census = Census::new();
    let served = Served::start(Server::new().route(Number { census: census.clone() })).await;
    let mut peer = Peer::open(served.address, "/number").await;
    for _ in 0..3 {
        for wrong in ["", "256", "one"] {
            peer.say(wrong).await;
            assert!(peer.text().await.contains("validation"));
        }
        peer.say("7").await;
        assert_eq!(peer.text().await, "7");
    }
    for wrong in ["-1", "1.5", "[]", "{}"] {
        peer.say(wrong).await;
    }
    assert_eq!(peer.close_code().await, 1008);
    drop(peer);
    census.empties().await;
    served.end().await;
}

/// An idle peer gets one close frame, even if there is no close timeout.
#[tokio::test]
async fn idle_peer_is_closed_without_a_close_timeout() {
    let (served, census) = echo(|server| {
        server.idle_timeout(Duration::from_millis(100)).ping_interval(None).close_timeout(None)
    })
    .await;
    let mut idle = Peer::open(served.address, "/").await;
    assert_eq!(idle.close_code().await, 1001);
    let mut other = Peer::open(served.address, "/").await;
    other.say("hello").await;
    assert_eq!(other.text().await, "hello");
    drop((idle, other));
    end(served, census).await;
}
