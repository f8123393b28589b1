//! UTF-8 validation.

/// Returns the bytes as text if they are UTF-8 (RFC 6455 §8.1), using SIMD where available.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}
