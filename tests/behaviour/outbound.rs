//! The limit on memory queued for all sockets. If it is exceeded, the socket with the fullest queue is cut off, and no
//! other is affected.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;
use ws_runtime::{
    Channel, Close, Closed, Delivery, ReadyState, Server, Socket, Subscribed,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::support::Journal;

/// A route whose sockets join one room and send nothing.
struct Room(Journal);

#[ws_route("/room", response = Bytes)]
impl Room {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

const KIB: usize = 1024;

/// Connects a client with a small buffer, so that its queue fills, and returns it with its socket.
async fn slow(site: &Site) -> (Client<Room>, Socket<Room>) {
    let known = site.handle().channel::<Room>().unwrap().sockets();
    let client = site.connect::<Room>("/room").buffer(KIB).background(false).await.unwrap();
    site.settled().await;
    let now = site.handle().channel::<Room>().unwrap().sockets();
    let socket = now.into_iter().find(|socket| !known.contains(socket)).expect("it has connected");
    (client, socket)
}

fn start(server: Server) -> (Site, Journal) {
    let journal = Journal::default();
    (Site::start(server.route(Room(journal.clone()))), journal)
}

#[tokio::test(start_paused = true)]
async fn outbound_total_cuts_off_the_fullest_queue() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB));
    let (mut small, to_small) = slow(&site).await;
    let (mut large, to_large) = slow(&site).await;
    let (mut other, to_other) = slow(&site).await;
    let _ = to_small.send_raw(vec![1; 100 * KIB]);
    let _ = to_large.send_raw(vec![2; 500 * KIB]);
    let _ = to_other.send_raw(vec![3; 390 * KIB]);
    site.settled().await;
    assert_eq!(journal.take(), Vec::<String>::new(), "as much as is allowed");
    let _ = to_small.send_raw(vec![1; 20 * KIB]);
    site.settled().await;
    assert_eq!(journal.take(), ["1013 \"reads too slowly\" by Local, not clean"]);
    assert_eq!((to_large.buffered_amount(), to_large.ready_state()), (0, ReadyState::Closed));
    large.patience(Duration::from_secs(1));
    while large.next().await != Event::End {}
    // The freed memory is available again, and the other sockets have lost no message.
    let _ = to_other.send_raw(vec![3; 400 * KIB]);
    site.settled().await;
    for length in [100, 20] {
        assert_eq!(small.receive().await, vec![1; length * KIB]);
    }
    for length in [390, 400] {
        assert_eq!(other.receive().await, vec![3; length * KIB]);
    }
    // Bytes that the client has read are no longer counted.
    let _ = to_small.send_raw(vec![1; 990 * KIB]);
    site.settled().await;
    assert_eq!(small.receive().await.len(), 990 * KIB);
    assert_eq!(journal.take(), Vec::<String>::new());
}

/// A message that is larger than the whole limit is refused, because cutting off sockets could not make room for it.
#[tokio::test(start_paused = true)]
async fn message_larger_than_the_total_is_dropped() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB).backpressure_limit(None));
    let channel = site.handle().channel::<Room>().unwrap();
    let (mut client, socket) = slow(&site).await;
    let (_other, to_other) = slow(&site).await;
    let _ = to_other.send_raw(vec![1; 500 * KIB]);
    let large = Bytes::from(vec![7; 1001 * KIB]);
    assert_eq!(socket.send_raw(large.clone()), Delivery::Dropped);
    assert_eq!(socket.send(&large), Delivery::Dropped);
    for published in [channel.publish("all", &large), channel.to("all").send(&large)] {
        assert_eq!((published.receivers(), published.dropped(), published.is_refused()), (0, 2, false));
    }
    assert_eq!(socket.publish("all", &large).dropped(), 1, "the sender is not a receiver");
    site.settled().await;
    assert_eq!(journal.take(), Vec::<String>::new());
    assert_eq!(socket.send_raw(b"hello".to_vec()), Delivery::Sent);
    assert_eq!(client.receive().await, &b"hello"[..]);
    socket.close(Close::NORMAL);
    assert_eq!(socket.send_raw(large), Delivery::Closed);
}

