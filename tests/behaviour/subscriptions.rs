//! Limits on the topics of one socket.

use ws_runtime::{Server, Socket, SubscribeError, Subscribed, testing::Site, ws_route};

use crate::turns::{TEXT, Turns, connect, frame, most_in_a_turn};

macro_rules! joined {
    ($name:ident, $path:literal $(, $key:ident = $value:tt)*) => {
        struct $name;

        #[ws_route($path, response = String $(, $key = $value)*)]
        impl $name {
            fn open(&self) {}
        }
    };
}

joined!(Plain, "/plain");
joined!(Three, "/three", max_subscriptions = 3, max_topic_length = "10B");
joined!(Free, "/free", max_subscriptions = off, max_topic_length = off);

/// Returns the only socket of a route, and the client that keeps it connected.
async fn socket<E: ws_runtime::Endpoint>(server: Server, path: &str) -> (Site, impl Sized, Socket<E>) {
    let site = Site::start(server);
    let client = site.connect::<E>(path).await.expect("nothing refuses it");
    let socket = site.handle().channel::<E>().expect("the route is served").sockets().remove(0);
    (site, client, socket)
}

fn too_many(limit: usize) -> Result<Subscribed, SubscribeError> {
    Err(SubscribeError::TooManySubscriptions { limit })
}

/// Subscribes a socket to topics until that fails, and returns their number.
fn fill<E: ws_runtime::Endpoint>(socket: &Socket<E>, most: usize) -> usize {
    (0..most).take_while(|topic| socket.subscribe(topic.to_string()) == Ok(Subscribed::New)).count()
}

#[tokio::test(start_paused = true)]
async fn max_subscriptions_limits_the_topics_of_a_socket() {
    let (_site, _client, plain) = socket::<Plain>(Server::new().route(Plain), "/plain").await;
    assert_eq!(fill(&plain, 2000), 1024);
    assert_eq!(plain.subscribe("more"), too_many(1024));
    assert_eq!(plain.subscribe("1023"), Ok(Subscribed::Already));
    assert!(plain.unsubscribe("7"));
    assert_eq!((plain.subscribe("more"), plain.subscribe("7")), (Ok(Subscribed::New), too_many(1024)));

    let server = Server::new().max_subscriptions(5).route(Plain).route(Three);
    let (_site, _client, three) = socket::<Three>(server, "/three").await;
    assert_eq!((fill(&three, 10), three.subscribe("more")), (3, too_many(3)));

    let (_site, _client, five) =
        socket::<Plain>(Server::new().max_subscriptions(5).route(Plain), "/plain").await;
    assert_eq!((fill(&five, 10), five.subscriptions().len()), (5, 5));

    for server in [Server::new().max_subscriptions(None).route(Plain), Server::new().route(Free).route(Plain)]
    {
        let site = Site::start(server);
        drop(site);
    }
    let (_site, _client, free) =
        socket::<Free>(Server::new().max_subscriptions(5).route(Free), "/free").await;
    assert_eq!(fill(&free, 20_000), 20_000);
    assert_eq!(free.subscriptions().len(), 20_000);
}

#[tokio::test(start_paused = true)]
async fn max_topic_length_limits_the_bytes_of_a_topic() {
    let (_site, _client, plain) = socket::<Plain>(Server::new().route(Plain), "/plain").await;
    let too_long = |length, limit| Err(SubscribeError::TopicTooLong { length, limit });
    for (topic, expected) in [
        ("x".repeat(256), Ok(Subscribed::New)),
        ("x".repeat(257), too_long(257, 256)),
        // The limit counts bytes, not characters.
        ("ä".repeat(128), Ok(Subscribed::New)),
        ("ä".repeat(129), too_long(258, 256)),
        (String::new(), Ok(Subscribed::New)),
        ("x".repeat(1 << 20), too_long(1 << 20, 256)),
    ] {
        assert_eq!(plain.subscribe(&topic), expected, "{}", topic.len());
        assert_eq!(plain.is_subscribed(&topic), expected == Ok(Subscribed::New));
    }
    // A topic that is too long for a subscription may be passed to other methods. It has no subscribers.
    assert_eq!(plain.publish("x".repeat(1000), "hello").receivers(), 0);
    assert!(!plain.unsubscribe("x".repeat(1000)));

    let (_site, _client, three) = socket::<Three>(Server::new().route(Three), "/three").await;
    assert_eq!(three.subscribe("12345678901"), too_long(11, 10));
    let server = Server::new().max_topic_length(3).route(Free).route(Plain);
    let (_site, _client, free) = socket::<Free>(server, "/free").await;
    assert_eq!(free.subscribe("x".repeat(100_000)), Ok(Subscribed::New));
}

