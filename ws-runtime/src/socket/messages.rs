//! Sending to one socket.

use super::{Delivery, Outgoing, OutgoingRaw, Socket, encoded_message::Payload};
use crate::{
    codec::EncodeError,
    contract::{Endpoint, Response},
};

impl<E: Endpoint> Socket<E> {
    /// Sends a message.
    ///
    /// # Backpressure
    /// `send` queues the message without waiting. The returned [`Delivery`] says whether the queue is long or full.
    #[doc(alias = "emit")]
    #[doc(alias = "write")]
    pub fn send(&self, value: impl Outgoing<Response<E>>) -> Delivery {
        self.try_send(value).unwrap_or(Delivery::Refused)
    }

    /// Sends a message. If it is refused, returns the error.
    #[inline]
    pub(crate) fn try_send(&self, value: impl Outgoing<Response<E>>) -> Result<Delivery, EncodeError> {
        let write_half = self.write_half();
        let compress = value.compress();
        self.shared().encode(&value, Some(write_half), |kind, payload| match payload {
            Payload::Copied(bytes) if compress => write_half.send(kind, bytes),
            Payload::Copied(bytes) => write_half.send_plain(kind, bytes),
            Payload::Shared(bytes) => write_half.send_shared(kind, bytes, compress),
        })
    }

    /// Sends an encoded message, text or bytes. Neither the response type nor its schema validates it.
    pub fn send_raw(&self, message: impl OutgoingRaw) -> Delivery {
        let (message, compress) = message.into_raw();
        self.write_half().send_shared(message.kind(), message.into_bytes(), compress)
    }

    /// Waits for room in the outbound queue, then sends a message. If the queue is above half of `backpressure_limit`,
    /// `send_ready` waits until it is below a quarter. It waits again if other tasks have filled the queue meanwhile.
    ///
    /// A full queue of this socket never causes [`Delivery::Dropped`] (except with compression, if another thread fills
    /// the queue at that moment). `send_ready` returns [`Delivery::Closed`] as soon as the socket is closing, and
    /// [`Delivery::Dropped`] if `outbound_total` has no room.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Delivery, Socket, ws_route};
    ///
    /// struct Export;
    ///
    /// #[ws_route("/export", body = u32, response = String)]
    /// impl Export {
    ///     async fn message(&self, ws: &Socket<Self>, rows: u32) {
    ///         for row in 0..rows {
    ///             // As fast as the client reads.
    ///             if ws.send_ready(&format!("row {row}")).await == Delivery::Closed {
    ///                 return;
    ///             }
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// # Cancel safety
    /// This method is cancel safe: if the future is dropped before it completes, the message is not sent.
    pub async fn send_ready(&self, value: impl Outgoing<Response<E>>) -> Delivery {
        let write_half = self.write_half();
        loop {
            write_half.drained().await;
            let compress = value.compress();
            let sent = self.shared().encode(&value, Some(write_half), |kind, payload| {
                write_half.send_if_room(kind, payload.as_bytes(), compress)
            });
            match sent {
                Ok(Some(delivery)) => return delivery,
                // Other tasks have filled the queue to its limit again.
                Ok(None) => {}
                Err(_) => return Delivery::Refused,
            }
        }
    }
}
