//! `send_ready`, which waits until the queue has room.

use std::time::Duration;

use tokio::{task::JoinSet, time::timeout};
use ws_runtime::{Delivery, Server, Socket, testing::Client, testing::Event, testing::Site, ws_route};

struct Slow;

#[ws_route("/slow", body = String, response = String, backpressure_limit = 1000)]
impl Slow {
    fn message(&self, text: String) -> String {
        text
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// Connects a client with a buffer of 64 bytes that reads only on request, and returns it with its socket.
async fn slow(site: &Site) -> (Client<Slow>, Socket<Slow>) {
    let client = site.connect::<Slow>("/slow").buffer(64).await.unwrap();
    site.settled().await;
    (client, site.handle().channel::<Slow>().unwrap().sockets().remove(0))
}

fn text(number: usize) -> String {
    format!("{number:098}")
}

async fn receive_all(client: &mut Client<Slow>, count: usize) -> Vec<usize> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        numbers.push(client.receive().await.parse().unwrap());
    }
    numbers
}

#[tokio::test(start_paused = true)]
async fn send_ready_waits_for_room_and_drops_nothing() {
    let site = Site::start(Server::new().route(Slow));
    let (mut client, socket) = slow(&site).await;
    let sending = tokio::spawn(async move {
        let mut deliveries = Vec::new();
        for number in 0..200 {
            deliveries.push(socket.send_ready(&text(number)).await);
        }
        deliveries
    });
    site.settled().await;
    assert!(!sending.is_finished(), "the queue is above half");
    assert_eq!(receive_all(&mut client, 200).await, (0..200).collect::<Vec<_>>());
    let deliveries = sending.await.unwrap();
    assert!(deliveries.iter().all(|delivery| delivery.is_sent()), "{deliveries:?}");
}

/// When the queue has room, the waiting tasks fill it up to its limit, and the rest of them wait again.
#[tokio::test(start_paused = true)]
async fn waiting_tasks_do_not_overfill_the_queue() {
    let site = Site::start(Server::new().route(Slow));
    let (mut client, socket) = slow(&site).await;
    let mut sending = JoinSet::new();
    for number in 0..100 {
        let socket = socket.clone();
        sending.spawn(async move { socket.send_ready(&text(number)).await });
    }
    site.settled().await;
    assert!(socket.buffered_amount() < 1000);
    let mut numbers = receive_all(&mut client, 100).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    while let Some(delivery) = sending.join_next().await {
        assert!(delivery.unwrap().is_sent());
    }
}

#[tokio::test(start_paused = true)]
async fn cancelled_send_ready_sends_nothing() {
    let site = Site::start(Server::new().route(Slow));
    let (mut client, socket) = slow(&site).await;
    let mut count = 0;
    while socket.send(&text(count)) == Delivery::Sent {
        count += 1;
    }
    for _ in 0..3 {
        assert!(timeout(SECOND, socket.send_ready("never")).await.is_err());
    }
    assert_eq!(receive_all(&mut client, count + 1).await.len(), count + 1);
    client.receive_nothing(SECOND).await;
    assert_eq!(socket.send_ready("at once").await, Delivery::Sent);
    assert_eq!(client.receive().await, "at once");
}

#[tokio::test(start_paused = true)]
async fn send_ready_ends_when_the_socket_closes() {
    for how in ["close", "terminate", "drop"] {
        let site = Site::start(Server::new().route(Slow));
        let (client, socket) = slow(&site).await;
        let mut count = 0;
        while socket.send(&text(count)) == Delivery::Sent {
            count += 1;
        }
        let sending = tokio::spawn({
            let socket = socket.clone();
            async move { socket.send_ready("late").await }
        });
        site.settled().await;
        let mut client = Some(client);
        match how {
            "close" => socket.close(ws_runtime::Close::NORMAL),
            "terminate" => socket.terminate(),
            _ => drop(client.take()),
        }
        let delivery = timeout(SECOND, sending).await.expect("it is woken").unwrap();
        assert_eq!(delivery, Delivery::Closed, "{how}");
        drop(client);
    }
}

/// `send_ready` refuses a value that fails its schema, and does not wait if the queue has no limit.
#[tokio::test(start_paused = true)]
async fn send_ready_without_a_limit_never_waits() {
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    struct Short(#[schemars(length(max = 3))] String);

    struct Open;
    #[ws_route("/open", body = String, response = Short, backpressure_limit = off)]
    impl Open {
        async fn message(&self, ws: &Socket<Self>, text: String) {
            assert_eq!(ws.send_ready(&Short(text)).await, Delivery::Refused);
            for _ in 0..1000 {
                assert_eq!(ws.send_ready(&Short("tea".to_owned())).await, Delivery::Sent);
            }
        }
    }

    let site = Site::start(Server::new().route(Open));
    let mut client = site.connect::<Open>("/open").buffer(64).await.unwrap();
    client.send("too long").await;
    site.settled().await;
    for _ in 0..1000 {
        assert!(matches!(client.next().await, Event::Message(_)));
    }
}
