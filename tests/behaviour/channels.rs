//! Topics used outside of handlers, from other routes, and in bursts.

use tokio::time::timeout;
use ws_runtime::{Close, Published, Server, Socket, testing::Event, testing::Site, ws_route};

use crate::{
    pubsub::{NOTHING, Room, enter, reply_to, summary},
    support::Journal,
};

#[tokio::test(start_paused = true)]
async fn topics_are_separate_for_each_route() {
    struct Other;
    #[ws_route("/other", body = String, response = String)]
    impl Other {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("tea").unwrap();
        }

        fn message(&self, ws: &Socket<Self>, text: String) -> String {
            match ws.channel_of::<Room>() {
                Some(room) => summary(room.publish("tea", &text)),
                None => "it is not served".to_owned(),
            }
        }
    }

    let site = Site::start(Server::new().route(Room(Journal::default())).route(Other));
    let mut room = enter(&site).await;
    let mut other = site.connect::<Other>("/other").await.unwrap();
    reply_to(&mut room, "join tea").await;
    room.send("mine tea").await;
    other.receive_nothing(NOTHING).await;
    other.send("over there").await;
    assert_eq!(room.receive().await, "over there");
    assert_eq!(other.receive().await, "1 got it, 0 dropped");

    let alone = Site::start(Server::new().route(Other));
    let mut other = alone.connect::<Other>("/other").await.unwrap();
    other.send("").await;
    assert_eq!(other.receive().await, "it is not served");
}

type Act<'a> = &'a dyn Fn() -> Published;

/// A channel publishes to all sockets or to selected ones, once each, and disconnects them, with one shard and with
/// several.
#[tokio::test(start_paused = true)]
async fn channel_reaches_each_recipient_once() {
    for shards in [1, 3] {
        let journal = Journal::default();
        let server = Server::new().route(Room(journal.clone())).shards(shards);
        let site = Site::start(server);
        let channel = site.handle().channel::<Room>().unwrap();
        let mut clients = Vec::new();
        // Topics of the five clients.
        for topics in [&["a"][..], &["a", "b"], &["b"], &["b", "c"], &[]] {
            let mut client = enter(&site).await;
            for topic in topics {
                reply_to(&mut client, &format!("join {topic}")).await;
            }
            clients.push(client);
        }
        assert_eq!(channel.sockets().len(), 5);
        assert_eq!([channel.subscriber_count("a"), channel.subscriber_count("b")], [2, 3]);
        assert_eq!(channel.subscriber_count("nowhere"), 0);

        let acts: [(Act<'_>, &str, &[usize]); 7] = [
            (&|| channel.publish("b", "hi"), "3 got it, 0 dropped", &[1, 2, 3]),
            (&|| channel.publish("nowhere", "hi"), "0 got it, 0 dropped", &[]),
            (&|| channel.to("a").send("hi"), "2 got it, 0 dropped", &[0, 1]),
            (&|| channel.to("a").to("b").send("hi"), "4 got it, 0 dropped", &[0, 1, 2, 3]),
            (&|| channel.to("a").to("b").except("c").send("hi"), "3 got it, 0 dropped", &[0, 1, 2]),
            (&|| channel.except("b").send("hi"), "2 got it, 0 dropped", &[0, 4]),
            (&|| channel.except("a").except("b").send("hi"), "1 got it, 0 dropped", &[4]),
        ];
        for (act, told_of, who) in acts {
            assert_eq!(summary(act()), told_of, "{shards} shards, {who:?}");
            for (at, client) in clients.iter_mut().enumerate() {
                if who.contains(&at) {
                    assert_eq!(client.receive().await, "hi", "{shards} shards, {at} of {who:?}");
                }
                client.receive_nothing(NOTHING).await;
            }
        }

        assert_eq!(channel.to("b").except("a").sockets().len(), 2);
        assert_eq!(channel.to("a").disconnect(Close::new(4000, "a")), 2);
        for client in &mut clients[..2] {
            assert_eq!(client.receive_close().await, (Some(4000), "a".into()));
        }
        site.settled().await;
        assert_eq!(channel.sockets().len(), 3);
        assert_eq!([channel.subscriber_count("a"), channel.subscriber_count("b")], [0, 2]);
        assert_eq!(channel.disconnect(Close::NORMAL), 3);
        for client in &mut clients[2..] {
            assert_eq!(client.receive_close().await.0, Some(1000));
        }
        site.settled().await;
        assert_eq!(channel.sockets().len(), 0);
        assert_eq!(channel.disconnect(Close::NORMAL), 0);
    }
}

/// One handler publishes more messages than the log of a shard holds, without yielding.
#[tokio::test(start_paused = true)]
async fn burst_reaches_every_subscriber_in_full() {
    struct Burst;
    #[ws_route("/burst", body = String, response = String)]
    impl Burst {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("all").unwrap();
        }

        fn message(&self, ws: &Socket<Self>, _text: String) {
            for n in 0..3000 {
                let _ = ws.publish("all", &*format!("{n:01000}"));
            }
        }
    }

    let site = Site::start(Server::new().route(Burst).shards(2));
    let mut speaker = site.connect::<Burst>("/burst").await.unwrap();
    let mut listeners = Vec::new();
    for _ in 0..5 {
        listeners.push(site.connect::<Burst>("/burst").await.unwrap());
    }
    site.settled().await;
    speaker.send("").await;
    for client in &mut listeners {
        for n in 0..3000 {
            assert_eq!(client.receive().await.parse(), Ok(n));
        }
    }
    let nothing = timeout(NOTHING, speaker.next()).await;
    assert!(!matches!(nothing, Ok(Event::Message(_))), "the speaker gets none of it");
}
