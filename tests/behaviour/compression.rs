//! permessage-deflate: which messages are compressed for which clients, how often, and within which limits.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};
use ws_runtime::{
    Close, Deflate, Endpoint, Server, Socket,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::{
    compressions::Compressions,
    support::{Http, handshake},
};

const OFFER: Deflate = Deflate::new().threshold(usize::MAX);
const TAKEOVER: Deflate = Deflate::new().server_no_context_takeover(false).client_no_context_takeover(false);

/// Echoes texts, and publishes those that begin with `*` to the other sockets.
macro_rules! talk {
    ($name:ident, $path:literal $($options:tt)*) => {
        struct $name;

        #[ws_route($path, body = String, response = String $($options)*)]
        impl $name {
            fn open(&self, ws: &Socket<Self>) {
                ws.subscribe("all").unwrap();
            }

            fn message(&self, ws: &Socket<Self>, text: String) -> Option<String> {
                if text.starts_with('*') {
                    let _ = ws.publish("all", &text);
                    return None;
                }
                Some(text)
            }
        }
    };
}

talk!(Plain, "/plain");
talk!(Wide, "/wide");
talk!(On, "/on", per_message_deflate);
talk!(Off, "/off", per_message_deflate = off);
talk!(
    Low,
    "/low",
    per_message_deflate(threshold = 10, level = 1, server_max_window_bits = 12, client_max_window_bits = 9)
);
talk!(
    Lasting,
    "/lasting",
    per_message_deflate(threshold = 0, server_no_context_takeover = off, client_no_context_takeover = off),
    idle_timeout = 60
);

async fn connect<E: Endpoint>(site: &Site, path: &str, offer: Option<Deflate>) -> Client<E> {
    let connecting = site.connect::<E>(path);
    let connecting = match offer {
        Some(offer) => connecting.per_message_deflate(offer),
        None => connecting,
    };
    connecting.await.expect("nothing refuses it")
}

fn agreed<E: Endpoint>(client: &Client<E>) -> Option<&str> {
    client.headers().get("sec-websocket-extensions").map(|answer| answer.to_str().expect("it is ours"))
}

/// Clients with seven window sizes need seven formats for direct messages, but only two for published ones.
#[tokio::test(start_paused = true)]
async fn publish_is_compressed_at_most_twice_for_any_windows() {
    let (compressions, _guard) = Compressions::watch();
    let windows = |from: u8| (from..=15).map(|bits| OFFER.server_max_window_bits(bits));
    let cases = [
        ("every window", windows(9).collect(), 2),
        (
            "every window, with takeover",
            windows(9).map(|offer| offer.server_no_context_takeover(false)).collect(),
            2,
        ),
        ("all but the smallest", windows(10).collect(), 2),
        ("the largest alone", windows(15).collect(), 1),
        (
            "less than the largest",
            vec![windows(13).next().expect("three"), windows(14).next().expect("two")],
            1,
        ),
    ];
    for (what, offers, most) in cases {
        let offers: Vec<Deflate> = offers;
        let site = Site::start(Server::new().shards(2).per_message_deflate(Deflate::new()).route(Wide));
        let mut clients = Vec::new();
        for offer in offers.iter().chain(&offers) {
            clients.push(connect::<Wide>(&site, "/wide", Some(*offer)).await);
        }
        site.settled().await;
        let channel = site.handle().channel::<Wide>().expect("the route is served");
        let text = format!("*{}", varied().repeat(4));
        for way in ["publish", "to"] {
            let published =
                if way == "to" { channel.to("all").send(&text) } else { channel.publish("all", &text) };
            assert_eq!(published.receivers(), clients.len(), "{what}, {way}");
            for client in &mut clients {
                assert_eq!(client.receive().await, text, "{what}, {way}");
            }
            assert_eq!(compressions.take().len(), most, "{what}, {way}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn compression_needs_an_option_and_an_offer() {
    const DEFAULT: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    const LOW: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
                       server_max_window_bits=12; client_max_window_bits=9";
    let routes = || Server::new().route(Plain).route(On).route(Off).route(Low);
    for (server, plain) in [(routes(), None), (routes().per_message_deflate(Deflate::new()), Some(DEFAULT))] {
        let site = Site::start(server);
        assert_eq!(agreed(&connect::<Plain>(&site, "/plain", Some(OFFER)).await), plain);
        assert_eq!(agreed(&connect::<On>(&site, "/on", Some(OFFER)).await), Some(DEFAULT));
        assert_eq!(agreed(&connect::<Off>(&site, "/off", Some(OFFER)).await), None);
        assert_eq!(agreed(&connect::<Low>(&site, "/low", Some(OFFER)).await), Some(LOW));
        assert_eq!(agreed(&connect::<On>(&site, "/on", None).await), None);
    }
}

#[tokio::test(start_paused = true)]
async fn malformed_extension_list_gets_400_if_compression_is_enabled() {
    let server = Http::serve(Server::new().route(Plain).route(On));
    for (path, offer, status) in [
        ("/on", "permessage-deflate; server_max_window_bits=99", "101"),
        ("/on", "permessage-deflate; nonsense, x-other", "101"),
        ("/on", "permessage-deflate; =", "400"),
        ("/plain", "permessage-deflate; =", "101"),
    ] {
        let offer = format!("\r\nSec-WebSocket-Extensions: {offer}\r\n\r\n");
        let head = handshake(path).replace("\r\n\r\n", &offer);
        // The request includes a close frame, so that the server ends the stream.
        let answer = server.ask(&(head + "\u{88}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}{offer}: {answer}");
        assert!(!answer.contains("permessage-deflate"), "{path}{offer}: {answer}");
    }
    server.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn messages_below_the_threshold_are_not_compressed() {
    let (compressions, _guard) = Compressions::watch();
    let site = Site::start(Server::new().route(On).route(Low));
    let mut on = connect::<On>(&site, "/on", Some(OFFER)).await;
    let mut low = connect::<Low>(&site, "/low", Some(OFFER)).await;
    for (length, by_on, by_low) in
        [(0, 0, 0), (9, 0, 0), (10, 0, 1), (1023, 0, 1), (1024, 1, 1), (100_000, 1, 1)]
    {
        let text = "x".repeat(length);
        on.send(&*text).await;
        assert_eq!(on.receive().await, text);
        assert_eq!(compressions.take().len(), by_on, "{length} at the default of 1024");
        low.send(&*text).await;
        assert_eq!(low.receive().await, text);
        assert_eq!(compressions.take().len(), by_low, "{length} at 10");
    }
}

#[tokio::test(start_paused = true)]
async fn publish_is_compressed_once_for_equal_windows() {
    let (compressions, _guard) = Compressions::watch();
    let site = Site::start(Server::new().shards(3).route(Low));
    let mut clients = Vec::new();
    let narrow = OFFER.server_max_window_bits(9);
    let lasting = OFFER.server_no_context_takeover(false);
    for offer in [None, Some(OFFER), Some(narrow), Some(lasting)].repeat(6) {
        clients.push(connect::<Low>(&site, "/low", offer).await);
    }
    site.settled().await;
    let text = format!("*{}", "published ".repeat(100));
    let published = site.handle().channel::<Low>().expect("the route is served").publish("all", &text);
    assert_eq!(published.receivers(), 24);
    for client in &mut clients {
        assert_eq!(client.receive().await, text);
    }
    assert_eq!(compressions.take().len(), 2, "once for 12 bits, and once for 9");

    // A publish by a socket is not sent to that socket.
    clients[1].send(&*text).await;
    for (at, client) in clients.iter_mut().enumerate() {
        if at != 1 {
            assert_eq!(client.receive().await, text, "{at}");
        }
    }
    assert_eq!(compressions.take().len(), 2);

    let recipients = site.handle().channel::<Low>().expect("the route is served").to("all").except("none");
    assert_eq!(recipients.send(&text).receivers(), 24);
    for client in &mut clients {
        assert_eq!(client.receive().await, text);
    }
    assert_eq!(compressions.take().len(), 2);

    let short = site.handle().channel::<Low>().expect("the route is served").publish("all", "short");
    assert_eq!(short.receivers(), 24);
    for client in &mut clients {
        assert_eq!(client.receive().await, "short");
    }
    assert_eq!(compressions.take(), []);
}

#[tokio::test(start_paused = true)]
async fn context_takeover_refers_to_earlier_messages() {
    let (compressions, _guard) = Compressions::watch();
    let site = Site::start(Server::new().route(Lasting));
    let text = varied();
    for (offer, lasts) in [(TAKEOVER, true), (TAKEOVER.server_no_context_takeover(true), false)] {
        let mut client = connect::<Lasting>(&site, "/lasting", Some(offer.threshold(usize::MAX))).await;
        let mut lengths = Vec::new();
        for _ in 0..3 {
            client.send(&*text).await;
            assert_eq!(client.receive().await, text);
            lengths.extend(compressions.take().into_iter().map(|(_, to)| to));
        }
        let [first, second, third] = lengths[..] else { panic!("each is compressed: {lengths:?}") };
        assert_eq!(second < first / 10 && third < first / 10, lasts, "{lengths:?}");
    }
}

/// Two events reset the context of a socket: a publish, which moves the window of the client, and silence, after which
/// the context is released. The next message is compressed without references to earlier ones.
#[tokio::test(start_paused = true)]
async fn context_restarts_after_a_publish_and_after_silence() {
    let (compressions, _guard) = Compressions::watch();
    let site = Site::start(Server::new().route(Lasting));
    let mut client = connect::<Lasting>(&site, "/lasting", Some(TAKEOVER.threshold(usize::MAX))).await;
    let text = varied();
    let full = echoed_length(&mut client, &text, &compressions).await;
    assert!(echoed_length(&mut client, &text, &compressions).await < full / 10);

    let channel = site.handle().channel::<Lasting>().expect("the route is served");
    let _ = channel.publish("all", "published to all");
    assert_eq!(client.receive().await, "published to all");
    assert_eq!(echoed_length(&mut client, &text, &compressions).await, full);
    assert!(echoed_length(&mut client, &text, &compressions).await < full / 10);

    // After `ping_interval` without input the server sends a ping.
    assert!(matches!(client.next().await, Event::Ping(_)));
    assert_eq!(echoed_length(&mut client, &text, &compressions).await, full);
}

/// A text with few repetitions.
fn varied() -> String {
    (0..100).map(|n| (n * n * 7919 % 1000).to_string()).collect::<Vec<_>>().join(" ")
}

/// Sends a text, checks the echo, and returns the payload length of its frame.
async fn echoed_length(client: &mut Client<Lasting>, text: &str, compressions: &Compressions) -> u64 {
    compressions.take();
    client.send(text).await;
    assert_eq!(client.receive().await, text);
    compressions.take().last().expect("it was compressed").1
}

/// Clients with every window size decode replies and publishes in every order.
#[tokio::test(start_paused = true)]
async fn replies_and_publishes_mix_with_and_without_takeover() {
    let site = Site::start(Server::new().shards(2).route(Lasting));
    let offers = [
        None,
        Some(TAKEOVER),
        Some(TAKEOVER.server_max_window_bits(9)),
        Some(TAKEOVER.client_max_window_bits(9)),
        Some(TAKEOVER.server_no_context_takeover(true)),
        Some(TAKEOVER.client_no_context_takeover(true)),
        Some(Deflate::new()),
    ];
    let mut clients = Vec::new();
    for offer in offers {
        let offer = offer.map(|offer| offer.threshold(20));
        clients.push(connect::<Lasting>(&site, "/lasting", offer).await);
    }
    site.settled().await;
    let mut dice = 1_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for step in 0..500 {
        let by = usize::try_from(roll(7)).expect("seven is a size");
        let words =
            "words that come again ".repeat(usize::try_from(roll(4) * roll(200)).expect("it is small"));
        let text = format!("{}{words} {step}", if roll(2) == 0 { "*" } else { "" });
        clients[by].send(&*text).await;
        for (at, client) in clients.iter_mut().enumerate() {
            if (at == by) != text.starts_with('*') {
                assert_eq!(client.receive().await, text, "step {step}, client {at}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn message_limit_counts_inflated_bytes() {
    talk!(Small, "/small", per_message_deflate, max_payload_length = 5000);
    let site = Site::start(Server::new().route(Small));
    let offer = Deflate::new().threshold(0);
    let mut client = connect::<Small>(&site, "/small", Some(offer)).await;
    for _ in 0..2 {
        client.send(&*"x".repeat(5000)).await;
        assert_eq!(client.receive().await.len(), 5000);
    }
    client.send(&*"x".repeat(5001)).await;
    assert_eq!(client.receive_close().await.0, Some(1009));
    assert_eq!(client.next().await, Event::End);
}

#[tokio::test(start_paused = true)]
async fn message_that_cannot_be_inflated_closes() {
    let site = Site::start(Server::new().route(On));
    for (what, bytes, code) in [
        ("a block of no kind", &b"\xc1\x82\0\0\0\0\x07\xff"[..], 1007),
        ("text that is not UTF-8", b"\xc1\x88\0\0\0\0\x00\x01\x00\xfe\xff\xff\x00\x00", 1007),
        ("a compressed ping", b"\xc9\x80\0\0\0\0", 1002),
        ("a continuation with the bit", b"\x41\x81\0\0\0\0\x00\xc0\x80\0\0\0\0", 1002),
    ] {
        let mut client = connect::<On>(&site, "/on", Some(OFFER)).await;
        client.send_raw(bytes).await;
        assert_eq!(client.receive_close().await.0, Some(code), "{what}");
    }
}

/// One read contains many small frames, each of which may inflate to the maximum message length. They stay compressed
/// while they wait, so they need little memory. A ping after them is answered.
#[tokio::test(start_paused = true)]
async fn waiting_messages_stay_compressed() {
    struct Gate(Arc<Semaphore>);

    #[ws_route("/gate", body = String, response = String, per_message_deflate, max_payload_length = 70000)]
    impl Gate {
        async fn message(&self, text: String) -> String {
            self.0.acquire().await.expect("it stays open").forget();
            text.len().to_string()
        }
    }

    for offer in [Some(Deflate::new()), None] {
        let gate = Arc::new(Semaphore::new(0));
        let site = Site::start(Server::new().route(Gate(Arc::clone(&gate))));
        let mut client = connect::<Gate>(&site, "/gate", offer).await;
        let length = if offer.is_some() { 70_000 } else { 1500 };
        for _ in 0..20 {
            client.send(&*"x".repeat(length)).await;
        }
        client.ping("now?").await;
        let waited = timeout(Duration::from_secs(1), client.next()).await;
        assert!(waited.is_ok(), "{waited:?}");
        gate.add_permits(20);
        for _ in 0..20 {
            assert_eq!(client.receive().await, length.to_string());
        }
        client.close(Close::NORMAL).await;
        assert_eq!(client.receive_close().await.0, Some(1000));
    }
}
