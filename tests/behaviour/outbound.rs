//! What waits for all sockets together: past the limit the fullest queue goes, and nobody else notices.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;
use ws_runtime::{
    Closed, Server, Socket,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::support::Journal;

/// Everybody is in one room, and nobody says anything.
struct Room(Journal);

#[ws_route("/room", response = Bytes)]
impl Room {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all");
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

const KIB: usize = 1024;

/// A client that takes next to nothing unless it is asked to read, and its socket.
async fn slow(site: &Site) -> (Client<Room>, Socket<Room>) {
    let known = site.handle().route::<Room>().unwrap().sockets();
    let client = site.connect::<Room>("/room").buffer(KIB).await.unwrap();
    site.settled().await;
    let now = site.handle().route::<Room>().unwrap().sockets();
    let socket = now.into_iter().find(|socket| !known.contains(socket)).expect("it has connected");
    (client, socket)
}

fn start(server: Server) -> (Site, Journal) {
    let journal = Journal::default();
    (Site::start(server.route(Room(journal.clone()))), journal)
}

#[tokio::test(start_paused = true)]
async fn outbound_total() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB));
    let (mut small, to_small) = slow(&site).await;
    let (mut large, to_large) = slow(&site).await;
    let (mut other, to_other) = slow(&site).await;
    to_small.send_raw(vec![1; 100 * KIB]);
    to_large.send_raw(vec![2; 500 * KIB]);
    to_other.send_raw(vec![3; 390 * KIB]);
    site.settled().await;
    assert_eq!(journal.take(), Vec::<String>::new(), "as much as is allowed");
    to_small.send_raw(vec![1; 20 * KIB]);
    site.settled().await;
    assert_eq!(journal.take(), ["1008 \"reads too slowly\" by Us, not clean"]);
    assert_eq!((to_large.buffered_amount(), to_large.ready_state()), (0, ws_runtime::ReadyState::Closed));
    large.patience(Duration::from_secs(1));
    while large.next().await != Event::End {}
    // There is room for as much again, and nobody else has lost anything.
    to_other.send_raw(vec![3; 400 * KIB]);
    site.settled().await;
    for length in [100, 20] {
        assert_eq!(small.receive().await, vec![1; length * KIB]);
    }
    for length in [390, 400] {
        assert_eq!(other.receive().await, vec![3; length * KIB]);
    }
    // What was read counts no longer.
    to_small.send_raw(vec![1; 990 * KIB]);
    site.settled().await;
    assert_eq!(small.receive().await.len(), 990 * KIB);
    assert_eq!(journal.take(), Vec::<String>::new());
    // One message too large for all of them goes with its socket.
    to_small.send_raw(vec![1; 1001 * KIB]);
    site.settled().await;
    assert_eq!(journal.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_many_queues_share_counts_once() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB).shards(1));
    let channel = site.handle().route::<Room>().unwrap();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(slow(&site).await.0);
    }
    for _ in 0..3 {
        assert_eq!(channel.publish("all", vec![7; 200 * KIB].as_slice()).receivers, 20);
        assert_eq!(channel.to("all").publish(&Bytes::from(vec![7; 100 * KIB])).receivers, 20);
        site.settled().await;
    }
    assert_eq!(journal.take(), Vec::<String>::new());
    // It stays in memory as long as one of them has not got it.
    let (last, to_last) = slow(&site).await;
    for client in &mut clients[1..] {
        for length in [200, 100].repeat(3) {
            assert_eq!(client.receive().await.len(), length * KIB);
        }
    }
    to_last.send_raw(vec![7; 200 * KIB]);
    site.settled().await;
    assert_eq!(journal.take(), ["1008 \"reads too slowly\" by Us, not clean"]);
    assert_eq!(
        to_last.buffered_amount() / KIB,
        199,
        "the fullest queue is that of the one that has not read"
    );
    drop((last, clients));
}

/// Small ones are copied into each queue, so each counts.
#[tokio::test(start_paused = true)]
async fn what_every_queue_has_a_copy_of_counts_for_each() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB));
    let channel = site.handle().route::<Room>().unwrap();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(slow(&site).await.0);
    }
    for _ in 0..60 {
        channel.publish("all", vec![7; KIB].as_slice());
        site.settled().await;
    }
    let cut_off = journal.take().len();
    assert!((1..20).contains(&cut_off), "{cut_off} of 20 had to go");
    assert_eq!(channel.sockets().len(), 20 - cut_off);
    // Whoever is left reads everything.
    let mut complete = 0;
    for mut client in clients {
        let mut seen = 0;
        while let Ok(Event::Message(_)) = timeout(Duration::from_secs(1), client.next()).await {
            seen += 1;
            complete += usize::from(seen == 60);
            if seen == 60 {
                break;
            }
        }
    }
    assert_eq!(complete, 20 - cut_off);
}

#[tokio::test(start_paused = true)]
async fn the_total_may_be_without_limit_and_is_a_gibibyte_unless_set() {
    for (server, most) in [(Server::new().outbound_total(0), None), (Server::new(), Some(64))] {
        let (site, journal) = start(server);
        let one = Bytes::from(vec![7; 16 << 20]);
        let mut sockets = Vec::new();
        for _ in 0..65 {
            let (client, socket) = slow(&site).await;
            // One allocation for all of them here, so that the test itself stays small.
            socket.send_raw(one.clone());
            sockets.push((client, socket));
        }
        site.settled().await;
        assert_eq!(journal.take().is_empty(), most.is_none());
    }
}
