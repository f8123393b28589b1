//! Bytes that nobody thought of: the server may refuse them, but must answer by its rules and serve the next.

use tokio::task::JoinSet;
use ws_runtime::{Message, Server, Socket, ws_route};

use crate::{
    peer::{CLOSE, Peer, frame},
    served::{Census, Served},
};

/// What comes in goes out, to everybody.
struct Echo {
    census: Census,
}

#[ws_route("/", max_payload_length = "4KiB", max_fragments = 50)]
impl Echo {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("room");
        self.census.opened();
    }

    fn message(&self, ws: &Socket<Self>, message: Message) -> Message {
        ws.publish("room", &message);
        message
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// The same numbers in each run, for a failure must be found again (Steele, Lea and Flood 2014, SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, most: u64) -> usize {
        usize::try_from(self.next() % most).expect("it is small")
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }

    /// Frames, most of them good, some with a byte changed, put in, or taken out.
    fn session(&mut self) -> Vec<u8> {
        let mut session = Vec::new();
        for _ in 0..=self.below(20) {
            let first = match self.below(12) {
                0 => self.byte(),
                1 | 2 => 0x01,
                3 | 4 => 0x00,
                5 => 0x80,
                6 => 0x89,
                7 => 0x8a,
                8 => 0x02,
                _ => 0x81,
            };
            let length = match self.below(4) {
                0 => self.below(3),
                1 => self.below(126),
                2 => self.below(300),
                _ => self.below(1500),
            };
            // Text that is cut anywhere, or any bytes.
            let payload = match self.below(8) {
                0 => self.bytes(length),
                _ => "aä€\u{1d11e}".bytes().cycle().skip(self.below(10)).take(length).collect(),
            };
            let control = first & 0x08 != 0 && self.below(10) > 0;
            session.extend(frame(first, if control { &payload[..length.min(125)] } else { &payload }));
        }
        for _ in 0..self.below(3) {
            let at = self.below(session.len() as u64);
            match self.below(3) {
                0 => session[at] = self.byte(),
                1 => session.insert(at, self.byte()),
                _ => drop(session.remove(at)),
            }
        }
        session
    }
}

#[tokio::test]
async fn no_bytes_harm_the_server() {
    const SESSIONS: u64 = 1500;
    let census = Census::new();
    let served = Served::start(Server::new().route(Echo { census: census.clone() })).await;
    let mut running = JoinSet::new();
    for seed in 0..SESSIONS {
        if running.len() == 8 {
            running.join_next().await.expect("there are eight").expect("it keeps the rules");
        }
        let address = served.address;
        running.spawn(async move {
            let mut random = Random(seed);
            let mut peer = Peer::open(address, "/").await;
            let session = random.session();
            for piece in session.chunks(1 + random.below(2000)) {
                peer.try_send(piece).await;
            }
            peer.finish().await;
            // Whatever it answers, it is frames, whole, of kinds that there are, and one close frame at most, the last.
            let mut closed = false;
            while let Some(frame) = peer.frame().await {
                assert!(!closed, "seed {seed}: {frame:?} behind a close frame");
                assert!(matches!(frame.first, 0x81 | 0x82 | 0x88 | 0x8a), "seed {seed}: {frame:?}");
                if frame.first == 0x81 {
                    assert!(std::str::from_utf8(&frame.payload).is_ok(), "seed {seed}");
                }
                closed = frame.first == CLOSE;
            }
        });
    }
    while let Some(ran) = running.join_next().await {
        ran.expect("it keeps the rules");
    }
    let mut fresh = Peer::open(served.address, "/").await;
    fresh.say("still there?").await;
    assert_eq!(fresh.text().await, "still there?");
    drop(fresh);
    census.empties().await;
    let channel = served.handle.route::<Echo>().expect("it is served");
    served.end().await;
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
}
