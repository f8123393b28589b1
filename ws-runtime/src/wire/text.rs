//! UTF-8 validation.

/// Returns the bytes as `str` if they are UTF-8 (RFC 6455 §8.1), otherwise `None`. Uses SIMD where available.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}
