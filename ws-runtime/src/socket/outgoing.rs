//! What may be handed to `send` and `publish`.

use bytes::Bytes;

use crate::{
    codec::{Encode, EncodeError, Encoded, Plan},
    message::{Kind, Message},
};

/// What may be sent on a route whose response is `R`: a reference to one; on text routes a `&str` too, on binary routes a
/// `&[u8]`.
#[diagnostic::on_unimplemented(
    message = "expected `&{R}`, a reference to the `response` of this route, found `{Self}`",
    label = "expected `&{R}`",
    note = "send a reference, as in `ws.send(&value)` or `ws.publish(\"topic\", &value)`, without a wrapper such as `Json<T>`",
    note = "`response = …` in the attribute sets the type, which is `Message` by default; use an enum to send several types"
)]
pub trait Outgoing<R>: sealed::Sealed<R> {
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
    /// Nobody else's types are outgoing.
    pub trait Sealed<R> {}
}

impl<R> sealed::Sealed<R> for &R {}

// A response that cannot be encoded is reported where the route names it, and not again wherever one is sent.
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
