//! Raw messages, which are not encoded, and messages that are exempt from compression.

use ws_runtime::{
    Channel, Deflate, Delivery, Message, Published, Server, Socket, Uncompressed,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::{
    compressions::Compressions,
    pubsub::NOTHING,
    support::{Journal, Note},
};

struct Press(Journal);

#[ws_route("/press", body = String, response = Note, per_message_deflate(threshold = 100))]
impl Press {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    fn message(&self, ws: &Socket<Self>, text: String) {
        let published = match text.split_once(' ') {
            Some(("publish", text)) => ws.publish_raw("all", text),
            Some(("to", text)) => ws.to("all").send_raw(text),
            Some(("others", text)) => ws.others().send_raw(text.as_bytes().to_vec()),
            _ => panic!("{text}"),
        };
        self.0.note(format!("{published:?}"));
    }
}

async fn press(clients: usize, offer: Option<Deflate>) -> (Site, Journal, Vec<Client<Press>>) {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Press(journal.clone())).shards(2));
    let mut connected = Vec::new();
    for _ in 0..clients {
        let mut connecting = site.connect::<Press>("/press");
        if let Some(offer) = offer {
            connecting = connecting.per_message_deflate(offer);
        }
        connected.push(connecting.await.unwrap());
    }
    site.settled().await;
    (site, journal, connected)
}

fn channel(site: &Site) -> Channel<Press> {
    site.handle().channel::<Press>().unwrap()
}

#[tokio::test(start_paused = true)]
async fn raw_message_is_published_without_validation() {
    let (site, journal, mut clients) = press(3, None).await;
    for (order, message) in [
        ("publish no note", Message::text("no note")),
        ("to {\"half\":", Message::text("{\"half\":")),
        ("others bytes", Message::binary(&b"bytes"[..])),
        ("publish ", Message::text("")),
    ] {
        clients[0].send(order).await;
        for client in &mut clients[1..] {
            assert_eq!(client.next().await, Event::Message(message.clone()), "{order}");
        }
        clients[0].receive_nothing(NOTHING).await;
        assert_eq!(journal.take(), ["Sent { receivers: 2, dropped: 0 }"], "{order}");
    }
    let channel = channel(&site);
    let long = "x".repeat(20_000);
    for published in [
        channel.publish_raw("all", long.clone()),
        channel.publish_raw("all", Message::text(long.clone())),
        channel.all().send_raw(&*long),
        channel.to("all").send_raw(Uncompressed(long.clone())),
    ] {
        assert_eq!(published, Published::Sent { receivers: 3, dropped: 0 });
        for client in &mut clients {
            assert_eq!(client.next().await, Event::Message(Message::text(long.clone())));
        }
    }
    assert_eq!(channel.publish_raw("nowhere", "x"), Published::Sent { receivers: 0, dropped: 0 });
}

/// Tests each method that sends, with and without context takeover.
#[tokio::test(start_paused = true)]
async fn uncompressed_message_is_not_compressed_by_any_method() {
    const OFFER: Deflate = Deflate::new().threshold(usize::MAX);
    type Send<'a> = &'a dyn Fn(&Channel<Press>, &Socket<Press>) -> bool;
    let note = Note::new(&"x".repeat(2000));
    let raw = serde_json::to_string(&note).unwrap();
    let ways: [(&str, Send<'_>, Send<'_>); 7] = [
        ("send", &|_, ws| ws.send(&note).is_sent(), &|_, ws| ws.send(Uncompressed(&note)).is_sent()),
        ("send_raw", &|_, ws| ws.send_raw(&*raw).is_sent(), &|_, ws| {
            ws.send_raw(Uncompressed(&*raw)).is_sent()
        }),
        ("publish", &|all, _| all.publish("all", &note).receivers() == 1, &|all, _| {
            all.publish("all", Uncompressed(&note)).receivers() == 1
        }),
        ("publish_raw", &|all, _| all.publish_raw("all", &*raw).receivers() == 1, &|all, _| {
            all.publish_raw("all", Uncompressed(&*raw)).receivers() == 1
        }),
        ("to", &|all, _| all.to("all").send(&note).receivers() == 1, &|all, _| {
            all.to("all").send(Uncompressed(&note)).receivers() == 1
        }),
        ("all", &|all, _| all.all().send(&note).receivers() == 1, &|all, _| {
            all.all().send(Uncompressed(&note)).receivers() == 1
        }),
        ("all, raw", &|all, _| all.all().send_raw(&*raw).receivers() == 1, &|all, _| {
            all.all().send_raw(Uncompressed(&*raw)).receivers() == 1
        }),
    ];
    for takeover in [false, true] {
        let (compressions, _guard) = Compressions::watch();
        let offer = OFFER.server_no_context_takeover(!takeover);
        let (site, _, mut clients) = press(1, Some(offer)).await;
        let (channel, client) = (channel(&site), &mut clients[0]);
        let socket = channel.sockets().remove(0);
        for (way, compressed, plain) in ways {
            for (send, count) in [(compressed, 1), (plain, 0), (compressed, 1)] {
                assert!(send(&channel, &socket), "{way}");
                assert_eq!(client.receive().await, note, "{way}");
                assert_eq!(compressions.take().len(), count, "{way}, takeover {takeover}");
            }
        }
        // An uncompressed message does not change the peer's window, so compressed messages may precede and follow it.
        assert_eq!(socket.send_ready(Uncompressed(&note)).await, Delivery::Sent);
        assert_eq!(client.receive().await, note);
        assert_eq!(compressions.take().len(), 0, "send_ready, takeover {takeover}");
    }
}
