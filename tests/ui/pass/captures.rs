//! A route is accepted with captures as a type, a literal and a pattern.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Params, Server, Socket, ws_contract, ws_route};

/// The type of a capture need not implement `Debug` or `PartialEq`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Floor(u8);

#[ws_contract("/hotel/{name}/{floor: Floor}/{type}/{*rest}")]
struct Hotel;

#[ws_contract("/chat/{room}/{seat: u32}")]
struct Chat;

struct Guest;

#[ws_route(Chat)]
impl Guest {
    fn open(&self, ws: &Socket<Self>) {
        let Params::<Chat> { room, seat } = ws.params().clone();
        let again = Params::<Chat> { room, seat };
        assert_eq!(format!("{again:?}"), format!("{:?}", ws.params()));
    }
}

struct Own;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Seat {
    seat: u32,
}

#[ws_route("/own/{seat}", params = Seat)]
impl Own {
    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.params().seat + 1;
    }
}

/// A user's type may have the usual name of the generated struct.
#[derive(Serialize, Deserialize, JsonSchema)]
struct PathParams {
    page: u32,
}

struct Named;

#[ws_route("/named/{room}", query = PathParams)]
impl Named {
    fn before_handle(&self) -> Result<Option<Params<Self>>, ws_runtime::Reject> {
        Ok(None)
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = (&ws.params().room, ws.query().page + 1);
    }
}

fn take(params: Params<Hotel>) -> u8 {
    params.floor.0
}

fn main() {
    let name = String::new();
    let (r#type, rest) = (name.clone(), name.clone());
    assert_eq!(take(Params::<Hotel> { name, floor: Floor(3), r#type, rest }), 3);
    let _ = Server::new().route(Guest).route(Own).route(Named);
}
