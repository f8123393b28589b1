//! An auction house: bids over WebSockets, REST for the lots, a timer that ends lots, and private messages. Open the
//! printed address in two tabs, or use it from a shell:
//!
//! ```sh
//! curl http://127.0.0.1:3000/api/lots
//! curl http://127.0.0.1:3000/api/lots -H 'content-type: application/json' -d '{"title": "A clock", "minimum": 50, "seconds": 60}'
//! curl http://127.0.0.1:3000/api/lots/1/notices -d 'The lot may be inspected in room 4.'
//! ```
//!
//! The example trusts the names of bidders. A real auction authenticates them in `before_handle`. To copy this example,
//! take this folder and `../page`.

mod lots;
#[path = "../page/page.rs"]
mod page;
mod rest;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, time::interval};
use ws_runtime::{
    Close, Handle, Handshake, Reject, Server, Socket, SubscribeError, shutdown_signal, ws_route,
};

use self::lots::{Lots, View};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Join {
    #[schemars(length(min = 1, max = 32))]
    name: String,
}

/// Messages from a bidder.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Say {
    Bid {
        amount: u64,
    },
    /// A message to all bidders of the lot.
    Remark {
        #[schemars(length(min = 1, max = 200))]
        text: String,
    },
}

/// Messages to a bidder.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Heard {
    /// The state of the lot: sent on connecting and after each bid.
    Lot(View),
    Remark {
        from: String,
        text: String,
    },
    /// A notice from the auction house.
    Notice {
        text: String,
    },
    /// The reply to a bid that was not accepted.
    Refused {
        reason: String,
    },
    /// Sent only to the former highest bidder.
    Outbid {
        by: String,
    },
    /// The lot has ended.
    Sold(View),
    /// Sent only to the winner.
    Won {
        title: String,
    },
}

struct Auction {
    lots: Arc<Lots>,
}

#[ws_route("/lots/{lot: u32}", query = Join, body = Say, response = Heard, max_payload_length = "4KiB", rate_limit = 20)]
impl Auction {
    /// JavaScript cannot read the status of a failed handshake. Therefore the page is rejected with a close code, which
    /// tells it not to reconnect.
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<(), Reject> {
        match self.lots.view(handshake.params().lot) {
            Some(_) => Ok(()),
            None => Err(Reject::close(4004, "there is no such lot")),
        }
    }

    fn open(&self, ws: &Socket<Self>) -> Result<Option<Heard>, SubscribeError> {
        let lot = ws.params().lot;
        ws.subscribe(room(lot))?;
        ws.subscribe(private(lot, &ws.query().name))?;
        Ok(self.lots.view(lot).map(Heard::Lot))
    }

    #[ws_fields]
    fn message_bid(&self, ws: &Socket<Self>, amount: u64) -> Heard {
        let (lot, name) = (ws.params().lot, &ws.query().name);
        match self.lots.bid(lot, name, amount) {
            Ok(accepted) => {
                if let Some(former) = accepted.outbid {
                    let _ = ws.publish(private(lot, &former), &Heard::Outbid { by: name.clone() });
                }
                let heard = Heard::Lot(accepted.view);
                let _ = ws.publish(room(lot), &heard);
                heard
            }
            Err(reason) => Heard::Refused { reason },
        }
    }

    #[ws_fields]
    fn message_remark(&self, ws: &Socket<Self>, text: String) -> Heard {
        let heard = Heard::Remark { from: ws.query().name.clone(), text };
        let _ = ws.publish(room(ws.params().lot), &heard);
        heard
    }
}

/// Returns the topic of a lot.
fn room(lot: u32) -> String {
    lot.to_string()
}

/// Returns the topic for all sockets of one bidder at a lot.
fn private(lot: u32, name: &str) -> String {
    format!("{lot} {name}")
}

/// Ends each lot when its time is over, and notifies its topic and the winner.
async fn end_lots(lots: Arc<Lots>, server: Handle) {
    let mut ticks = interval(Duration::from_millis(100));
    loop {
        ticks.tick().await;
        let Some(auction) = server.channel::<Auction>() else { continue };
        for view in lots.end_due() {
            let lot = view.lot;
            if let Some(winner) = &view.leader {
                let _ = auction.publish(private(lot, winner), &Heard::Won { title: view.title.clone() });
            }
            let _ = auction.publish(room(lot), &Heard::Sold(view));
            auction.to(room(lot)).disconnect(Close::new(4000, "the lot has ended"));
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let lots = Arc::new(Lots::default());
    lots.open("The log book of a computer, with a moth".to_owned(), 100, Duration::from_secs(300));
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new().route(Auction { lots: Arc::clone(&lots) }).shutdown_on(shutdown_signal());
    let handle = server.handle();
    let server = server.fallback(rest::router(Arc::clone(&lots), handle.clone()));
    let timer = tokio::spawn(end_lots(lots, handle.clone()));
    println!("listening on http://{}", listener.local_addr()?);

    server.serve(listener).await?;
    timer.abort();
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
