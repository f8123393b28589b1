//! Selections of sockets: all sockets of a route, all but the sender, subscribers of topics, and exceptions.

use ws_runtime::{Channel, Close, Server, Socket, testing::Client, testing::Site, ws_route};

use crate::{pubsub::NOTHING, support::Journal};

/// A route that sends `hi` to the selection that the message describes.
struct Hall(Journal);

#[ws_route("/hall", body = String, response = String, backpressure_limit = 1000)]
impl Hall {
    fn message(&self, ws: &Socket<Self>, text: String) -> Option<String> {
        let published = match &*text {
            "broadcast" => ws.broadcast("hi"),
            "others" => ws.others().send("hi"),
            "others but a" => ws.others().except("a").send("hi"),
            "a" => ws.to("a").send("hi"),
            "a and b" => ws.to("a").to("b").send("hi"),
            "a and b but c" => ws.to("a").to("b").except("c").send("hi"),
            "a but nobody" => ws.to("a").except("nowhere").send("hi"),
            "all" => ws.channel().all().send("hi"),
            "all but me" => ws.channel().except(ws).send("hi"),
            "a with me" => ws.channel().to("a").send("hi"),
            "nowhere" => ws.to("nowhere").send("hi"),
            "close others" => {
                self.0.note(ws.others().disconnect(Close::new(4000, "others")).to_string());
                return None;
            }
            topic => {
                let subscribed = ws.subscribe(topic.trim_start_matches("join ")).unwrap();
                return Some(subscribed.is_new().to_string());
            }
        };
        self.0.note(format!("{} {}", published.receivers(), published.dropped()));
        None
    }
}

/// Connects one client for each list of topics, and subscribes it to them.
async fn hall(shards: usize, topics: &[&[&str]]) -> (Site, Journal, Vec<Client<Hall>>) {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Hall(journal.clone())).shards(shards));
    let mut clients = Vec::new();
    for topics in topics {
        let mut client = site.connect::<Hall>("/hall").await.unwrap();
        for topic in *topics {
            client.send(&format!("join {topic}")).await;
            assert_eq!(client.receive().await, "true");
        }
        clients.push(client);
    }
    (site, journal, clients)
}

fn channel(site: &Site) -> Channel<Hall> {
    site.handle().channel::<Hall>().unwrap()
}

/// Returns the indices of the clients that received `hi`, and asserts that each received it at most once.
async fn receivers_of_hi(clients: &mut [Client<Hall>]) -> Vec<usize> {
    let mut heard = Vec::new();
    for (at, client) in clients.iter_mut().enumerate() {
        if let Ok(text) = tokio::time::timeout(NOTHING, client.receive()).await {
            assert_eq!(text, "hi");
            heard.push(at);
        }
        client.receive_nothing(NOTHING).await;
    }
    heard
}

