//! Accepts a connection only to close it. A page can see a close code, but not an HTTP status.

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

/// The limits on waiting until the peer has read the close frame.
pub(super) struct Farewell {
    /// The route's `close_timeout`. `None` means unlimited.
    pub(super) patience: Option<Duration>,
    /// The server whose shutdown ends the wait. `None` if the server no longer exists.
    pub(super) directory: Option<Arc<Directory>>,
}

/// Reads and discards input until the stream ends, and yields between turns.
pub(crate) async fn discard_input(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let (mut discarded, mut turn) = ([0; 512], Turn::begin());
    loop {
        match reader.read(&mut discarded).await? {
            0 => return Ok(()),
            read => {
                spend(Work::Call);
                spend(Work::Moved(read));
            }
        }
        turn.pause().await;
    }
}

/// Sends a close frame, then discards input until the peer disconnects. If input stayed unread, the kernel would reset
/// the connection, and the peer might lose the frame.
pub(super) async fn close_only(arrival: Arrival, close: Close, limits: Farewell, _guard: TaskGuard) {
    let Farewell { patience, directory: Some(directory) } = limits else { return };
    let Ok((mut reader, mut writer, _)) = arrival.await else { return };
    let farewell = async {
        let mut frame = Vec::new();
        Encoder::close(Some(&close), &mut frame);
        writer.write_all(&frame).await?;
        writer.shutdown().await?;
        discard_input(&mut reader).await
    };
    // If the peer has disconnected or is too slow, it gets no close frame.
    match patience {
        Some(patience) => drop(directory.shutdown().unless_aborted(timeout(patience, farewell)).await),
        None => drop(directory.shutdown().unless_aborted(farewell).await),
    }
}
