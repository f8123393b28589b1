//! Tests of the auction in memory. The clock is paused, so minutes pass at once.

use axum::{body::Body, http::Request};
use tower_service::Service;
use ws_runtime::testing::{Client, Site};

use super::*;

struct House {
    lots: Arc<Lots>,
    site: Site,
}

impl House {
    fn start() -> Self {
        let lots = Arc::new(Lots::default());
        lots.open("A moth".to_owned(), 100, Duration::from_secs(60));
        let site = Site::start(Server::new().route(Auction { lots: Arc::clone(&lots) }));
        tokio::spawn(end_lots(Arc::clone(&lots), site.handle()));
        Self { lots, site }
    }

    /// Joins the first lot, and skips the message with its state.
    async fn join(&self, name: &str) -> Client<Auction> {
        let target = format!("/lots/1?name={name}");
        let mut client = self.site.connect::<Auction>(&target).await.expect("the lot is open");
        assert!(matches!(client.receive().await, Heard::Lot(_)));
        client
    }
}

#[tokio::test(start_paused = true)]
async fn bid_reaches_the_room_and_the_former_leader() {
    let house = House::start();
    let (mut ada, mut bob) = (house.join("ada").await, house.join("bob").await);
    ada.send(&Say::Bid { amount: 100 }).await;
    for client in [&mut ada, &mut bob] {
        let Heard::Lot(view) = client.receive().await else { panic!("not a lot") };
        assert_eq!((view.leader.as_deref(), view.next), (Some("ada"), 101));
    }
    bob.send(&Say::Bid { amount: 100 }).await;
    assert_eq!(bob.receive().await, Heard::Refused { reason: "the next bid is at least 101".to_owned() });
    bob.send(&Say::Bid { amount: 150 }).await;
    assert!(matches!(bob.receive().await, Heard::Lot(_)));
    assert_eq!(ada.receive().await, Heard::Outbid { by: "bob".to_owned() });
}

#[tokio::test(start_paused = true)]
async fn timer_ends_the_lot_and_tells_the_winner_alone() {
    let house = House::start();
    let (mut ada, mut bob) = (house.join("ada").await, house.join("bob").await);
    ada.send(&Say::Bid { amount: 100 }).await;
    for client in [&mut ada, &mut bob] {
        assert!(matches!(client.receive().await, Heard::Lot(_)));
    }
    assert_eq!(ada.receive().await, Heard::Won { title: "A moth".to_owned() });
    for client in [&mut ada, &mut bob] {
        let Heard::Sold(view) = client.receive().await else { panic!("not sold") };
        assert_eq!((view.leader.as_deref(), view.left), (Some("ada"), 0));
        assert_eq!(client.receive_close().await.0, Some(4000));
    }
    assert_eq!(house.lots.bid(1, "bob", 500), Err("the lot has ended".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn late_bid_extends_the_lot() {
    let house = House::start();
    tokio::time::advance(Duration::from_secs(55)).await;
    assert_eq!(house.lots.view(1).map(|view| view.left), Some(5_000));
    let accepted = house.lots.bid(1, "ada", 100).expect("the lot is open");
    assert_eq!((accepted.view.left, accepted.outbid), (10_000, None));
}

#[tokio::test(start_paused = true)]
async fn client_of_an_unknown_lot_is_closed_with_4004() {
    let house = House::start();
    let mut client =
        house.site.connect::<Auction>("/lots/9?name=ada").await.expect("it is accepted, then closed");
    assert_eq!(client.receive_close().await.0, Some(4004));
}

#[tokio::test(start_paused = true)]
async fn notice_over_rest_is_published_to_the_room() {
    let house = House::start();
    let mut ada = house.join("ada").await;
    let mut rest = rest::router(Arc::clone(&house.lots), house.site.handle());
    for (path, status) in [("/api/lots/1/notices", 200), ("/api/lots/9/notices", 404)] {
        let request = Request::post(path).body(Body::from("Lunch")).expect("a request");
        assert_eq!(rest.call(request).await.expect("infallible").status(), status, "{path}");
    }
    assert_eq!(ada.receive().await, Heard::Notice { text: "Lunch".to_owned() });
}
