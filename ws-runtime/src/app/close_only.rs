//! Accepts a connection only to close it, because a page can see a close code but no HTTP status.

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

/// How long to wait for the peer to read the close frame.
pub(super) struct Farewell {
    /// The route's `close_timeout`; `None` means unlimited.
    pub(super) patience: Option<Duration>,
    /// The server whose shutdown ends the wait; `None` if it has already ended.
    pub(super) directory: Option<Arc<Directory>>,
}

/// Reads and discards input up to the end of the stream, in fair turns.
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

/// Sends a close frame and waits until the peer has read it, so that further input does not reset the connection first.
pub(super) async fn close_only(arrival: Arrival, close: Close, farewell: Farewell, _guard: TaskGuard) {
    let Farewell { patience, directory: Some(directory) } = farewell else { return };
    let Ok((mut reader, mut writer, _)) = arrival.await else { return };
    let told = async {
        let mut frame = Vec::new();
        Encoder::close(Some(&close), &mut frame);
        writer.write_all(&frame).await?;
        writer.shutdown().await?;
        throw_away(&mut reader).await
    };
    // A peer that has disconnected, or is too slow, gets no close frame.
    match patience {
        Some(patience) => drop(directory.shutdown().unless_aborted(timeout(patience, told)).await),
        None => drop(directory.shutdown().unless_aborted(told).await),
    }
}
