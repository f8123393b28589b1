//! Concurrent senders and publishers: the frames of each arrive in order, and none is lost or duplicated.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
};

use tokio::task::JoinSet;
use ws_runtime::{Message, Server, Socket, ws_route};

use crate::{
    peer::{PATIENCE, Peer, TEXT, frame, opening},
    served::{Census, Served},
};

/// A route whose sockets join two rooms.
struct Rooms {
    census: Census,
}

#[ws_route("/", backpressure_limit = off, idle_timeout = off)]
impl Rooms {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("a").unwrap();
        ws.subscribe("b").unwrap();
        self.census.opened();
    }

    /// Publishes each message to the other sockets of a room, and echoes it to the sender.
    fn message(&self, ws: &Socket<Self>, message: Message) -> Message {
        let _ = ws.publish("a", &message);
        message
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// Reads texts of the form `sender number` until each sender has sent this many messages, and asserts their order.
async fn follow(mut peer: Peer, senders: usize, most: u32) {
    let mut next: HashMap<String, u32> = HashMap::new();
    let mut done = 0;
    while done < senders {
        let text = peer.text().await;
        let (sender, number) = text.split_once(' ').expect("two words");
        let due = next.entry(sender.to_owned()).or_default();
        assert_eq!(number.parse(), Ok(*due), "{sender}");
        *due += 1;
        done += usize::from(*due == most);
    }
    assert_eq!(next.len(), senders);
}

/// Starts a server with two shards and connects peers, which join its rooms.
async fn rooms(peers: usize) -> (Served, Census, Vec<Peer>) {
    let census = Census::new();
    let served = Served::start(Server::new().shards(2).route(Rooms { census: census.clone() })).await;
    let mut inside = Vec::new();
    for _ in 0..peers {
        inside.push(Peer::open(served.address, "/").await);
    }
    census.reaches(peers).await;
    (served, census, inside)
}

/// Another client may publish to the room as soon as a client sees its 101.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connected_client_is_in_its_room() {
    const ROUNDS: usize = 500;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = Server::new().shards(2).route(Rooms { census: Census::new() });
    let handle = server.handle();
    let serving = tokio::spawn(server.serve(listener));
    // The clients use blocking reads, so that they see the 101 as early as possible.
    let peers = thread::spawn(move || {
        let mut speaker = shake_hands(address);
        for round in 0..ROUNDS {
            let mut peer = shake_hands(address);
            let text = format!("{round:04}");
            speaker.write_all(&frame(TEXT, text.as_bytes())).expect("the server reads");
            let mut heard = [0; 6];
            peer.read_exact(&mut heard).unwrap_or_else(|_| panic!("{text} is not heard"));
            assert_eq!(heard[2..], *text.as_bytes());
        }
    });
    tokio::task::spawn_blocking(|| peers.join()).await.expect("it waits").expect("everything is heard");
    handle.shutdown();
    serving.await.expect("the task does not panic").expect("the server ends without an error");
}

/// Connects and reads byte by byte up to the end of the 101.
fn shake_hands(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("it is connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("it is connected");
    stream.write_all(opening("/").as_bytes()).expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the server answers");
        head.extend(byte);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", head.escape_ascii());
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_of_each_sender_arrive_in_order() {
    const PEERS: usize = 6;
    const SENDERS: usize = 3;
    const EACH: u32 = 2000;
    let (served, census, peers) = rooms(PEERS).await;
    let channel = served.handle.channel::<Rooms>().expect("the route is served");
    let mut following = JoinSet::new();
    for peer in peers {
        following.spawn(follow(peer, SENDERS, EACH));
    }
    let sending: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let channel = channel.clone();
            thread::spawn(move || {
                let sockets = channel.sockets();
                for number in 0..EACH {
                    // The messages of a sender are sent by four different methods in turn.
                    let text = format!("{sender} {number}");
                    match (number + u32::try_from(sender).expect("it is small")) % 4 {
                        0 => {
                            let _ = channel.publish("a", &*text);
                        }
                        1 => {
                            let _ = channel.publish("b", &*text);
                        }
                        2 => {
                            let _ = channel.to("a").to("b").send(&*text);
                        }
                        _ => {
                            for socket in &sockets {
                                let _ = socket.send_raw(text.clone());
                            }
                        }
                    }
                }
            })
        })
        .collect();
    while let Some(followed) = following.join_next().await {
        followed.expect("nothing is out of order");
    }
    for sender in sending {
        sender.join().expect("it only sends");
    }
    census.empties().await;
    served.end().await;
}

/// Every message reaches each other peer once, and its sender only as a reply.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_senders_receive_each_other_in_order() {
    const PEERS: usize = 5;
    const EACH: u32 = 1000;
    let (served, census, peers) = rooms(PEERS).await;
    let mut following = JoinSet::new();
    for (at, mut peer) in peers.into_iter().enumerate() {
        following.spawn(async move {
            let said: Vec<_> =
                (0..EACH).map(|number| frame(TEXT, format!("{at} {number}").as_bytes())).collect();
            peer.send(&said.concat()).await;
            follow(peer, PEERS, EACH).await;
        });
    }
    while let Some(followed) = following.join_next().await {
        followed.expect("nothing is out of order");
    }
    census.empties().await;
    served.end().await;
}
