//! Values that `send` and `publish` accept.

use bytes::Bytes;

use crate::{
    codec::{Encode, EncodeError, Encoded, Plan},
    message::{Kind, Message},
};

/// A value that can be sent on a route with the response type `R`: a reference to an `R`. Text routes also accept
/// `&str`, and binary routes `&[u8]`.
#[diagnostic::on_unimplemented(
    message = "expected `&{R}`, a reference to the `response` of this route, found `{Self}`",
    label = "expected `&{R}`",
    note = "send a reference, as in `ws.send(&value)` or `ws.publish(\"topic\", &value)`, without a wrapper such as `Json<T>`",
    note = "`response = …` in the attribute sets the type, which is `Message` by default; use an enum to send several types"
)]
pub trait Outgoing<R>: sealed::Sealed<R> {
    /// Returns true if the message may be compressed.
    #[doc(hidden)]
    fn compress(&self) -> bool {
        true
    }

    #[doc(hidden)]
    fn put(&self, plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError>
    where
        R: Encode;

    #[doc(hidden)]
    fn as_is(&self) -> Option<(Kind, &[u8])>
    where
        R: Encode;
}

mod sealed {
    /// The trait is sealed.
    pub trait Sealed<R> {}

    /// The trait is sealed.
    pub trait SealedRaw {}
}

/// Sends a message without compression, whatever its length. Wraps the argument of [`send`](super::Socket::send),
/// [`publish`](super::Socket::publish), [`broadcast`](super::Socket::broadcast), their `_raw` variants and
/// [`Recipients::send`](super::Recipients::send).
///
/// Use it for messages that do not become smaller, such as images, and for messages that contain a secret together with
/// text from a client, because the length of the compressed message would help to guess the secret. Without
/// `per_message_deflate` it has no effect.
///
/// # Examples
/// ```
/// use ws_runtime::{Bytes, Socket, Uncompressed, ws_route};
///
/// struct Camera;
///
/// #[ws_route("/camera", body = Bytes, response = Bytes, per_message_deflate)]
/// impl Camera {
///     fn message(&self, ws: &Socket<Self>, jpeg: Bytes) {
///         println!("{} viewers", ws.publish("viewers", Uncompressed(&jpeg)).receivers());
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Uncompressed<T>(
    /// The message.
    pub T,
);

impl<R, T: Outgoing<R>> sealed::Sealed<R> for Uncompressed<T> {}

#[diagnostic::do_not_recommend]
impl<R, T: Outgoing<R>> Outgoing<R> for Uncompressed<T> {
    fn compress(&self) -> bool {
        false
    }

    fn put(&self, plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError>
    where
        R: Encode,
    {
        self.0.put(plan, out)
    }

    fn as_is(&self) -> Option<(Kind, &[u8])>
    where
        R: Encode,
    {
        self.0.as_is()
    }
}

/// An encoded message that is sent without using the response type: any type that converts into a [`Message`], also
/// inside [`Uncompressed`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as it is",
    label = "neither text nor bytes",
    note = "a raw message is text (`String`, `&str`), bytes (`Bytes`, `Vec<u8>`) or a `Message`; values of the response type are sent with `send` and `publish`"
)]
pub trait OutgoingRaw: sealed::SealedRaw {
    /// Returns the message, and whether it may be compressed.
    #[doc(hidden)]
    fn into_raw(self) -> (Message, bool);
}

impl<T: Into<Message>> sealed::SealedRaw for T {}

#[diagnostic::do_not_recommend]
impl<T: Into<Message>> OutgoingRaw for T {
    fn into_raw(self) -> (Message, bool) {
        (self.into(), true)
    }
}

impl<T: Into<Message>> sealed::SealedRaw for Uncompressed<T> {}

impl<T: Into<Message>> OutgoingRaw for Uncompressed<T> {
    fn into_raw(self) -> (Message, bool) {
        (self.0.into(), false)
    }
}

/// An encoded message, sent where a response is expected.
pub(super) struct RawOutgoing {
    message: Message,
    compress: bool,
}

impl RawOutgoing {
    pub(super) fn new(message: impl OutgoingRaw) -> Self {
        let (message, compress) = message.into_raw();
        Self { message, compress }
    }
}

impl<R> sealed::Sealed<R> for RawOutgoing {}

impl<R> Outgoing<R> for RawOutgoing {
    fn compress(&self) -> bool {
        self.compress
    }

    fn put(&self, _plan: &Plan, _out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        Ok(Encoded::Shared(self.message.clone()))
    }

    fn as_is(&self) -> Option<(Kind, &[u8])> {
        None
    }
}

impl<R> sealed::Sealed<R> for &R {}

// A response type without `Encode` is reported where the route declares it, not at each call that sends one.
#[diagnostic::do_not_recommend]
impl<R> Outgoing<R> for &R {
    fn put(&self, plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError>
    where
        R: Encode,
    {
        (**self).encode(plan, out)
    }

    fn as_is(&self) -> Option<(Kind, &[u8])>
    where
        R: Encode,
    {
        (**self).as_is()
    }
}

impl sealed::Sealed<String> for &str {}

#[diagnostic::do_not_recommend]
impl Outgoing<String> for &str {
    fn put(&self, _plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        out.extend_from_slice(self.as_bytes());
        Ok(Encoded::Text)
    }

    fn as_is(&self) -> Option<(Kind, &[u8])> {
        Some((Kind::Text, self.as_bytes()))
    }
}

impl sealed::Sealed<Message> for &str {}

#[diagnostic::do_not_recommend]
impl Outgoing<Message> for &str {
    fn put(&self, _plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
        out.extend_from_slice(self.as_bytes());
        Ok(Encoded::Text)
    }

    fn as_is(&self) -> Option<(Kind, &[u8])> {
        Some((Kind::Text, self.as_bytes()))
    }
}

macro_rules! binary {
    ($($response:ty),*) => {$(
        impl sealed::Sealed<$response> for &[u8] {}

        #[diagnostic::do_not_recommend]
        impl Outgoing<$response> for &[u8] {
            fn put(&self, _plan: &Plan, out: &mut Vec<u8>) -> Result<Encoded, EncodeError> {
                out.extend_from_slice(self);
                Ok(Encoded::Binary)
            }

            fn as_is(&self) -> Option<(Kind, &[u8])> {
                Some((Kind::Binary, self))
            }
        }
    )*};
}

binary!(Bytes, Vec<u8>, Message);
