//! Limits on the size of a request head. Timeouts are enforced elsewhere.

use http::{StatusCode, request};

use super::{Reject, problem::problem};

/// The limits of a request head; `None` means unlimited. hyper has its own limits while it reads, but it answers
/// without a body and counts its buffer. These limits count the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadLimits {
    /// The maximum total length of the request line and the headers, in bytes.
    pub(crate) max_bytes: Option<usize>,
    /// The maximum number of header lines.
    pub(crate) max_headers: Option<usize>,
}

impl HeadLimits {
    /// The default limits, 16 KiB and 100 lines, which are several times what browsers send with cookies.
    pub(crate) const DEFAULT: Self = Self { max_bytes: Some(16 * 1024), max_headers: Some(100) };

    /// Checks a request. Rejects it with 414 if its target alone is too long (RFC 9110 §15.5.15), otherwise with 431
    /// (RFC 6585 §5).
    pub(crate) fn check(self, parts: &request::Parts) -> Result<(), Reject> {
        let target = target_length(parts);
        if self.max_bytes.is_some_and(|most| target > most) {
            return Err(problem(StatusCode::URI_TOO_LONG, "the request's target is too long"));
        }
        let lines =
            parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
        let bytes = parts.method.as_str().len()
            + target
            + "  HTTP/1.1\r\n".len()
            + lines.sum::<usize>()
            + "\r\n".len();
        if self.max_bytes.is_some_and(|most| bytes > most)
            || self.max_headers.is_some_and(|most| parts.headers.len() > most)
        {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return Err(problem(status, "the request's header fields are too large or too many"));
        }
        Ok(())
    }
}

/// Returns the length of the request target as sent, which is a path with its query, or rarely a complete URI (RFC 9112
/// §3.2).
fn target_length(parts: &request::Parts) -> usize {
    let path = parts.uri.path_and_query().map_or(0, |path| path.as_str().len());
    let authority = parts.uri.authority().map_or(0, |authority| authority.as_str().len());
    let scheme = parts.uri.scheme_str().map_or(0, |scheme| scheme.len() + "://".len());
    scheme + authority + path
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::handshake::RejectOutcome;

    /// Returns a request whose target and head have these lengths in bytes, with `lines` headers.
    fn request(target: usize, bytes: usize, lines: usize) -> request::Parts {
        let target = format!("/{}", "t".repeat(target - 1));
        let mut left = bytes - format!("GET {target} HTTP/1.1\r\n\r\n").len();
        let mut request = Request::get(target);
        for line in (0..lines).rev() {
            let length = if line == 0 { left } else { 6 };
            request = request.header("a", "v".repeat(length - "a: \r\n".len()));
            left -= length;
        }
        request.body(()).expect("the request is well-formed").into_parts().0
    }

    fn status(limits: HeadLimits, parts: &request::Parts) -> u16 {
        match limits.check(parts).map_err(Reject::into_refusal) {
            Ok(()) => 101,
            Err(RejectOutcome::Response(response)) => response.status().as_u16(),
            Err(RejectOutcome::Close(close)) => panic!("{close} is not a response"),
        }
    }

    #[test]
    fn head_is_rejected_above_each_limit() {
        let limits = HeadLimits { max_bytes: Some(1000), max_headers: Some(10) };
        for (target, bytes, lines, expected) in [
            (1, 1000, 1, 101),
            (1, 1000, 10, 101),
            (1, 1001, 1, 431),
            (1, 1001, 10, 431),
            (1, 900, 11, 431),
            (960, 1000, 1, 101),
            (960, 1001, 1, 431),
            (1000, 1100, 1, 431),
            (1001, 1100, 1, 414),
        ] {
            let parts = request(target, bytes, lines);
            assert_eq!(status(limits, &parts), expected, "{target} {bytes} {lines}");
        }
    }

    #[test]
    fn head_limits_apply_by_default_and_can_be_disabled() {
        let off = HeadLimits { max_bytes: None, max_headers: None };
        assert_eq!(status(off, &request(5000, 100_000, 500)), 101);
        assert_eq!(status(HeadLimits::DEFAULT, &request(10, 17_000, 2)), 431);
        assert_eq!(status(HeadLimits::DEFAULT, &request(10, 2000, 101)), 431);
    }
}
