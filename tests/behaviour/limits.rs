//! Limits of a route: each is set by the attribute or by the server, and affects only its own routes.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use ws_runtime::{
    Close, Closed, Contract, Endpoint, Server,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::support::{Journal, frame};

const TEXT: u8 = 0x01;
const CONTINUATION: u8 = 0x00;
const LAST: u8 = 0x80;

/// Declares a route that echoes messages, with the given options.
macro_rules! echo {
    ($name:ident, $path:literal $(, $key:ident = $value:tt)* $(,)?) => {
        struct $name;

        #[ws_route($path, body = String, response = String $(, $key = $value)*)]
        impl $name {
            fn message(&self, text: String) -> String {
                text
            }
        }
    };
}

echo!(Plain, "/plain");

pub(crate) async fn connect<E: Endpoint>(site: &Site) -> Client<E> {
    site.connect::<E>(<E::Contract as Contract>::PATH).await.expect("nothing refuses it")
}

/// A route whose messages are text.
trait Speaks: Endpoint<Contract: Contract<Body = String, Response = String>> {}

impl<E: Endpoint<Contract: Contract<Body = String, Response = String>>> Speaks for E {}

async fn says<E: Speaks>(client: &mut Client<E>, text: &str) {
    client.send(text).await;
    assert_eq!(client.receive().await, text);
}

pub(crate) async fn is_closed<E: Endpoint>(mut client: Client<E>, code: u16) {
    assert_eq!(client.receive_close().await.0, Some(code));
    assert_eq!(client.next().await, Event::End);
}

#[tokio::test(start_paused = true)]
async fn max_payload_length_closes_with_1009() {
    async fn limited<E: Speaks>(site: &Site, most: usize) {
        let mut client = connect::<E>(site).await;
        says(&mut client, &"x".repeat(most)).await;
        // The limit applies to the total length of the fragments.
        client.send_raw(frame(TEXT, "x".repeat(most - 1))).await;
        client.send_raw(frame(CONTINUATION | LAST, "y")).await;
        assert_eq!(client.receive().await.len(), most);
        client.send(&*"x".repeat(most + 1)).await;
        is_closed(client, 1009).await;

        let mut client = connect::<E>(site).await;
        client.send_raw(frame(TEXT, "x".repeat(most))).await;
        client.send_raw(frame(CONTINUATION | LAST, "y")).await;
        is_closed(client, 1009).await;
    }
    echo!(Ten, "/ten", max_payload_length = 10);
    echo!(Twenty, "/twenty", max_payload_length = 20);
    echo!(Unlimited, "/unlimited", max_payload_length = off);

    let routes = |server: Server| Site::start(server.route(Ten).route(Twenty).route(Plain).route(Unlimited));
    let site = routes(Server::new().max_payload_length(15));
    let mut other = connect::<Twenty>(&site).await;
    limited::<Ten>(&site, 10).await;
    limited::<Plain>(&site, 15).await;
    limited::<Twenty>(&site, 20).await;
    // A client of another route is not affected by the limit.
    says(&mut other, &"x".repeat(20)).await;
    says(&mut connect::<Unlimited>(&site).await, &"x".repeat(100)).await;

    let site = routes(Server::new());
    says(&mut connect::<Plain>(&site).await, &"x".repeat(1 << 20)).await;
    let mut client = connect::<Plain>(&site).await;
    client.send(&*"x".repeat((1 << 20) + 1)).await;
    is_closed(client, 1009).await;
}

#[tokio::test(start_paused = true)]
async fn max_fragments_closes_with_1008() {
    async fn limited<E: Speaks>(site: &Site, most: usize) {
        let mut client = connect::<E>(site).await;
        client.send_raw(frame(TEXT, "x")).await;
        for _ in 0..most - 2 {
            client.send_raw(frame(CONTINUATION, "")).await;
        }
        client.send_raw(frame(CONTINUATION | LAST, "y")).await;
        assert_eq!(client.receive().await, "xy");
        client.send_raw(frame(TEXT, "x")).await;
        for _ in 0..most {
            client.send_raw(frame(CONTINUATION, "")).await;
        }
        // The socket is closed at once, not at the fragment timeout.
        let closed = timeout(Duration::from_secs(1), client.receive_close()).await;
        assert_eq!(closed, Ok((Some(1008), "too many fragments".into())));
    }
    echo!(Three, "/three", max_fragments = 3);

    let site = Site::start(Server::new().route(Three).route(Plain).max_fragments(5));
    limited::<Three>(&site, 3).await;
    limited::<Plain>(&site, 5).await;
    let site = Site::start(Server::new().route(Plain));
    limited::<Plain>(&site, 16_384).await;
}

