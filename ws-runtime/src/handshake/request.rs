//! The request of an opening handshake before its parts are checked.

use std::{fmt, net::SocketAddr};

use http::{Extensions, HeaderMap, Method, Uri, header::COOKIE, request};

use super::{Reject, percent, problem::bad_request};

/// The request of an opening handshake, as `parse` and `transform` may change it before its parts are checked.
///
/// Captures, query and cookies are read from the request once, before `parse`, and are from then on what the route's types are
/// read from: changing [`headers_mut`](Self::headers_mut) does not change the cookies.
///
/// Its `Debug` shows none of the values: tokens travel in headers, cookies and queries.
pub struct RawRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    extensions: Extensions,
    captures: Vec<(String, String)>,
    query: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
    remote_addr: SocketAddr,
}

impl RawRequest {
    /// Takes a request apart; the captures are those of its path, not decoded yet. 400 if they, the query or the cookies are
    /// not text.
    pub(crate) fn new(
        parts: request::Parts,
        captures: Vec<(String, String)>,
        remote_addr: SocketAddr,
    ) -> Result<Self, Reject> {
        let request::Parts { method, uri, headers, extensions, .. } = parts;
        let captures = captures
            .into_iter()
            .map(|(name, value)| Some((name, percent::decode(&value)?)))
            .collect::<Option<_>>()
            .ok_or_else(|| bad_request("the path is not percent-encoded UTF-8"))?;
        let query = percent::decode_query(uri.query().unwrap_or_default())
            .ok_or_else(|| bad_request("the query is not percent-encoded UTF-8"))?;
        let cookies = cookies(&headers).ok_or_else(|| bad_request("a cookie is not UTF-8"))?;
        Ok(Self { method, uri, headers, extensions, captures, query, cookies, remote_addr })
    }

    /// Returns the method, which is GET.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the request's target as it was sent.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the header fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the header fields, from which the route's `header` type is read. The handshake itself has been read already.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Returns the captures of the path, decoded: names and values.
    pub fn captures(&self) -> &[(String, String)] {
        &self.captures
    }

    /// Returns the captures, from which the route's `params` type is read.
    pub fn captures_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.captures
    }

    /// Returns the pairs of the query in their order, decoded. A name may be there several times.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// Returns the pairs of the query, from which the route's `query` type is read.
    pub fn query_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.query
    }

    /// Returns the cookies in their order, their values as they were sent. A name may be there several times.
    pub fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }

    /// Returns the cookies, from which the route's `cookie` type is read.
    pub fn cookies_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.cookies
    }

    /// Returns what middleware in front of the route has left for it.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Returns what middleware has left, to leave more for later handlers.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// Returns the address that the connection comes from: the client's, where the server's `trusted_proxies` name it.
    pub fn remote_addr(&self) -> SocketAddr {
        self.remote_addr
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("remote_addr", &self.remote_addr)
            .finish_non_exhaustive()
    }
}

/// Splits the cookies as RFC 6265 §4.2.1 has them written. What is no pair is skipped, for other applications of the same host
/// set cookies too; quotes are part of a value (§4.1.1), and so is a percent sign.
fn cookies(headers: &HeaderMap) -> Option<Vec<(String, String)>> {
    let mut cookies = Vec::new();
    for line in headers.get_all(COOKIE) {
        let pairs =
            std::str::from_utf8(line.as_bytes()).ok()?.split(';').filter_map(|pair| pair.split_once('='));
        cookies.extend(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
    }
    Some(cookies)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::handshake::Refusal;

    fn raw(target: &str, captures: &[(&str, &str)], cookies: &[&[u8]]) -> Result<RawRequest, Reject> {
        let mut request = Request::get(target);
        for line in cookies {
            request = request.header(COOKIE, *line);
        }
        let parts = request.body(()).expect("the table's requests are well formed").into_parts().0;
        let captures =
            captures.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        RawRequest::new(parts, captures, ([127, 0, 0, 1], 1).into())
    }

    fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn captures_query_and_cookies_are_decoded_once() {
        let request = raw("/chat/a%2525b?q=a+b%2525&q=", &[("room", "a%2525b")], &[b"a=1; b=%31"]);
        let request = request.expect("the request is well formed");
        assert_eq!(pairs(request.captures()), [("room", "a%25b")]);
        assert_eq!(pairs(request.query()), [("q", "a b%25"), ("q", "")]);
        assert_eq!(pairs(request.cookies()), [("a", "1"), ("b", "%31")]);
    }

    #[test]
    fn what_is_not_text_is_a_bad_request() {
        for (what, refused) in [
            ("a capture", raw("/", &[("room", "%ff")], &[])),
            ("a capture", raw("/", &[("room", "%zz")], &[])),
            ("the query", raw("/?a=%ff", &[], &[])),
            ("the query", raw("/?a=%", &[], &[])),
            ("a cookie", raw("/", &[], &[b"a=\xff"])),
        ] {
            let Err(Refusal::Response(response)) = refused.map_err(Reject::into_refusal) else {
                panic!("{what} that is not text was let in");
            };
            assert_eq!(response.status(), 400, "{what}");
        }
    }

    #[test]
    fn cookies_are_split_as_they_are_written() {
        for (lines, cookies) in [
            (&[][..], &[][..]),
            (&[&b""[..]], &[]),
            (&[b"a=1"], &[("a", "1")]),
            (&[b"a=1; b=2; a=3"], &[("a", "1"), ("b", "2"), ("a", "3")]),
            (&[b"a=1;b=2 ;\tc=3;"], &[("a", "1"), ("b", "2"), ("c", "3")]),
            (&[b"a=1", b"b=2"], &[("a", "1"), ("b", "2")]),
            (&[b"a=; b==x; c=\"q\""], &[("a", ""), ("b", "=x"), ("c", "\"q\"")]),
            (&[b"nonsense; a=1"], &[("a", "1")]),
        ] {
            let request = raw("/", &[], lines).expect("the table's cookies are text");
            assert_eq!(pairs(request.cookies()), cookies, "{lines:?}");
        }
    }

    #[test]
    fn nothing_secret_is_shown_in_logs() {
        let request = raw("/hunter2?token=hunter2", &[("key", "hunter2")], &[b"session=hunter2"]);
        let shown = format!("{:?}", request.expect("the request is well formed"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
