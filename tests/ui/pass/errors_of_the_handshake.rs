//! Handshake handlers may return any error type.

use ws_runtime::{BoxError, HeaderMap, RawRequest, Reject, Server, Socket, ws_route};

#[derive(Debug)]
struct Unknown;

impl From<Unknown> for Reject {
    fn from(_: Unknown) -> Self {
        Self::status(404)
    }
}

fn find(name: &str) -> Result<u32, Unknown> {
    Err(Unknown).or(Ok(name.len() as u32))
}

struct Boxed;

#[ws_route("/boxed", response = String)]
impl Boxed {
    fn transform(&self, request: &mut RawRequest) -> Result<(), BoxError> {
        if request.uri().path().is_empty() {
            return Err("no path".into());
        }
        Ok(())
    }

    async fn before_handle(&self) -> Result<u32, BoxError> {
        let motd = std::fs::read_to_string("motd.txt")?;
        Ok(motd.trim().parse()?)
    }

    fn upgrade(&self) -> Result<HeaderMap, BoxError> {
        Ok(HeaderMap::new())
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.data().to_string()
    }
}

struct Mapped;

#[ws_route("/mapped")]
impl Mapped {
    async fn before_handle(&self) -> Result<u32, Reject> {
        let number: u32 = "7".parse().map_err(Reject::internal)?;
        Ok(number + find("ada")?)
    }
}

fn main() {
    let _ = Server::new().route(Boxed).route(Mapped);
}