/// A handler returns the error with `?`, and the client gets a message about the topic that it chose.
#[tokio::test(start_paused = true)]
async fn subscribe_error_becomes_the_error_of_the_handler() {
    struct Joins;
    #[ws_route("/joins", body = String, response = String, max_subscriptions = 1)]
    impl Joins {
        fn message(&self, ws: &Socket<Self>, topic: String) -> Result<String, SubscribeError> {
            Ok(format!("{:?}", ws.subscribe(topic)?))
        }

        fn error(&self, error: ws_runtime::Error) -> String {
            match error {
                ws_runtime::Error::Failed(error) => error.to_string(),
                other => format!("{other:?}"),
            }
        }
    }

    let site = Site::start(Server::new().route(Joins));
    let mut client = site.connect::<Joins>("/joins").await.unwrap();
    for (topic, answer) in [
        ("tea", "New"),
        ("tea", "Already"),
        ("milk", "the socket is already subscribed to 1 topics, which is `max_subscriptions`"),
        (&"x".repeat(300), "the topic is 300 bytes long, and `max_topic_length` is 256"),
    ] {
        client.send(topic).await;
        assert_eq!(client.receive().await, answer);
    }
}

/// A socket with many topics stays subscribed to the rest after leaving some, and receives messages in order.
#[tokio::test(start_paused = true)]
async fn socket_with_many_topics_receives_every_message() {
    let site = Site::start(Server::new().route(Plain));
    let mut client = site.connect::<Plain>("/plain").await.unwrap();
    let channel = site.handle().channel::<Plain>().unwrap();
    let socket = channel.sockets().remove(0);
    assert_eq!(fill(&socket, 1000), 1000);
    for topic in (0..1000).step_by(3) {
        assert!(socket.unsubscribe(topic.to_string()));
    }
    for topic in 0..1000 {
        let published = channel.publish(topic.to_string(), &topic.to_string());
        assert_eq!(published.receivers(), usize::from(topic % 3 != 0), "{topic}");
        assert_eq!(socket.is_subscribed(topic.to_string()), topic % 3 != 0, "{topic}");
    }
    for topic in (0..1000).filter(|topic| topic % 3 != 0) {
        assert_eq!(client.receive().await, topic.to_string());
    }
}

/// Subscribed to many topics, each of which may hold frames for it.
struct Topical(Turns);

#[ws_route("/subscribed", body = String, response = String, backpressure_limit = off)]
impl Topical {
    fn open(&self, ws: &Socket<Self>) {
        for topic in 0..1000 {
            ws.subscribe(topic.to_string()).unwrap();
        }
    }

    fn message(&self, ws: &Socket<Self>, text: String) -> String {
        self.0.note();
        if text == "publish" {
            let _ = ws.publish("7", &text);
        }
        text
    }
}

/// A send checks every topic of the receiver for frames that precede it, if anything was published since the last one.
#[tokio::test(start_paused = true)]
async fn subscriptions_of_a_socket_count_as_work() {
    for (text, least, most) in [("reply", 250, 500), ("publish", 10, 40)] {
        let turns = Turns::default();
        let site = Site::start(Server::new().route(Topical(turns.clone())));
        let _other = connect::<Topical>(&site, "/subscribed").await;
        let bytes = frame(TEXT, text.as_bytes());
        let came = most_in_a_turn::<Topical>(&site, &turns, "/subscribed", &bytes, 500).await;
        assert!((least..=most).contains(&came), "{text}: {came} in a turn");
    }
}
