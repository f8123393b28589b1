//! Whether bytes are text.

/// The bytes as text, if they are UTF-8 (RFC 6455 §8.1): checked in the processor's wide registers, where it has them.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}
