//! `latest_by_key`: a full queue keeps only the latest message of each key.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{
    Close, Deflate, Delivery, Server, Socket,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::turns::{TEXT, Turns, frame, most_in_a_turn};

/// A price, or a quote without a symbol, which has no key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Quote {
    symbol: Option<String>,
    price: u32,
    note: String,
}

impl Quote {
    fn of(symbol: &str, price: u32) -> Self {
        Self { symbol: Some(symbol.to_owned()), price, note: String::new() }
    }

    fn about_nothing() -> Self {
        Self { symbol: None, price: 0, note: "about nothing".to_owned() }
    }
}

macro_rules! quotes {
    ($name:ident, $path:literal $(, $key:ident = $value:tt)*) => {
        struct $name;

        #[ws_route($path, response = Quote, backpressure_limit = 2000 $(, $key = $value)*)]
        impl $name {
            fn open(&self, ws: &Socket<Self>) {
                ws.subscribe("all").unwrap();
                ws.subscribe("some").unwrap();
            }
        }
    };
}

quotes!(Latest, "/latest", latest_by_key = "/symbol");
quotes!(Plain, "/plain");
quotes!(Closing, "/closing", latest_by_key = "/symbol", close_on_backpressure_limit = true);
quotes!(Off, "/off", latest_by_key = off);

/// Connects a client with a small buffer, so that its queue fills, and returns it with its socket.
async fn slow<E>(site: &Site, path: &str) -> (Client<E>, Socket<E>)
where
    E: ws_runtime::Endpoint,
{
    let client = site.connect::<E>(path).buffer(64).await.unwrap();
    site.settled().await;
    (client, site.handle().channel::<E>().unwrap().sockets().remove(0))
}

