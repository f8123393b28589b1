//! A connection that is accepted only to be closed, because a browser can see a close code but no HTTP status.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::{
    admission::TaskGuard,
    connection::Arrival,
    socket::Directory,
    turn::{Turn, Work, spend},
    wire::{Close, Encoder},
};

/// How long the peer has to take notice.
pub(super) struct Farewell {
    /// The route's `close_timeout`; `None` is for as long as it likes.
    pub(super) patience: Option<Duration>,
    /// Whose shutdown cuts it short; `None` if the server is gone already.
    pub(super) directory: Option<Arc<Directory>>,
}

/// Reads to the end of a stream, in fair turns, whatever comes.
pub(crate) async fn throw_away(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let (mut thrown_away, mut turn) = ([0; 512], Turn::begin());
    loop {
        match reader.read(&mut thrown_away).await? {
            0 => return Ok(()),
            read => {
                spend(Work::Call);
                spend(Work::Moved(read));
            }
        }
        turn.pause().await;
    }
}

/// Sends a close frame and waits until the peer has taken it, so that nothing it sends meanwhile makes it lose the frame.
pub(super) async fn turn_away(arrival: Arrival, close: Close, farewell: Farewell, _guard: TaskGuard) {
    let Farewell { patience, directory: Some(directory) } = farewell else { return };
    let Ok((mut reader, mut writer, _)) = arrival.await else { return };
    let told = async {
        let mut frame = Vec::new();
        Encoder::close(Some(&close), &mut frame);
        writer.write_all(&frame).await?;
        writer.shutdown().await?;
        throw_away(&mut reader).await
    };
    // A peer that is gone, or too slow, has to do without.
    match patience {
        Some(patience) => drop(directory.unless_aborted(timeout(patience, told)).await),
        None => drop(directory.unless_aborted(told).await),
    }
}
