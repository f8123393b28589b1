//! Methods of `Socket`, in handlers and in other tasks, and of `Handle`.

use std::{collections::HashSet, time::Duration};

use ws_runtime::{
    Close, Closed, Delivery, Message, ReadyState, Server, Socket, Subscribed,
    testing::{Event, Site},
    ws_route,
};

use crate::support::{Journal, Note};

/// A route whose sockets the tests use from outside of its handlers.
struct Puppet(Journal);

#[ws_route("/puppet", body = String, response = Note)]
impl Puppet {
    fn open(&self, ws: &Socket<Self>) {
        self.0.note(format!("{:?}", ws.ready_state()));
    }

    fn message(&self, text: String) {
        self.0.note(text);
    }

    fn close(&self, ws: &Socket<Self>, closed: Closed) {
        self.0.note_end(&closed);
        self.0.note(format!("{:?} {:?}", ws.ready_state(), ws.send(&Note::new("late"))));
    }
}

async fn puppet(site: &Site) -> (ws_runtime::testing::Client<Puppet>, Socket<Puppet>) {
    let before = sockets(site);
    let client = site.connect::<Puppet>("/puppet").await.unwrap();
    site.settled().await;
    let socket = sockets(site).into_iter().find(|socket| !before.contains(socket)).unwrap();
    (client, socket)
}

fn sockets(site: &Site) -> Vec<Socket<Puppet>> {
    site.handle().channel::<Puppet>().unwrap().sockets()
}

fn site() -> (Site, Journal) {
    let journal = Journal::default();
    (Site::start(Server::new().route(Puppet(journal.clone()))), journal)
}

#[tokio::test(start_paused = true)]
async fn socket_clones_compare_equal() {
    let (site, _) = site();
    let (_ada, one) = puppet(&site).await;
    let (_bob, two) = puppet(&site).await;
    assert_eq!(one, one.clone());
    assert_ne!(one, two);
    assert_ne!(one.id(), two.id());
    assert_eq!(HashSet::from([one.clone(), two.clone(), one.clone()]).len(), 2);
    assert_eq!(format!("{one:?}"), format!("Socket {{ id: {}, path: \"/puppet\", .. }}", one.id()));
}

#[tokio::test(start_paused = true)]
async fn socket_can_be_used_from_another_task() {
    let (site, _) = site();
    let (mut client, socket) = puppet(&site).await;
    let sent = tokio::spawn({
        let socket = socket.clone();
        async move { socket.send(&Note::new("from afar")) }
    });
    assert_eq!(client.receive().await, Note::new("from afar"));
    assert_eq!(sent.await.unwrap(), Delivery::Sent);
    assert_eq!(socket.send_raw("no note"), Delivery::Sent);
    assert_eq!(client.next().await, Event::Message(Message::text("no note")), "past the response type");
    assert_eq!(socket.send_raw(vec![0, 1]), Delivery::Sent);
    assert_eq!(client.next().await, Event::Message(Message::binary(vec![0, 1])));
    assert_eq!(socket.buffered_amount(), 0);
}

#[tokio::test(start_paused = true)]
async fn ping_and_pong_payloads_are_truncated_at_125_bytes() {
    let (site, _) = site();
    let (mut client, socket) = puppet(&site).await;
    for length in [0, 125, 126, 1000] {
        assert_eq!(socket.ping("x".repeat(length)), Delivery::Sent);
        assert_eq!(client.next().await, Event::Ping("x".repeat(length.min(125)).into()));
        assert_eq!(socket.pong("x".repeat(length)), Delivery::Sent);
        assert_eq!(client.next().await, Event::Pong("x".repeat(length.min(125)).into()));
    }
}

#[tokio::test(start_paused = true)]
async fn first_close_wins_and_nothing_is_sent_after_it() {
    let (site, journal) = site();
    let (mut client, socket) = puppet(&site).await;
    socket.subscribe("before").unwrap();
    assert_eq!(socket.ready_state(), ReadyState::Open);
    let _ = socket.send(&Note::new("last"));
    socket.close(Close::new(4242, "bye"));
    socket.close(Close::new(4243, "again"));
    assert_eq!(socket.ready_state(), ReadyState::Closing);
    assert_eq!(socket.send(&Note::new("late")), Delivery::Closed);
    assert_eq!(socket.send_raw("late"), Delivery::Closed);
    assert_eq!(socket.ping(""), Delivery::Closed);
    assert_eq!(socket.subscribe("late"), Ok(Subscribed::Closed));
    socket.closed().await;
    socket.drained().await;
    assert_eq!(client.receive().await, Note::new("last"));
    assert_eq!(client.receive_close().await, (Some(4242), "bye".into()));
    assert_eq!(client.next().await, Event::End);
    site.settled().await;
    assert_eq!(socket.ready_state(), ReadyState::Closed);
    assert_eq!(socket.send(&Note::new("late")), Delivery::Closed);
    assert_eq!(socket.subscriptions(), Vec::<String>::new());
    assert_eq!(journal.take(), ["Open", "4242 \"bye\" by Local, clean", "Closed Closed"]);
}

#[tokio::test(start_paused = true)]
async fn close_reason_is_truncated_between_characters() {
    let (site, _) = site();
    let (mut client, socket) = puppet(&site).await;
    socket.close(Close::NORMAL.with_reason("€".repeat(100)));
    assert_eq!(client.receive_close().await, (Some(1000), (*"€".repeat(41)).into()));
}

#[tokio::test(start_paused = true)]
async fn terminate_ends_the_socket_at_once() {
    let (site, journal) = site();
    let (mut client, socket) = puppet(&site).await;
    socket.terminate();
    assert_eq!(client.next().await, Event::End);
    site.settled().await;
    assert_eq!(journal.take(), ["Open", "no code \"\" by Transport, not clean", "Closed Closed"]);
    assert!(sockets(&site).is_empty());
}

#[tokio::test(start_paused = true)]
async fn handle_finds_the_routes_that_are_served() {
    struct Elsewhere;
    #[ws_route("/elsewhere", response = Note)]
    impl Elsewhere {
        fn open(&self) {}
    }

    let server = Server::new().route(Puppet(Journal::default()));
    let handle = server.handle();
    assert!(handle.channel::<Puppet>().is_none(), "it is not started yet");
    let site = Site::start(server);
    assert!(handle.channel::<Puppet>().is_some());
    assert!(handle.channel::<Elsewhere>().is_none());
    assert!(site.handle().channel::<Puppet>().is_some());
}

#[tokio::test(start_paused = true)]
async fn held_socket_does_not_keep_its_connection() {
    let (site, journal) = site();
    let (client, socket) = puppet(&site).await;
    drop(client);
    tokio::time::timeout(Duration::from_secs(1), socket.closed()).await.expect("`closed` resolves");
    site.settled().await;
    assert!(sockets(&site).is_empty());
    assert_eq!(journal.take().len(), 3);
    assert_eq!(socket.ready_state(), ReadyState::Closed);
}