#[tokio::test(start_paused = true)]
async fn selection_from_a_handler_leaves_out_the_sender() {
    for shards in [1, 3] {
        let topics: [&[&str]; 5] = [&["a"], &["a", "b"], &["b"], &["b", "c"], &[]];
        let (site, journal, mut clients) = hall(shards, &topics).await;
        let cases: [(usize, &str, &[usize]); 13] = [
            (0, "broadcast", &[1, 2, 3, 4]),
            (4, "broadcast", &[0, 1, 2, 3]),
            (1, "others", &[0, 2, 3, 4]),
            (2, "others but a", &[3, 4]),
            (0, "a", &[1]),
            (4, "a", &[0, 1]),
            (1, "a and b", &[0, 2, 3]),
            (1, "a and b but c", &[0, 2]),
            (1, "a but nobody", &[0]),
            (3, "all", &[0, 1, 2, 3, 4]),
            (3, "all but me", &[0, 1, 2, 4]),
            (0, "a with me", &[0, 1]),
            (0, "nowhere", &[]),
        ];
        for (sender, text, receivers) in cases {
            clients[sender].send(text).await;
            assert_eq!(receivers_of_hi(&mut clients).await, receivers, "{sender}: {text}, {shards} shards");
            assert_eq!(journal.take(), [format!("{} 0", receivers.len())], "{sender}: {text}");
        }
        clients[2].send("close others").await;
        for (at, client) in clients.iter_mut().enumerate().filter(|(at, _)| *at != 2) {
            assert_eq!(client.receive_close().await, (Some(4000), "others".into()), "{at}");
        }
        site.settled().await;
        assert_eq!(journal.take(), ["4"]);
        assert_eq!(channel(&site).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn channel_counts_its_connected_sockets() {
    let (site, _, mut clients) = hall(2, &[]).await;
    let channel = channel(&site);
    assert_eq!((channel.len(), channel.is_empty()), (0, true));
    for count in 1..=3 {
        clients.push(site.connect::<Hall>("/hall").await.unwrap());
        assert_eq!((channel.len(), channel.is_empty()), (count, false));
        assert_eq!(channel.sockets().len(), count);
    }
    clients.pop().unwrap().close(Close::NORMAL).await;
    site.settled().await;
    assert_eq!(channel.len(), 2);
    drop(clients);
    site.settled().await;
    assert_eq!((channel.len(), channel.is_empty()), (0, true));
}

type Send<'a> = &'a dyn Fn() -> usize;

#[tokio::test(start_paused = true)]
async fn selection_leaves_out_sockets_and_topics() {
    let (site, _, mut clients) = hall(1, &[&["a"], &["a", "b"], &["b"], &["c"]]).await;
    let channel = channel(&site);
    let socket_of = |topic| channel.to(topic).sockets();
    let only_a = channel.to("a").except("b").sockets().remove(0);
    let only_c = socket_of("c").remove(0);
    let cases: [(Send<'_>, &[usize]); 7] = [
        (&|| channel.all().send("hi").receivers(), &[0, 1, 2, 3]),
        (&|| channel.all().except(&only_a).send("hi").receivers(), &[1, 2, 3]),
        (&|| channel.all().except(&only_a).except(&only_c).send("hi").receivers(), &[1, 2]),
        (&|| channel.except(&only_a).except("b").send("hi").receivers(), &[3]),
        (&|| channel.to("a").except(&only_a).send("hi").receivers(), &[1]),
        (&|| channel.to("b").except(&only_a).send("hi").receivers(), &[1, 2]),
        (&|| channel.all().to("a").send("hi").receivers(), &[0, 1, 2, 3]),
    ];
    for (at, (send, receivers)) in cases.into_iter().enumerate() {
        assert_eq!(send(), receivers.len(), "case {at}");
        assert_eq!(receivers_of_hi(&mut clients).await, receivers, "case {at}");
    }
    // The name of a topic may be of any string type.
    let names = (String::from("a"), Box::<str>::from("b"), std::borrow::Cow::Borrowed("c"));
    assert_eq!(channel.to(&names.0).to(names.1).except(names.2).sockets().len(), 3);
}

/// `publish_to_self` applies to topics, so it affects `to` and not `broadcast`.
#[tokio::test(start_paused = true)]
async fn broadcast_leaves_out_the_sender_despite_publish_to_self() {
    struct Mirror;
    #[ws_route("/mirror", body = String, response = String, publish_to_self)]
    impl Mirror {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("all").unwrap();
        }

        fn message(&self, ws: &Socket<Self>, text: String) -> String {
            let published = match &*text {
                "broadcast" => ws.broadcast("hi"),
                "publish" => ws.publish("all", "hi"),
                _ => ws.to("all").send("hi"),
            };
            published.receivers().to_string()
        }
    }

    let site = Site::start(Server::new().route(Mirror));
    let mut sender = site.connect::<Mirror>("/mirror").await.unwrap();
    let mut other = site.connect::<Mirror>("/mirror").await.unwrap();
    for (text, told) in [("broadcast", &["1"][..]), ("publish", &["hi", "2"]), ("to", &["hi", "2"])] {
        sender.send(text).await;
        for told in told {
            assert_eq!(sender.receive().await, *told, "{text}");
        }
        sender.receive_nothing(NOTHING).await;
        assert_eq!(other.receive().await, "hi", "{text}");
    }
}

/// One task sends messages by turns to all sockets, to topics, to the others and to one socket.
#[tokio::test(start_paused = true)]
async fn sends_to_selections_keep_their_order_with_publishes() {
    struct Mixed;
    #[ws_route("/mixed", body = String, response = String)]
    impl Mixed {
        fn open(&self, ws: &Socket<Self>) {
            ws.subscribe("a").unwrap();
            ws.subscribe("b").unwrap();
        }

        fn message(&self, ws: &Socket<Self>, _text: String) {
            let channel = ws.channel();
            for number in 0..400 {
                let text = number.to_string();
                let published = match number % 6 {
                    0 => ws.broadcast(&text),
                    1 => ws.publish("a", &text),
                    2 => ws.to("a").to("b").send(&text),
                    3 => channel.all().except(ws).send(&text),
                    4 => channel.publish("b", &text),
                    _ => {
                        for socket in ws.others().sockets() {
                            let _ = socket.send(&text);
                        }
                        continue;
                    }
                };
                assert_eq!(published.dropped(), 0);
            }
        }
    }

    for shards in [1, 2] {
        let site = Site::start(Server::new().route(Mixed).shards(shards));
        let mut sender = site.connect::<Mixed>("/mixed").await.unwrap();
        let mut others = Vec::new();
        for _ in 0..3 {
            others.push(site.connect::<Mixed>("/mixed").await.unwrap());
        }
        sender.send("go").await;
        for client in &mut others {
            for number in 0..400 {
                assert_eq!(client.receive().await, number.to_string(), "{shards} shards");
            }
            client.receive_nothing(NOTHING).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn send_to_all_drops_for_full_queues_only() {
    let (site, journal, mut clients) = hall(1, &[&[], &[]]).await;
    let slow = site.connect::<Hall>("/hall").buffer(64).background(false).await.unwrap();
    let channel = channel(&site);
    // Each message takes 102 bytes, so a queue of 1000 bytes accepts ten of twenty; 64 bytes are in transit to the slow
    // client.
    let text = "x".repeat(100);
    let sent: Vec<_> = (0..20).map(|_| channel.all().send(&text)).collect();
    let dropped = sent.iter().filter(|sent| (sent.receivers(), sent.dropped()) == (0, 3)).count();
    assert_eq!(dropped, 10, "no task ran in between, so all queues are equally full");
    for client in &mut clients {
        for _ in 0..10 {
            assert_eq!(client.receive().await, text);
        }
    }
    // The bytes in transit leave room for one more message in the queue of the slow client.
    let sent = channel.all().send(&text);
    assert_eq!((sent.receivers(), sent.dropped()), (3, 0));
    for client in &mut clients {
        assert_eq!(client.receive().await, text);
    }
    let sent = channel.all().send("hi");
    assert_eq!((sent.receivers(), sent.dropped()), (2, 1));
    assert_eq!(receivers_of_hi(&mut clients).await, [0, 1]);
    drop((slow, journal));
}

/// A response that fails its schema is sent to no socket, and counts neither as received nor as dropped.
#[tokio::test(start_paused = true)]
async fn broadcast_of_an_invalid_value_reaches_no_socket() {
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    struct Short(#[schemars(length(max = 3))] String);

    struct Strict;
    #[ws_route("/strict", body = String, response = Short)]
    impl Strict {
        fn message(&self, ws: &Socket<Self>, text: String) -> Short {
            let published = ws.broadcast(&Short(text));
            Short(format!("{}{}", u8::from(published.is_refused()), published.receivers()))
        }
    }

    let site = Site::start(Server::new().route(Strict));
    let mut sender = site.connect::<Strict>("/strict").await.unwrap();
    let mut other = site.connect::<Strict>("/strict").await.unwrap();
    for (text, told) in [("long", "10"), ("tea", "01")] {
        sender.send(text).await;
        assert_eq!(sender.receive().await.0, told);
    }
    assert_eq!(other.receive().await.0, "tea");
    other.receive_nothing(NOTHING).await;
}
