//! Shared by the examples: where they listen, how they end, what time it is, how their pages are served.
//!
//! It must not know what any of them serves.

mod page;

use std::{
    env,
    error::Error,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::net::TcpListener;
use ws_runtime::{Server, shutdown_signal};

pub use self::page::Page;

/// The port where `PORT` does not name one.
const DEFAULT_PORT: u16 = 3000;

/// Serves on 127.0.0.1 until Ctrl-C or SIGTERM, and prints where: at the port that `PORT` names, or 3000. At port 0 the
/// system chooses a free one. In the end it prints how many sockets were closed and how many were cut off.
///
/// # Errors
/// If `PORT` is not a port, it is taken, or accepting connections fails.
pub async fn serve(server: Server) -> Result<(), Box<dyn Error>> {
    let port = setting("PORT")?.unwrap_or(DEFAULT_PORT);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    // From here on a signal is caught, before anybody can know that the server listens.
    let server = server.shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}

/// A setting from the environment, if it is there.
///
/// # Errors
/// If it is there and cannot be read.
pub fn setting<T: FromStr>(name: &str) -> Result<Option<T>, String> {
    let value = env::var(name).ok();
    value.map(|value| value.parse().map_err(|_| format!("{name} cannot be {value:?}"))).transpose()
}

/// The time in milliseconds since 1970, as JavaScript's `Date.now()` has it.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}
