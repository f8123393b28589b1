//! Socket ids: an id finds its socket, can be sent as text, and never finds another socket.

use std::collections::HashSet;

use ws_runtime::{Channel, Close, Server, Socket, SocketId, testing::Client, testing::Site, ws_route};

struct Door;

#[ws_route("/door", body = SocketId, response = SocketId)]
impl Door {
    fn open(&self, ws: &Socket<Self>) -> SocketId {
        ws.id()
    }

    /// A route that sends the sender's id to the socket with the received id.
    fn message(&self, ws: &Socket<Self>, id: SocketId) -> Option<SocketId> {
        match ws.channel().socket(id) {
            Some(socket) => {
                let _ = socket.send(&ws.id());
                None
            }
            None => Some(id),
        }
    }
}

struct Other;

#[ws_route("/other", response = SocketId)]
impl Other {
    fn open(&self, ws: &Socket<Self>) -> SocketId {
        ws.id()
    }
}

fn site() -> Site {
    Site::start(Server::new().route(Door).route(Other))
}

fn channel(site: &Site) -> Channel<Door> {
    site.handle().channel::<Door>().unwrap()
}

async fn enter(site: &Site) -> (Client<Door>, SocketId) {
    let mut client = site.connect::<Door>("/door").await.unwrap();
    let id = client.receive().await;
    (client, id)
}

#[tokio::test(start_paused = true)]
async fn socket_is_found_by_its_id_while_connected() {
    let site = site();
    let channel = channel(&site);
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(enter(&site).await);
    }
    for (_, id) in &clients {
        assert_eq!(channel.socket(*id).map(|socket| socket.id()), Some(*id));
    }
    // A new socket may reuse the slot of a closed one, but not its id.
    let (mut client, gone) = clients.remove(7);
    let held = channel.socket(gone).unwrap();
    client.close(Close::NORMAL).await;
    site.settled().await;
    assert_eq!(channel.socket(gone), None);
    clients.push(enter(&site).await);
    assert_eq!(channel.socket(gone), None);
    assert_eq!(held.id(), gone, "a handle that outlives its connection keeps its id");
    for (_, id) in &clients {
        assert!(channel.socket(*id).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn id_sent_in_a_message_finds_its_socket() {
    let site = site();
    let ((mut ada, ada_id), (mut bob, bob_id)) = (enter(&site).await, enter(&site).await);
    ada.send(&bob_id).await;
    assert_eq!(bob.receive().await, ada_id);
    bob.send(&bob_id).await;
    assert_eq!(bob.receive().await, bob_id, "a socket finds itself");
    // An id that no socket has, and two strings that are not ids.
    let nobody: SocketId = "00000000000000000000000000000000".parse().unwrap();
    ada.send(&nobody).await;
    assert_eq!(ada.receive().await, nobody);
    for text in ["17", "\"17\""] {
        ada.send_text(text).await;
        assert_eq!(ada.receive_error().await["on"], "message", "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn id_of_another_route_or_server_is_not_found() {
    let (site, elsewhere) = (site(), site());
    let (_client, id) = enter(&elsewhere).await;
    let (_other, there) = enter(&site).await;
    assert_eq!(channel(&site).socket(id), None, "of another server");
    let mut other = site.connect::<Other>("/other").await.unwrap();
    let id = other.receive().await;
    assert_eq!(channel(&site).socket(id), None, "of another route");
    assert!(site.handle().channel::<Other>().unwrap().socket(id).is_some());
    assert!(channel(&site).socket(there).is_some());
}

/// Ids of consecutive sockets share no pattern, and an id with one changed digit finds no socket.
#[tokio::test(start_paused = true)]
async fn ids_of_many_sockets_are_distinct_and_unguessable() {
    let site = site();
    let (mut clients, mut ids) = (Vec::new(), HashSet::new());
    for _ in 0..50 {
        let (client, id) = enter(&site).await;
        clients.push(client);
        assert!(ids.insert(id));
    }
    let prefixes: HashSet<_> = ids.iter().map(|id| id.to_string()[..8].to_owned()).collect();
    let suffixes: HashSet<_> = ids.iter().map(|id| id.to_string()[24..].to_owned()).collect();
    assert_eq!((prefixes.len(), suffixes.len()), (50, 50));
    for id in ids {
        let mut digits = id.to_string().into_bytes();
        for at in 0..32 {
            let digit = digits[at];
            digits[at] = if digit == b'0' { b'1' } else { b'0' };
            let near: SocketId = String::from_utf8(digits.clone()).unwrap().parse().unwrap();
            assert_eq!(channel(&site).socket(near), None);
            digits[at] = digit;
        }
    }
}