#[tokio::test(start_paused = true)]
async fn fragment_timeout_closes_unfinished_messages() {
    async fn limited<E: Speaks>(site: &Site, seconds: u64) {
        let mut client = connect::<E>(site).await;
        client.send_raw(frame(TEXT, "x")).await;
        sleep(Duration::from_secs(seconds - 1)).await;
        client.send_raw(frame(CONTINUATION | LAST, "y")).await;
        assert_eq!(client.receive().await, "xy");
        sleep(Duration::from_secs(seconds)).await;
        says(&mut client, "a whole message is never late").await;

        let began = Instant::now();
        client.send_raw(frame(TEXT, "x")).await;
        for _ in 0..3 {
            // Neither fragments nor pings extend the timeout.
            client.send_raw(frame(CONTINUATION, "y")).await;
            client.ping("").await;
            assert_eq!(client.next().await, Event::Pong("".into()));
        }
        assert_eq!(client.receive_close().await.0, Some(1008));
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
    echo!(Five, "/five", fragment_timeout = 5);
    echo!(Never, "/never", fragment_timeout = off);

    let site = Site::start(
        Server::new().route(Five).route(Plain).route(Never).fragment_timeout(Duration::from_secs(7)),
    );
    limited::<Five>(&site, 5).await;
    limited::<Plain>(&site, 7).await;
    let mut client = connect::<Never>(&site).await;
    client.send_raw(frame(TEXT, "x")).await;
    client.receive_nothing(Duration::from_secs(200)).await;
    client.send_raw(frame(CONTINUATION | LAST, "y")).await;
    assert_eq!(client.receive().await, "xy");
    limited::<Plain>(&Site::start(Server::new().route(Plain)), 30).await;
}

#[tokio::test(start_paused = true)]
async fn idle_timeout_closes_silent_peers() {
    async fn limited<E: Speaks>(site: &Site, seconds: u64) {
        // This client sends nothing and does not answer pings.
        let connect = || async { site.connect::<E>(<E::Contract as Contract>::PATH).answering(false).await };
        let mut client = connect().await.unwrap();
        let began = Instant::now();
        let closed = loop {
            match client.next().await {
                Event::Ping(_) => {}
                closed => break closed,
            }
        };
        assert_eq!(closed, Event::Close(Some(1001), "idle timeout".into()));
        assert_eq!(began.elapsed().as_secs(), seconds);

        // Every received byte counts as activity; sent bytes do not.
        let mut client = connect().await.unwrap();
        sleep(Duration::from_secs(seconds - 1)).await;
        says(&mut connect().await.unwrap(), "another's").await;
        client.pong("").await;
        sleep(Duration::from_secs(seconds - 1)).await;
        client.send("late").await;
        let mut next = client.next().await;
        while matches!(next, Event::Ping(_)) {
            next = client.next().await;
        }
        assert!(matches!(next, Event::Message(_)), "{next:?}");

        // A client that answers pings stays connected without sending messages.
        let mut client = site.connect::<E>(<E::Contract as Contract>::PATH).await.unwrap();
        client.receive_nothing(Duration::from_secs(seconds * 10)).await;
        says(&mut client, "still there").await;
    }
    echo!(Eight, "/eight", idle_timeout = 8);
    echo!(Never, "/never", idle_timeout = off, ping_interval = off);

    let site = Site::start(
        Server::new().route(Eight).route(Plain).route(Never).idle_timeout(Duration::from_secs(20)),
    );
    limited::<Eight>(&site, 8).await;
    limited::<Plain>(&site, 20).await;
    let mut client = site.connect::<Never>("/never").answering(false).await.unwrap();
    let waited = timeout(Duration::from_secs(3600), async {
        client.patience(Duration::from_secs(7200));
        client.next().await
    });
    assert!(waited.await.is_err(), "neither a ping nor a close");
    limited::<Plain>(&Site::start(Server::new().route(Plain)), 120).await;
}

/// Returns the seconds at which an unresponsive client gets pings, and the second at which it is closed; `None` if it
/// stays connected.
async fn silence<E: Endpoint>(site: &Site, pings: usize) -> (Vec<u64>, Option<u64>) {
    let mut client = site.connect::<E>(<E::Contract as Contract>::PATH).answering(false).await.unwrap();
    client.patience(Duration::from_secs(7200));
    let (began, mut at) = (Instant::now(), Vec::new());
    while at.len() < pings {
        match client.next().await {
            Event::Ping(_) => at.push(began.elapsed().as_secs()),
            Event::Close(code, _) => {
                assert_eq!(code, Some(1001));
                return (at, Some(began.elapsed().as_secs()));
            }
            other => panic!("{other:?}"),
        }
    }
    (at, None)
}

#[tokio::test(start_paused = true)]
async fn ping_interval_sends_pings_while_idle() {
    echo!(Off, "/off", idle_timeout = 8, ping_interval = off);
    echo!(Eight, "/eight", idle_timeout = 8);
    echo!(Three, "/three", idle_timeout = 8, ping_interval = 3);
    echo!(Endless, "/endless", idle_timeout = off);
    echo!(Silent, "/silent", idle_timeout = off, ping_interval = off);
    echo!(Slow, "/slow", idle_timeout = off, ping_interval = "1h");

    let server =
        || Server::new().route(Off).route(Eight).route(Three).route(Endless).route(Slow).route(Plain);
    let site = Site::start(server());
    assert_eq!(silence::<Plain>(&site, 9).await, (vec![25, 50, 75, 100], Some(120)));
    assert_eq!(silence::<Off>(&site, 9).await, (vec![], Some(8)));
    assert_eq!(silence::<Eight>(&site, 9).await, (vec![4], Some(8)));
    assert_eq!(silence::<Three>(&site, 9).await, (vec![3, 6], Some(8)));
    assert_eq!(silence::<Endless>(&site, 5).await, (vec![25, 50, 75, 100, 125], None));
    assert_eq!(silence::<Slow>(&site, 2).await, (vec![3600, 7200], None));

    // The value of the server applies to routes that set none.
    let site = Site::start(server().ping_interval(Duration::from_secs(7)));
    assert_eq!(silence::<Plain>(&site, 3).await, (vec![7, 14, 21], None));
    assert_eq!(silence::<Eight>(&site, 9).await, (vec![7], Some(8)));
    assert_eq!(silence::<Three>(&site, 9).await, (vec![3, 6], Some(8)));
    let site = Site::start(server().ping_interval(None).idle_timeout(Duration::from_secs(20)));
    assert_eq!(silence::<Plain>(&site, 9).await, (vec![], Some(20)));
    assert_eq!(silence::<Three>(&site, 9).await, (vec![3, 6], Some(8)));

    let site = Site::start(Server::new().route(Silent));
    let mut client = site.connect::<Silent>("/silent").answering(false).await.unwrap();
    client.receive_nothing(Duration::from_secs(10800)).await;
}

/// A client that answers pings stays connected even if the ping interval is close to the idle timeout.
#[tokio::test(start_paused = true)]
async fn pings_keep_live_clients_connected() {
    echo!(Tight, "/tight", idle_timeout = 8, ping_interval = "7s");
    let site = Site::start(Server::new().route(Tight));
    let mut tight = site.connect::<Tight>("/tight").await.unwrap();
    tight.receive_nothing(Duration::from_secs(3600)).await;
    says(&mut tight, "still there").await;
}

#[tokio::test(start_paused = true)]
async fn ping_interval_over_the_idle_timeout_does_not_start() {
    echo!(Late, "/late", idle_timeout = 8, ping_interval = 8);
    echo!(Eight, "/eight", idle_timeout = 8);
    let minute = Duration::from_secs(60);
    for server in [
        Server::new().route(Late),
        Server::new().route(Eight).ping_interval(minute),
        Server::new().route(Plain).ping_interval(minute).idle_timeout(minute),
        Server::new().route(Plain).ping_interval(minute * 3),
    ] {
        let errors = Site::try_start(server).expect_err("it does not start");
        let said = format!("{errors:?}");
        assert!(said.contains("`ping_interval`") && said.contains("`idle_timeout`"), "{said}");
    }
    let site = Site::try_start(Server::new().route(Plain).ping_interval(minute * 3).idle_timeout(None));
    assert!(site.is_ok());
}

#[tokio::test(start_paused = true)]
async fn rate_limit_closes_or_slows_excess_messages() {
    async fn limited<E: Speaks>(site: &Site, most: usize) {
        for kind in ["text", "ping", "pong"] {
            let mut client = connect::<E>(site).await;
            for _ in 0..3 {
                for _ in 0..most {
                    match kind {
                        "text" => says(&mut client, "x").await,
                        "ping" => client.ping("").await,
                        _ => client.pong("").await,
                    }
                }
                site.settled().await;
                sleep(Duration::from_secs(1)).await;
            }
            for _ in 0..=most {
                match kind {
                    "text" => client.send("x").await,
                    "ping" => client.ping("").await,
                    _ => client.pong("").await,
                }
            }
            let code = timeout(Duration::from_secs(1), async {
                loop {
                    match client.next().await {
                        Event::Close(code, _) => break code,
                        Event::End => panic!("{kind}: no close frame"),
                        _ => {}
                    }
                }
            });
            assert_eq!(code.await, Ok(Some(1008)), "{kind}");
        }
    }
    echo!(Three, "/three", rate_limit = 3);

    let site = Site::start(Server::new().route(Three).route(Plain).rate_limit(5));
    limited::<Three>(&site, 3).await;
    limited::<Plain>(&site, 5).await;
    let site = Site::start(Server::new().route(Plain));
    let mut client = connect::<Plain>(&site).await;
    for _ in 0..1000 {
        says(&mut client, "x").await;
    }
}

#[tokio::test(start_paused = true)]
async fn close_timeout_ends_unanswered_closes() {
    macro_rules! closing {
        ($name:ident, $path:literal $(, $key:ident = $value:tt)*) => {
            struct $name(Journal);

            #[ws_route($path, body = String, response = String $(, $key = $value)*)]
            impl $name {
                fn message(&self) -> Close {
                    Close::NORMAL
                }

                fn close(&self, closed: Closed) {
                    self.0.note_end(&closed);
                }
            }
        };
    }
    closing!(Three, "/three", close_timeout = 3);
    closing!(Default, "/default");

    async fn limited<E: Speaks>(site: &Site, journal: &Journal, seconds: u64) {
        let path = <E::Contract as Contract>::PATH;
        let mut client = site.connect::<E>(path).answering(false).await.unwrap();
        client.send("").await;
        assert_eq!(client.next().await, Event::Close(Some(1000), "".into()));
        let began = Instant::now();
        assert_eq!(client.next().await, Event::End);
        assert_eq!(began.elapsed().as_secs(), seconds);
        site.settled().await;
        assert_eq!(journal.take(), ["1000 \"\" by Local, not clean"]);
    }

    let journal = Journal::default();
    let routes = || Server::new().route(Three(journal.clone())).route(Default(journal.clone()));
    let site = Site::start(routes().close_timeout(Duration::from_secs(5)));
    limited::<Three>(&site, &journal, 3).await;
    limited::<Default>(&site, &journal, 5).await;
    limited::<Default>(&Site::start(routes()), &journal, 10).await;
}

/// A client that violates the protocol gets a close frame with the reason, and is disconnected.
#[tokio::test(start_paused = true)]
async fn protocol_violations_close_with_1002() {
    let site = Site::start(Server::new().route(Plain));
    for (what, bytes, code) in [
        ("bad UTF-8", frame(TEXT | LAST, [0xff]), 1007),
        ("an unmasked frame", vec![0x81, 0x01, b'x'], 1002),
        ("a reserved bit", frame(0x40 | TEXT | LAST, "x"), 1002),
        ("an unknown opcode", frame(0x83, "x"), 1002),
        ("a continuation of nothing", frame(CONTINUATION | LAST, "x"), 1002),
        ("a ping in fragments", frame(0x09, ""), 1002),
        ("an invalid close code", frame(0x88, [0x03, 0xed]), 1002),
        ("a message inside another", [frame(TEXT, "x"), frame(TEXT | LAST, "y")].concat(), 1002),
    ] {
        let mut client = connect::<Plain>(&site).await;
        let mut other = connect::<Plain>(&site).await;
        client.send("before").await;
        client.send_raw(bytes).await;
        client.send("after").await;
        assert_eq!(client.receive().await, "before", "{what}");
        assert_eq!(client.receive_close().await.0, Some(code), "{what}");
        says(&mut other, "unharmed").await;
    }
}
