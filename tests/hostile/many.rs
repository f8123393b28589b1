//! Thousands of concurrent peers: each is served, misbehaving peers do not delay others, and all resources are
//! released.

use std::{fs, sync::Arc, time::Duration};

use tokio::task::JoinSet;
use ws_runtime::{Message, Server, Socket, ws_route};

use crate::{
    echo::{Echo, echo},
    peer::{BINARY, CLOSE, Peer, TEXT, close},
    served::{Census, Served},
};

/// A route whose sockets join one room. The reference count of `_held` shows how many clones of the route exist.
struct Room {
    census: Census,
    _held: Arc<()>,
}

#[ws_route("/", max_payload_length = "1GiB")]
impl Room {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("room").unwrap();
        self.census.opened();
    }

    fn message(&self, message: Message) -> Message {
        message
    }

    fn close(&self) {
        self.census.closed();
    }
}

async fn serve(limit: impl FnOnce(Server) -> Server) -> (Served, Census, Arc<()>) {
    let (census, held) = (Census::new(), Arc::new(()));
    let room = Room { census: census.clone(), _held: Arc::clone(&held) };
    (Served::start(limit(Server::new()).route(room)).await, census, held)
}

/// Returns how many connections this process may open: half of its open files, because both ends are in it, minus those
/// of other tests.
fn room_for(most: usize) -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    let files: usize = files.and_then(|files| files.parse().ok()).unwrap_or(1024);
    (files.saturating_sub(500) / 2).min(most)
}

/// Connects many peers, a few at a time, because the backlog of the listener is limited.
async fn connect(served: &Served, count: usize) -> Vec<Peer> {
    let (mut connecting, mut peers) = (JoinSet::new(), Vec::with_capacity(count));
    for _ in 0..count {
        if connecting.len() == 50 {
            peers.extend(connecting.join_next().await.map(|peer| peer.expect("the client is accepted")));
        }
        let address = served.address;
        connecting.spawn(async move { Peer::open(address, "/").await });
    }
    while let Some(peer) = connecting.join_next().await {
        peers.push(peer.expect("the client is accepted"));
    }
    peers
}

/// One in a hundred of the peers never answers the close frame.
#[tokio::test]
async fn shutdown_closes_thousands_and_cuts_off_unresponsive_ones() {
    let count = room_for(5000);
    let mute = count / 100;
    let (served, census, held) = serve(|server| server.close_timeout(Duration::from_secs(2))).await;
    let mut peers = connect(&served, count).await;
    census.reaches(count).await;
    let channel = served.handle.channel::<Room>().expect("the route is served");
    assert_eq!(channel.publish("room", "news").receivers(), count);
    for peer in &mut peers {
        assert_eq!(peer.text().await, "news");
    }
    served.handle.shutdown();
    let mut ending = JoinSet::new();
    for (at, mut peer) in peers.into_iter().enumerate() {
        ending.spawn(async move {
            let frame = peer.frame().await.expect("every peer gets a close frame");
            assert_eq!((frame.first, &frame.payload[..2]), (CLOSE, &1001_u16.to_be_bytes()[..]));
            if at >= mute {
                peer.send(&close(1001)).await;
            }
            assert_eq!(peer.frame().await, None, "the stream ends");
        });
    }
    while let Some(ended) = ending.join_next().await {
        ended.expect("it ends well");
    }
    let handle = served.handle.clone();
    served.end().await;
    let ended = handle.ended().await;
    assert_eq!((ended.clean, ended.forced), (count - mute, mute));
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
    census.empties().await;
    drop((channel, handle));
    assert_eq!(Arc::strong_count(&held), 1, "the route is still held");
}

/// Some peers answer the close frame, some read it without answering, and some do not read at all.
#[tokio::test]
async fn shutdown_does_not_wait_for_unresponsive_peers() {
    const PEERS: usize = 200;
    let (served, census) = echo(|server| server.close_timeout(Duration::from_millis(300))).await;
    let mut peers = Vec::new();
    for _ in 0..PEERS {
        peers.push(Peer::open(served.address, "/").await);
    }
    census.reaches(PEERS).await;
    let channel = served.handle.channel::<Echo>().expect("the route is served");
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (PEERS, PEERS));
    served.handle.shutdown();
    for (at, peer) in peers.iter_mut().enumerate().filter(|(at, _)| at % 4 != 0) {
        let frame = peer.frame().await.expect("every peer gets a close frame");
        assert_eq!((frame.first, &frame.payload[..2]), (CLOSE, &1001_u16.to_be_bytes()[..]));
        if at % 2 == 0 {
            peer.send(&close(1001)).await;
            assert_eq!(peer.frame().await, None);
        }
    }
    served.end().await;
    census.empties().await;
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
}

/// Returns the virtual memory of this process, in bytes.
#[cfg(target_os = "linux")]
fn claimed() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.split_whitespace().next());
    size.and_then(|size| size.parse::<u64>().ok()).expect("it is a number of kB") * 1024
}

/// If a header announces a gigabyte, memory is allocated only for the bytes that arrive.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn announced_length_does_not_allocate_memory() {
    const PEERS: u64 = 200;
    let (served, census, _held) = serve(|server| server).await;
    let before = claimed();
    let mut peers = connect(&served, 200).await;
    for (at, peer) in peers.iter_mut().enumerate() {
        let first = if at % 2 == 0 { BINARY } else { TEXT };
        let mut header = vec![first, 0xff];
        header.extend((1_u64 << 30).to_be_bytes());
        header.extend([0; 4]);
        // The payload so far is longer than the shared read buffer.
        header.extend(vec![b'a'; 70_000]);
        peer.send(&header).await;
    }
    let mut fresh = Peer::open(served.address, "/").await;
    fresh.say("still there?").await;
    assert_eq!(fresh.text().await, "still there?");
    let more = claimed().saturating_sub(before);
    assert!(more < PEERS << 24, "{PEERS} peers claim {more} bytes");
    drop((peers, fresh));
    census.empties().await;
    served.end().await;
}
