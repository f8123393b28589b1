//! The request of a handshake before its parts are validated.

use std::{fmt, net::SocketAddr};

use http::{Extensions, HeaderMap, Method, Request, Uri, Version, request};

use super::{Reject, problem::bad_request, texts::Texts};
use crate::codec::Pairs;

/// The request of a handshake, which `transform` may change before its parts are validated.
///
/// Captures, query and cookies are extracted once, before `transform`, and the types of the route are read from them. A
/// change of [`headers_mut`](Self::headers_mut) therefore does not change the cookies.
///
/// Query pairs and cookies that are not UTF-8 are omitted. If a type of the route declares the name of such a pair, the
/// request is rejected with 422, unless a handler adds a value under that name.
///
/// The `Debug` output omits all values, because headers, cookies and queries contain tokens.
pub struct RawRequest {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    extensions: Extensions,
    captures: Vec<(String, String)>,
    query: Texts,
    cookies: Texts,
    remote_addr: Option<SocketAddr>,
}

impl RawRequest {
    /// Splits a request into its parts. The captures are passed as in the path, still encoded. Rejects with 400 if one
    /// of them is not UTF-8.
    pub(crate) fn new(
        parts: request::Parts,
        captures: Vec<(String, String)>,
        remote_addr: Option<SocketAddr>,
    ) -> Result<Self, Reject> {
        let request::Parts { method, uri, version, headers, extensions, .. } = parts;
        let captures = captures.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let captures =
            Pairs::captures(captures).map_err(|_| bad_request("the path is not percent-encoded UTF-8"))?;
        let (captures, _) = captures.divide();
        let query = Texts::new(Pairs::query(uri.query().unwrap_or_default()));
        let cookies = Texts::new(Pairs::cookies(&headers));
        Ok(Self { method, uri, version, headers, extensions, captures, query, cookies, remote_addr })
    }

    /// Returns what a socket keeps of the request: no extensions.
    pub(crate) fn into_kept(self) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers;
        request
    }

    /// Returns the method, which is GET.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the request target as sent.
    ///
    /// A path has several spellings (`/%61dmin` is `/admin`), so compare captures and not the path of the target.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the HTTP version of the request.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the headers, mutably. The route's `header` type is read from them. Changes do not affect the handshake
    /// itself.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Returns the captures of the path as pairs of a name and a decoded value.
    pub fn captures(&self) -> &[(String, String)] {
        &self.captures
    }

    /// Returns the captures, mutably. The route's `params` type is read from them.
    pub fn captures_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.captures
    }

    /// Returns the query pairs in order, decoded once. Names may repeat. A `%` that does not begin an escape is kept,
    /// as in browsers.
    pub fn query(&self) -> &[(String, String)] {
        &self.query.pairs
    }

    /// Returns the query pairs, mutably. The route's `query` type is read from them.
    pub fn query_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.query.pairs
    }

    /// Returns the cookies in order, with their values as sent. Names may repeat.
    pub fn cookies(&self) -> &[(String, String)] {
        &self.cookies.pairs
    }

    /// Returns the cookies, mutably. The route's `cookie` type is read from them.
    pub fn cookies_mut(&mut self) -> &mut Vec<(String, String)> {
        &mut self.cookies.pairs
    }

    /// Returns the pairs from which the route's `query` type is read, including unreadable ones.
    pub(super) fn query_pairs(&self) -> Pairs {
        self.query.to_pairs()
    }

    /// Returns the pairs from which the route's `cookie` type is read, including unreadable ones.
    pub(super) fn cookie_pairs(&self) -> Pairs {
        self.cookies.to_pairs()
    }

    /// Returns the extensions set by middleware.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Returns the extensions, mutably, to pass data to later handlers.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// Returns the address of the client, as [`Socket::remote_addr`](crate::Socket::remote_addr) does; `None` if it is
    /// unknown.
    pub fn remote_addr(&self) -> Option<SocketAddr> {
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

#[cfg(test)]
mod tests {
    use http::{Request, header::COOKIE};

    use super::*;
    use crate::handshake::RejectOutcome;

    fn raw(target: &str, captures: &[(&str, &str)], cookies: &[&[u8]]) -> Result<RawRequest, Reject> {
        let mut request = Request::get(target);
        for line in cookies {
            request = request.header(COOKIE, *line);
        }
        let parts = request.body(()).expect("the request is well-formed").into_parts().0;
        let captures =
            captures.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        RawRequest::new(parts, captures, Some(([127, 0, 0, 1], 1).into()))
    }

    fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn request_parts_are_decoded_once() {
        let request = raw("/chat/a%2525b?q=a+b%2525&q=", &[("room", "a%2525b")], &[b"a=1; b=%31"]);
        let request = request.expect("the request is well-formed");
        assert_eq!(pairs(request.captures()), [("room", "a%25b")]);
        assert_eq!(pairs(request.query()), [("q", "a b%25"), ("q", "")]);
        assert_eq!(pairs(request.cookies()), [("a", "1"), ("b", "%31")]);
    }

    #[test]
    fn captures_that_are_not_utf_8_get_400() {
        for capture in ["%ff", "%C3", "a%C0%AE", "%ED%A0%80"] {
            let result = raw("/", &[("room", capture)], &[]);
            let Err(RejectOutcome::Response(response)) = result.map_err(Reject::into_refusal) else {
                panic!("{capture} was accepted");
            };
            assert_eq!(response.status(), 400, "{capture}");
        }
    }

    #[test]
    fn malformed_queries_and_cookies_are_accepted_unread() {
        for (target, line) in [
            ("/?utm=%E9", &b"theme=caf\xe9"[..]),
            ("/?p=100%", b"a=1; \xff"),
            ("/?%ff=%ff&&=&%", b"=; ;\xff=\xff;="),
            ("/?%00=%0a%zz", b"a=%ff"),
        ] {
            let request = raw(target, &[], &[line]).expect("no type has read them");
            assert!(request.query().iter().all(|(_, text)| !text.contains('\u{fffd}')), "{target}");
        }
    }

    #[test]
    fn unreadable_pair_counts_until_a_handler_replaces_it() {
        let mut request = raw("/?a=%ff&b=%ff&b=1", &[], &[b"s=\xff"]).expect("no type has read them");
        let unreadable = |request: &RawRequest| {
            let (_, query) = request.query_pairs().divide();
            let (_, cookies) = request.cookie_pairs().divide();
            [query, cookies].concat()
        };
        assert_eq!(pairs(request.query()), [("b", "1")]);
        assert_eq!(unreadable(&request), ["a", "b", "s"]);
        request.query_mut().clear();
        assert_eq!(unreadable(&request), ["a", "b", "s"]);
        request.query_mut().push(("a".to_owned(), "2".to_owned()));
        request.cookies_mut().push(("s".to_owned(), "t".to_owned()));
        assert_eq!(unreadable(&request), ["b"]);
    }

    #[test]
    fn cookie_values_are_kept_verbatim() {
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
            let request = raw("/", &[], lines).expect("the cookies are UTF-8");
            assert_eq!(pairs(request.cookies()), cookies, "{lines:?}");
        }
    }

    #[test]
    fn debug_hides_all_values() {
        let request = raw("/hunter2?token=hunter2", &[("key", "hunter2")], &[b"session=hunter2"]);
        let debug = format!("{:?}", request.expect("the request is well-formed"));
        assert!(!debug.contains("hunter2"), "{debug}");
    }
}
