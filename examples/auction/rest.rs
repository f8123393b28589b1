//! The REST API, an axum router: it lists and opens lots, and publishes notices to the bidders of a lot.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use ws_runtime::Handle;

use crate::{
    Auction, Heard,
    lots::{Lots, View},
    page::Page,
    room,
};

const PAGE: Page = Page(&[
    ("/", include_str!("page.html")),
    ("/style.css", include_str!("style.css")),
    ("/app.js", include_str!("app.js")),
    ("/icon.svg", include_str!("icon.svg")),
]);

/// Maximum time that a lot may be open, in seconds: one day.
const LONGEST: u64 = 24 * 60 * 60;

#[derive(Clone)]
struct House {
    lots: Arc<Lots>,
    server: Handle,
}

#[derive(Deserialize)]
struct Offer {
    title: String,
    minimum: u64,
    seconds: u64,
}

pub(crate) fn router(lots: Arc<Lots>, server: Handle) -> Router {
    Router::new()
        .route("/api/lots", get(list).post(open))
        .route("/api/lots/{lot}/notices", post(notice))
        .with_state(House { lots, server })
        .fallback_service(PAGE)
}

async fn list(State(house): State<House>) -> Json<Vec<View>> {
    Json(house.lots.all())
}

async fn open(
    State(house): State<House>,
    Json(offer): Json<Offer>,
) -> Result<(StatusCode, Json<View>), StatusCode> {
    if offer.title.trim().is_empty() || !(1..=LONGEST).contains(&offer.seconds) {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let view = house.lots.open(offer.title, offer.minimum, Duration::from_secs(offer.seconds));
    Ok((StatusCode::CREATED, Json(view)))
}

/// Publishes a notice, and returns the number of sockets that it was sent to.
async fn notice(
    State(house): State<House>,
    Path(lot): Path<u32>,
    text: String,
) -> Result<Json<usize>, StatusCode> {
    house.lots.view(lot).ok_or(StatusCode::NOT_FOUND)?;
    let auction = house.server.channel::<Auction>().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(auction.publish(room(lot), &Heard::Notice { text }).receivers()))
}
