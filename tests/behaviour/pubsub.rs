//! Topics: the receivers and the order of published messages, and the effect of slow and leaving subscribers.

use std::time::Duration;

use ws_runtime::{
    Close, Closed, Published, Server, Socket,
    testing::{Client, Site},
    ws_route,
};

use crate::support::Journal;

/// A route whose messages are a command and a topic.
pub(crate) struct Room(pub(crate) Journal);

#[ws_route("/room", body = String, response = String, backpressure_limit = 1000)]
impl Room {
    fn message(&self, ws: &Socket<Self>, text: String) -> Option<String> {
        let (word, topic) = text.split_once(' ').unwrap_or((&text, ""));
        Some(match word {
            "join" => ws
                .subscribe(topic)
                .map_or_else(|error| error.to_string(), |joined| joined.is_new().to_string()),
            "leave" => format!("{}", ws.unsubscribe(topic)),
            "is" => format!("{}", ws.is_subscribed(topic)),
            "count" => format!("{}", ws.subscriber_count(topic)),
            "topics" => {
                let mut topics = ws.subscriptions();
                topics.sort();
                topics.join(",")
            }
            _ => {
                self.0.note(summary(ws.publish(topic, word)));
                return None;
            }
        })
    }
}

pub(crate) fn summary(published: Published) -> String {
    let refused = if published.is_refused() { ", refused" } else { "" };
    format!("{} got it, {} dropped{refused}", published.receivers(), published.dropped())
}

fn site() -> (Site, Journal) {
    let journal = Journal::default();
    (Site::start(Server::new().route(Room(journal.clone()))), journal)
}

pub(crate) async fn enter(site: &Site) -> Client<Room> {
    site.connect::<Room>("/room").await.unwrap()
}

pub(crate) async fn reply_to(client: &mut Client<Room>, text: &str) -> String {
    client.send(text).await;
    client.receive().await
}

pub(crate) const NOTHING: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn subscribers_receive_messages_published_by_others() {
    let (site, journal) = site();
    let (mut alice, mut bob, mut carol) = (enter(&site).await, enter(&site).await, enter(&site).await);
    assert_eq!(reply_to(&mut alice, "join tea").await, "true");
    assert_eq!(reply_to(&mut bob, "join tea").await, "true");
    assert_eq!(reply_to(&mut carol, "join coffee").await, "true");
    alice.send("hello tea").await;
    assert_eq!(bob.receive().await, "hello");
    alice.receive_nothing(NOTHING).await;
    carol.receive_nothing(NOTHING).await;
    assert_eq!(journal.take(), ["1 got it, 0 dropped"]);
    // The publisher need not subscribe to the topic. In that case no subscriber is skipped.
    carol.send("hi tea").await;
    assert_eq!(alice.receive().await, "hi");
    assert_eq!(bob.receive().await, "hi");
    alice.send("void nothing").await;
    site.settled().await;
    assert_eq!(journal.take(), ["2 got it, 0 dropped", "0 got it, 0 dropped"]);
}

#[tokio::test(start_paused = true)]
async fn unsubscribed_socket_receives_nothing() {
    let (site, _) = site();
    let (mut alice, mut bob) = (enter(&site).await, enter(&site).await);
    for (text, said) in [
        ("is tea", "false"),
        ("join tea", "true"),
        ("join tea", "false"),
        ("is tea", "true"),
        ("count tea", "1"),
        ("leave tea", "true"),
        ("is tea", "false"),
        ("leave tea", "false"),
        ("count tea", "0"),
        ("join tea", "true"),
    ] {
        assert_eq!(reply_to(&mut alice, text).await, said, "{text}");
    }
    bob.send("twice-joined tea").await;
    assert_eq!(alice.receive().await, "twice-joined", "each subscriber gets it once");
    assert_eq!(reply_to(&mut alice, "leave tea").await, "true");
    bob.send("hello tea").await;
    alice.receive_nothing(NOTHING).await;
}

