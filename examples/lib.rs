//! Shared by the examples: where they listen, how they end, what time it is, how their pages are served.
//!
//! It must not know what any of them serves.

mod page;

use std::{
    env,
    error::Error,
    io,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::{net::TcpListener, select, signal};
use ws_runtime::Server;

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
    // Before anybody can know that it listens: whoever does may ask it to stop at once.
    let asked = asked_to_stop()?;
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    let serving = server.serve(listener);
    tokio::pin!(serving);
    select! {
        // It has ended by itself, which is an error.
        result = &mut serving => result?,
        // The sockets are closed (1001), and what they still do is waited for.
        () = asked => {
            handle.shutdown();
            serving.await?;
            let ended = handle.ended().await;
            println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
        }
    }
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

/// From now on, waits for Ctrl-C or for what a service manager sends, which ends nothing by itself any more.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// From now on, waits for Ctrl-C.
#[cfg(windows)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut asked = signal::windows::ctrl_c()?;
    Ok(async move {
        asked.recv().await;
    })
}

/// The time in milliseconds since 1970, as JavaScript's `Date.now()` has it.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}