/// The call that queues a message also frees memory, so the limit holds even for many calls without an `.await`.
#[tokio::test(start_paused = true)]
async fn every_call_that_queues_enforces_the_outbound_total() {
    const LIMIT: usize = 2000 * KIB;
    type Queue = fn(&Channel<Room>, &Socket<Room>);
    let ways: [(&str, Queue); 7] = [
        ("small messages", |_, socket| {
            let _ = socket.send_raw(vec![1; 5 * KIB]);
        }),
        ("large messages", |_, socket| {
            let _ = socket.send_raw(vec![1; 100 * KIB]);
        }),
        ("one message for all", |channel, _| {
            let _ = channel.to("all").send(&Bytes::from(vec![1; 5 * KIB]));
        }),
        ("small publishes", |channel, _| {
            let _ = channel.publish("all", &Bytes::from(vec![1; 5 * KIB]));
        }),
        ("large publishes", |channel, _| {
            let _ = channel.publish("all", &Bytes::from(vec![1; 200 * KIB]));
        }),
        ("publishes to many topics", |channel, _| {
            for topic in 0..40 {
                let _ = channel.publish(topic.to_string(), &Bytes::from(vec![1; 6 * KIB]));
            }
        }),
        ("pings", |_, socket| {
            (0..500).for_each(|_| {
                let _ = socket.ping([7; 125]);
            });
        }),
    ];
    for (what, queue) in ways {
        let server = Server::new().outbound_total(LIMIT).backpressure_limit(None).shards(2);
        let (site, journal) = start(server);
        let channel = site.handle().channel::<Room>().unwrap();
        let mut clients = Vec::new();
        for _ in 0..10 {
            clients.push(slow(&site).await);
        }
        if what == "publishes to many topics" {
            for (topic, (_, socket)) in (0..40).flat_map(|topic| clients.iter().map(move |to| (topic, to))) {
                socket.subscribe(topic.to_string()).unwrap();
            }
        }
        for round in 0..1000 {
            for (_, socket) in &clients {
                queue(&channel, socket);
                let held = site.queued_memory();
                assert!(held <= LIMIT, "{what}: {held} in round {round}");
            }
            if channel.sockets().iter().all(|socket| socket.ready_state() != ReadyState::Open) {
                break;
            }
        }
        site.settled().await;
        assert!(!journal.take().is_empty(), "{what}: the limit is not reached");
        drop(clients);
    }
}

#[tokio::test(start_paused = true)]
async fn shared_bytes_count_once_in_the_outbound_total() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB).shards(1));
    let channel = site.handle().channel::<Room>().unwrap();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(slow(&site).await.0);
    }
    for _ in 0..3 {
        assert_eq!(channel.publish("all", vec![7; 200 * KIB].as_slice()).receivers(), 20);
        assert_eq!(channel.to("all").send(&Bytes::from(vec![7; 100 * KIB])).receivers(), 20);
        site.settled().await;
    }
    assert_eq!(journal.take(), Vec::<String>::new());
    // A published message stays in memory until every socket has received it.
    let (last, to_last) = slow(&site).await;
    for client in &mut clients[1..] {
        for length in [200, 100].repeat(3) {
            assert_eq!(client.receive().await.len(), length * KIB);
        }
    }
    let _ = to_last.send_raw(vec![7; 200 * KIB]);
    site.settled().await;
    assert_eq!(journal.take(), ["1013 \"reads too slowly\" by Local, not clean"]);
    assert_eq!(
        to_last.buffered_amount() / KIB,
        199,
        "the fullest queue is that of the one that has not read"
    );
    drop((last, clients));
}

/// Messages that a full queue keeps by key are counted too.
#[tokio::test(start_paused = true)]
async fn messages_kept_by_key_count_in_the_total() {
    #[derive(schemars::JsonSchema, serde::Serialize)]
    struct Quote {
        symbol: String,
    }
    struct Quotes(Journal);
    #[ws_route("/quotes", response = Quote, latest_by_key = "/symbol", backpressure_limit = 40_000)]
    impl Quotes {
        fn close(&self, closed: Closed) {
            self.0.note_end(&closed);
        }
    }

    const LIMIT: usize = 600_000;
    let journal = Journal::default();
    let site = Site::start(Server::new().outbound_total(LIMIT).route(Quotes(journal.clone())));
    let channel = site.handle().channel::<Quotes>().unwrap();
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(site.connect::<Quotes>("/quotes").buffer(64).await.unwrap());
    }
    site.settled().await;
    let sockets = channel.sockets();
    for symbol in 0..2000 {
        for socket in &sockets {
            let _ = socket.send(&Quote { symbol: format!("{symbol:0>100}") });
            let queued: usize = sockets.iter().map(Socket::buffered_amount).sum();
            assert!(queued <= LIMIT && site.queued_memory() <= LIMIT, "{queued} for symbol {symbol}");
        }
    }
    site.settled().await;
    assert!((1..10).contains(&journal.take().len()), "two queues of 40,000 bytes each for ten sockets");
}

