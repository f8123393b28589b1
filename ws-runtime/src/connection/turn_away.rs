//! A connection that is accepted only to be closed, because a browser can see a close code but no HTTP status.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::tasks::Running;
use crate::{
    socket::{Transport, split},
    wire::{Close, Encoder},
};

/// How long the peer has to take notice.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a close frame and waits until the peer has taken it, so that nothing it sends meanwhile makes it lose the frame.
pub(crate) async fn turn_away(transport: Transport, _rest: Vec<u8>, close: Close, _running: Running) {
    let (mut reader, mut writer) = split(transport);
    let told = async {
        let mut frame = Vec::new();
        Encoder::close(Some(&close), &mut frame);
        writer.write_all(&frame).await?;
        writer.shutdown().await?;
        let mut thrown_away = [0; 512];
        while reader.read(&mut thrown_away).await? > 0 {}
        io::Result::Ok(())
    };
    // A peer that is gone, or too slow, has to do without.
    let _ = timeout(PATIENCE, told).await;
}