/// Reads messages up to the given one and returns the prices of each symbol in order.
async fn read(
    client: &mut Client<impl ws_runtime::Endpoint<Contract: ws_runtime::Contract<Response = Quote>>>,
    last: &Quote,
) -> BTreeMap<String, Vec<u32>> {
    let mut prices = BTreeMap::<_, Vec<_>>::new();
    loop {
        let quote = client.receive().await;
        prices.entry(quote.symbol.clone().unwrap_or_default()).or_default().push(quote.price);
        if quote == *last {
            return prices;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn latest_by_key_keeps_the_newest_of_each_key() {
    type Say = fn(&Site, &Socket<Latest>, &Quote);
    let ways: [(&str, Say); 5] = [
        ("send", |_, socket, quote| {
            assert!(matches!(socket.send(quote), Delivery::Sent | Delivery::Backpressure));
        }),
        ("publish", |site, _, quote| {
            let published = site.handle().channel::<Latest>().unwrap().publish("all", quote);
            assert_eq!((published.receivers(), published.dropped()), (1, 0));
        }),
        ("publish by turns", |site, _, quote| {
            let topic = if quote.price % 2 == 0 { "all" } else { "some" };
            assert_eq!(site.handle().channel::<Latest>().unwrap().publish(topic, quote).dropped(), 0);
        }),
        ("send and publish", |site, socket, quote| {
            if quote.price % 2 == 0 {
                let _ = socket.send(quote);
            } else {
                let _ = site.handle().channel::<Latest>().unwrap().publish("all", quote);
            }
        }),
        ("to some", |site, _, quote| {
            let published = site.handle().channel::<Latest>().unwrap().to("some").send(quote);
            assert_eq!((published.receivers(), published.dropped()), (1, 0));
        }),
    ];
    for (way, say) in ways {
        let site = Site::start(Server::new().route(Latest));
        let (mut client, socket) = slow::<Latest>(&site, "/latest").await;
        for price in 0..1000 {
            for symbol in ["a", "b", "c"] {
                say(&site, &socket, &Quote::of(symbol, price));
            }
            if price % 10 == 0 {
                site.settled().await;
            }
            assert!(socket.buffered_amount() < 2 * 2000 + 4000, "{way}: {}", socket.buffered_amount());
        }
        site.settled().await;
        let prices = read(&mut client, &Quote::of("c", 999)).await;
        for (symbol, prices) in prices {
            assert_eq!(prices.last(), Some(&999), "{way}: {symbol}");
            assert!(prices.is_sorted() && prices.len() < 500, "{way}: {symbol}: {prices:?}");
        }
        assert_eq!(socket.buffered_amount(), 0, "{way}");
        say(&site, &socket, &Quote::of("a", 1000));
        assert_eq!(client.receive().await, Quote::of("a", 1000), "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_without_a_key_follow_the_backpressure_rule() {
    let site = Site::start(Server::new().route(Latest).route(Closing));
    let (mut client, socket) = slow::<Latest>(&site, "/latest").await;
    while socket.send(&Quote::about_nothing()) != Delivery::Dropped {}
    assert_eq!(socket.send(&Quote::of("a", 1)), Delivery::Backpressure);
    assert_eq!(socket.send(&Quote::about_nothing()), Delivery::Dropped);
    let channel = site.handle().channel::<Latest>().unwrap();
    assert_eq!(channel.publish("all", &Quote::about_nothing()).dropped(), 1);
    assert!(read(&mut client, &Quote::of("a", 1)).await.contains_key(""));

    let (mut client, socket) = slow::<Closing>(&site, "/closing").await;
    while socket.send(&Quote::of("a", 1)) != Delivery::Backpressure {}
    for price in 2..100 {
        assert_ne!(socket.send(&Quote::of("a", price)), Delivery::Closed);
    }
    assert_eq!(socket.send(&Quote::about_nothing()), Delivery::Dropped);
    // Kept messages are sent before the close frame.
    assert_eq!(read(&mut client, &Quote::of("a", 99)).await["a"].last(), Some(&99));
    assert_eq!(client.next().await, Event::Close(Some(1013), "reads too slowly".into()));
}

#[tokio::test(start_paused = true)]
async fn kept_messages_are_sent_before_a_close() {
    let site = Site::start(Server::new().route(Latest));
    let (mut client, socket) = slow::<Latest>(&site, "/latest").await;
    for price in 0..100 {
        let _ = socket.send(&Quote::of("a", price));
    }
    socket.close(Close::NORMAL);
    assert_eq!(read(&mut client, &Quote::of("a", 99)).await["a"].last(), Some(&99));
    assert_eq!(client.receive_close().await.0, Some(1000));
}

#[tokio::test(start_paused = true)]
async fn kept_messages_are_bounded() {
    let site = Site::start(Server::new().route(Latest));
    let (_client, socket) = slow::<Latest>(&site, "/latest").await;
    let mut dropped = 0;
    for key in 0..10_000 {
        dropped += u32::from(socket.send(&Quote::of(&key.to_string(), 1)) == Delivery::Dropped);
    }
    assert!(dropped > 9000, "{dropped} of 10,000");
    assert!(socket.buffered_amount() < 2 * 2000 + 200, "{}", socket.buffered_amount());
}

#[tokio::test(start_paused = true)]
async fn latest_by_key_is_set_by_server_or_route() {
    struct Text;
    #[ws_route("/text", response = String)]
    impl Text {
        fn open(&self) {}
    }

    async fn keeps<E>(site: &Site, path: &str) -> bool
    where
        E: ws_runtime::Endpoint<Contract: ws_runtime::Contract<Response = Quote>>,
    {
        let (_client, socket) = slow::<E>(site, path).await;
        (0..1000).all(|price| socket.send(&Quote::of("a", price)) != Delivery::Dropped)
    }
    let routes = || Server::new().route(Plain).route(Off).route(Latest);
    let site = Site::start(routes());
    assert!(!keeps::<Plain>(&site, "/plain").await);
    assert!(keeps::<Latest>(&site, "/latest").await);
    let site = Site::start(routes().latest_by_key("/symbol").route(Text));
    assert!(keeps::<Plain>(&site, "/plain").await);
    assert!(!keeps::<Off>(&site, "/off").await);
}

/// Kept messages may be compressed, for one socket or for all. The client can decode the messages that it receives
/// although others were dropped.
#[tokio::test(start_paused = true)]
async fn kept_messages_reach_a_client_that_decompresses() {
    /// A quote that is long enough to be compressed.
    fn long(symbol: &str, price: u32) -> Quote {
        Quote { note: format!("{price} again and ").repeat(20), ..Quote::of(symbol, price) }
    }

    const TAKEOVER: Deflate =
        Deflate::new().threshold(0).server_no_context_takeover(false).client_no_context_takeover(false);
    let site = Site::start(Server::new().route(Latest).per_message_deflate(TAKEOVER));
    let channel = site.handle().channel::<Latest>();
    let mut client =
        site.connect::<Latest>("/latest").buffer(64).per_message_deflate(TAKEOVER).await.unwrap();
    site.settled().await;
    let channel = channel.unwrap();
    let socket = channel.sockets().remove(0);
    for round in 0..3 {
        let (first, last) = (1000 * round, 1000 * round + 999);
        // Direct messages may be compressed with references to earlier direct messages to the socket.
        let mut price = first;
        while socket.buffered_amount() < 2000 {
            let _ = socket.send(&long("a", price));
            price += 1;
        }
        for price in price..=last {
            for symbol in ["a", "b", "c"] {
                let _ = channel.publish("all", &long(symbol, price));
            }
        }
        site.settled().await;
        for (symbol, prices) in read(&mut client, &long("c", last)).await {
            assert!(prices.is_sorted() && prices.last() == Some(&last), "{symbol}: {prices:?}");
        }
        // The next direct message must not refer to data before the published messages.
        for price in [last, first] {
            let _ = socket.send(&long("a", price));
            assert_eq!(client.receive().await, long("a", price));
        }
    }
}

/// Publishes a long message of which it keeps the latest.
struct Keyed(Turns);

#[ws_route(
    "/keyed",
    body = String,
    response = serde_json::Value,
    latest_by_key = "/key",
    backpressure_limit = "1GB"
)]
impl Keyed {
    fn message(&self, ws: &Socket<Self>, _: String) {
        self.0.note();
        let _ = ws.publish("all", &serde_json::json!({ "key": 1, "data": vec![1; 5000] }));
    }
}

#[tokio::test(start_paused = true)]
async fn reading_the_key_of_a_message_counts_as_work() {
    let turns = Turns::default();
    let site = Site::start(Server::new().route(Keyed(turns.clone())));
    let came = most_in_a_turn::<Keyed>(&site, &turns, "/keyed", &frame(TEXT, b"x"), 100).await;
    assert!((1..=4).contains(&came), "{came} in a turn");
}