/// Sent bytes are freed and no longer counted, even if the queue never becomes empty.
#[tokio::test(start_paused = true)]
async fn queue_that_never_empties_frees_sent_bytes() {
    for (what, length) in [("tiny", 10), ("small", 1000), ("larger than a block", 40 * KIB)] {
        let (site, journal) = start(Server::new().outbound_total(400 * KIB));
        let (mut client, socket) = slow(&site).await;
        let (_other, to_other) = slow(&site).await;
        let _ = to_other.send_raw(vec![3; 100 * KIB]);
        // From here on the queue always holds more than the buffer of the client takes.
        for _ in 0..(3 * KIB).div_ceil(length) {
            let _ = socket.send_raw(vec![1; length]);
        }
        let rounds = 4000 * KIB / length.max(1000);
        for round in 0..rounds {
            assert_eq!(socket.send_raw(vec![1; length]), Delivery::Sent, "{what}, round {round}");
            assert_eq!(client.receive().await, vec![1; length], "{what}, round {round}");
            assert!(socket.buffered_amount() > 0, "{what}, round {round}: the queue ran empty");
        }
        site.settled().await;
        let held = site.queued_memory();
        assert!(held <= 100 * KIB + 4 * (3 * KIB + 2 * length) + KIB, "{what}: {held}");
        assert_eq!(journal.take(), Vec::<String>::new(), "{what}");
    }
}

/// The socket that holds most memory is cut off first, however its messages were queued.
#[tokio::test(start_paused = true)]
async fn fullest_socket_is_cut_off_first() {
    type Fill = fn(&Channel<Room>, &Socket<Room>);
    let ways: [(&str, Fill); 4] = [
        ("sent", |_, socket| {
            let _ = socket.send_raw(vec![1; 300 * KIB]);
        }),
        ("sent in small parts", |_, socket| {
            (0..300).for_each(|_| {
                let _ = socket.send_raw(vec![1; KIB]);
            });
        }),
        ("published to it alone", |channel, _| {
            let _ = channel.publish("last", &Bytes::from(vec![1; 300 * KIB]));
        }),
        ("shared with another", |channel, _| {
            let _ = channel.publish("two", &Bytes::from(vec![1; 600 * KIB]));
        }),
    ];
    for (what, fill) in ways {
        let (site, journal) = start(Server::new().outbound_total(1000 * KIB).backpressure_limit(None));
        let channel = site.handle().channel::<Room>().unwrap();
        let mut clients = Vec::new();
        for _ in 0..10 {
            clients.push(slow(&site).await);
        }
        let (others, hoarders) = clients.split_at(8);
        hoarders[1].1.subscribe("last").unwrap();
        assert!(hoarders.iter().all(|(_, socket)| socket.subscribe("two") == Ok(Subscribed::New)));
        fill(&channel, &hoarders[1].1);
        site.settled().await;
        let mut cut_off = 0;
        while cut_off == 0 {
            for (_, socket) in others {
                let _ = socket.send_raw(vec![2; 10 * KIB]);
            }
            site.settled().await;
            cut_off = journal.take().len();
        }
        assert!(others.iter().all(|(_, socket)| socket.ready_state() == ReadyState::Open), "{what}");
        assert_eq!(hoarders[1].1.ready_state(), ReadyState::Closed, "{what}");
        let holders = if what == "shared with another" { 2 } else { 1 };
        assert_eq!(cut_off, holders, "{what}");
    }
}

/// A short message is copied into each queue, so each copy is counted.
#[tokio::test(start_paused = true)]
async fn copied_bytes_count_once_for_each_queue() {
    let (site, journal) = start(Server::new().outbound_total(1000 * KIB));
    let channel = site.handle().channel::<Room>().unwrap();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(slow(&site).await.0);
    }
    for _ in 0..60 {
        let _ = channel.publish("all", vec![7; KIB].as_slice());
        site.settled().await;
    }
    let cut_off = journal.take().len();
    assert!((1..20).contains(&cut_off), "{cut_off} of 20 were cut off");
    assert_eq!(channel.sockets().len(), 20 - cut_off);
    // The remaining clients receive every message.
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
async fn outbound_total_is_a_gibibyte_unless_disabled() {
    for (server, most) in [(Server::new().outbound_total(None), None), (Server::new(), Some(64))] {
        let (site, journal) = start(server);
        let one = Bytes::from(vec![7; 16 << 20]);
        let mut sockets = Vec::new();
        for _ in 0..65 {
            let (client, socket) = slow(&site).await;
            // All messages share one allocation, so that the test itself needs little memory.
            let _ = socket.send_raw(one.clone());
            sockets.push((client, socket));
        }
        site.settled().await;
        assert_eq!(journal.take().is_empty(), most.is_none());
    }
}
