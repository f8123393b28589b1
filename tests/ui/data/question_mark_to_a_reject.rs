//! An error that does not implement `IntoReject` cannot become a `Reject` with `?`.

use ws_runtime::{Reject, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self) -> Result<u32, Reject> {
        let number = "7".parse()?;
        Ok(number)
    }
}

#[ws_route("/other")]
impl Other {
    async fn before_handle(&self) -> Result<u32, Reject> {
        let number = "7".parse().map_err(Reject::internal)?;
        Ok(number)
    }
}

struct Other;

fn main() {
    let _ = Server::new().route(Chat);
}