#[tokio::test(start_paused = true)]
async fn subscriptions_lists_the_topics_of_a_socket() {
    let (site, _) = site();
    let mut client = enter(&site).await;
    for (text, said) in [
        ("topics", ""),
        ("join a", "true"),
        ("join b", "true"),
        ("topics", "a,b"),
        ("leave a", "true"),
        ("topics", "b"),
    ] {
        assert_eq!(reply_to(&mut client, text).await, said, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn publish_skips_the_sender() {
    macro_rules! hall {
        ($name:ident, $path:literal $(, $key:ident = $value:tt)*) => {
            struct $name;

            #[ws_route($path, body = String, response = String $(, $key = $value)*)]
            impl $name {
                fn open(&self, ws: &Socket<Self>) {
                    ws.subscribe("hall").unwrap();
                }

                fn message(&self, ws: &Socket<Self>, text: String) -> String {
                    let published = ws.publish("hall", &text);
                    summary(published)
                }
            }
        };
    }
    hall!(Unset, "/unset");
    hall!(On, "/on", publish_to_self = true);
    hall!(Off, "/off", publish_to_self = false);

    for at_the_server in [false, true] {
        let server = Server::new().route(Unset).route(On).route(Off).publish_to_self(at_the_server);
        let site = Site::start(server);
        let mut on = site.connect::<On>("/on").await.unwrap();
        on.send("echo").await;
        assert_eq!([on.receive().await, on.receive().await], ["echo", "1 got it, 0 dropped"]);
        let mut off = site.connect::<Off>("/off").await.unwrap();
        off.send("echo").await;
        assert_eq!(off.receive().await, "0 got it, 0 dropped");
        off.receive_nothing(NOTHING).await;
        let mut unset = site.connect::<Unset>("/unset").await.unwrap();
        unset.send("echo").await;
        if at_the_server {
            assert_eq!(unset.receive().await, "echo");
        }
        assert_eq!(unset.receive().await, format!("{} got it, 0 dropped", u8::from(at_the_server)));
    }
}

/// Messages that one handler sends to its own socket and publishes to two topics arrive in the order of the calls.
#[tokio::test(start_paused = true)]
async fn send_and_publish_keep_their_order() {
    struct Ordered;
    #[ws_route("/ordered", body = String, response = String, publish_to_self)]
    impl Ordered {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("a").unwrap();
            ws.subscribe("b").unwrap();
        }

        fn message(&self, ws: &Socket<Self>, long: String) -> String {
            for n in 0..20 {
                let text = format!("{n} {long}");
                match n % 4 {
                    0 => drop(ws.send(&text)),
                    1 => drop(ws.publish("a", &text)),
                    2 => drop(ws.publish("b", &text)),
                    _ => {
                        let _ = ws.publish("a", &text);
                        let _ = ws.send(&format!("{n}+ {long}"));
                    }
                }
            }
            format!("20 {long}")
        }
    }

    // Long messages are shared between queues, short ones are copied.
    for (shards, length) in [(1, 0), (1, 10_000), (4, 0), (4, 10_000)] {
        let site = Site::start(Server::new().route(Ordered).shards(shards));
        let (mut ada, mut bob) = (
            site.connect::<Ordered>("/ordered").await.unwrap(),
            site.connect::<Ordered>("/ordered").await.unwrap(),
        );
        site.settled().await;
        ada.send(&*"x".repeat(length)).await;
        let mut expected = Vec::new();
        for n in 0..20 {
            expected.push(n.to_string());
            if n % 4 == 3 {
                expected.push(format!("{n}+"));
            }
        }
        expected.push("20".to_owned());
        let published: Vec<_> = (0..20).filter(|n| n % 4 != 0).map(|n| n.to_string()).collect();
        let number = |text: String| text.split_once(' ').unwrap().0.to_owned();
        for expected in expected {
            assert_eq!(number(ada.receive().await), expected, "{shards} shards, {length} bytes");
        }
        for expected in published {
            assert_eq!(number(bob.receive().await), expected, "{shards} shards, {length} bytes");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn messages_published_before_an_unsubscribe_arrive() {
    struct Leaving;
    #[ws_route("/leaving", body = String, response = String, publish_to_self)]
    impl Leaving {
        fn message(&self, ws: &Socket<Self>, text: String) -> String {
            ws.subscribe("a").unwrap();
            ws.subscribe("b").unwrap();
            let _ = ws.publish("a", "before");
            let _ = ws.publish("b", "beside");
            ws.unsubscribe("a");
            let _ = ws.publish("a", "after");
            text
        }
    }

    let site = Site::start(Server::new().route(Leaving));
    let mut client = site.connect::<Leaving>("/leaving").await.unwrap();
    client.send("done").await;
    for heard in ["before", "beside", "done"] {
        assert_eq!(client.receive().await, heard);
    }
    client.receive_nothing(NOTHING).await;
}

#[tokio::test(start_paused = true)]
async fn slow_subscriber_delays_no_other_and_drops_are_counted() {
    let (site, journal) = site();
    let mut slow = site.connect::<Room>("/room").buffer(64).await.unwrap();
    let (mut quick, mut speaker) = (enter(&site).await, enter(&site).await);
    for client in [&mut slow, &mut quick, &mut speaker] {
        reply_to(client, "join tea").await;
    }
    let word = "x".repeat(98);
    for n in 0..100 {
        speaker.send(&*format!("{word} tea")).await;
        assert_eq!(quick.receive().await, word, "{n}");
    }
    let told = journal.take();
    let whole = told.iter().filter(|told| *told == "2 got it, 0 dropped").count();
    let short = told.iter().filter(|told| *told == "1 got it, 1 dropped").count();
    assert_eq!(whole + short, 100, "{told:?}");
    assert!((10..=12).contains(&whole), "{whole} messages of 100 bytes fit 1000 and what is on its way");
    // The slow subscriber receives the messages that were queued and none that were dropped, and then new ones.
    for _ in 0..whole {
        assert_eq!(slow.receive().await, word);
    }
    slow.receive_nothing(NOTHING).await;
    speaker.send("again tea").await;
    assert_eq!(slow.receive().await, "again");
    assert_eq!(journal.take(), ["2 got it, 0 dropped"]);
}

#[tokio::test(start_paused = true)]
async fn closing_socket_has_left_its_topics_and_may_publish() {
    struct Farewell(Journal);
    #[ws_route("/farewell", response = String, publish_to_self)]
    impl Farewell {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("all").unwrap();
            ws.subscribe("more").unwrap();
        }

        fn close(&self, ws: &Socket<Self>, _closed: Closed) {
            let (left, count) = (ws.subscriptions().len(), ws.subscriber_count("all"));
            let again = ws.subscribe("all").unwrap().is_new();
            let published = ws.publish("all", "left");
            self.0.note(format!("{left} {count} {again} {}", summary(published)));
        }
    }

    for how in ["close", "drop", "terminate"] {
        let journal = Journal::default();
        let site = Site::start(Server::new().route(Farewell(journal.clone())));
        let mut stays = site.connect::<Farewell>("/farewell").await.unwrap();
        let channel = site.handle().channel::<Farewell>().unwrap();
        let first = channel.sockets()[0].id();
        let mut leaves = site.connect::<Farewell>("/farewell").await.unwrap();
        site.settled().await;
        match how {
            "close" => {
                leaves.close(Close::NORMAL).await;
                leaves.receive_close().await;
            }
            "drop" => drop(leaves),
            _ => {
                let second = channel.sockets().into_iter().find(|socket| socket.id() != first);
                second.expect("both are connected").terminate();
            }
        }
        assert_eq!(stays.receive().await, "left", "{how}");
        site.settled().await;
        assert_eq!(journal.take(), ["0 1 false 1 got it, 0 dropped"], "{how}");
    }
}

#[tokio::test(start_paused = true)]
async fn publishing_continues_while_subscribers_connect_and_disconnect() {
    let (site, journal) = site();
    let (mut speaker, mut steady) = (enter(&site).await, enter(&site).await);
    reply_to(&mut steady, "join tea").await;
    for n in 0..50 {
        let mut passing = enter(&site).await;
        passing.send("join tea").await;
        speaker.send(&*format!("{n} tea")).await;
        match n % 3 {
            0 => drop(passing),
            1 => passing.close(Close::NORMAL).await,
            _ => passing.send("leave tea").await,
        }
        assert_eq!(steady.receive().await, n.to_string());
    }
    site.settled().await;
    assert_eq!(reply_to(&mut speaker, "count tea").await, "1");
    assert_eq!(journal.take().len(), 50);
}
