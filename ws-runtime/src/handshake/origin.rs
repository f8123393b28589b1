//! The origin check, which decides which pages may open a connection (RFC 6455 §10.2).
//!
//! A browser lets any page open a WebSocket to any host, and sends the cookies of that host. Only `Origin` identifies
//! the page. Other programs send no `Origin`, and could forge one, so a request without it is accepted.
//!
//! Comparing `Origin` with `Host` stops other sites, but not DNS rebinding, where the attacker's own name resolves to
//! this server and appears in both fields. That would need a list of the server's names, as described in `host`.

use http::{HeaderMap, StatusCode, header::ORIGIN};

use super::{
    Reject, SetupError,
    fields::{Single, single},
    host::{self, Authority},
    problem::problem,
};

/// The pages that may open a connection. The default is pages of the same host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Pages of the host and port that the request names, over http or https.
    #[default]
    SameHost,
    /// Pages of the same host and of these origins, each written as browsers send it: `https://example.com`,
    /// `https://example.com:8443`.
    List(&'static [&'static str]),
    /// All pages. The application must then protect the sessions of its users by other checks.
    Any,
}

/// The origins that a started route allows in addition to the same host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AllowedOrigins {
    List(Vec<String>),
    Any,
}

/// A non-opaque origin (RFC 6454 §4): a scheme, a host and a port.
struct Origin<'a> {
    scheme: &'a str,
    authority: Authority<'a>,
}

impl AllowedOrigins {
    /// Checks the origin of a request. Rejects it with 403 if it is not allowed.
    pub(crate) fn check_request(&self, headers: &HeaderMap) -> Result<(), Reject> {
        if self.allows(headers) {
            Ok(())
        } else {
            Err(problem(StatusCode::FORBIDDEN, "pages of this origin may not open a connection here"))
        }
    }

    /// Returns true if a page of the request's `Origin` may open a connection.
    pub(crate) fn allows(&self, headers: &HeaderMap) -> bool {
        let value = match single(headers, &ORIGIN) {
            Single::Missing => return true,
            Single::One(value) => value,
            // A browser sends one origin (RFC 6454 §7.3). If there are two, a proxy and this server could read
            // different ones.
            Single::Several => return false,
        };
        if *self == Self::Any {
            return true;
        }
        // `null` does not parse. It does not identify a page, because it is the origin of every sandboxed frame and
        // local file.
        let Some(origin) = value.to_str().ok().and_then(Origin::parse) else { return false };
        origin.is_of_host(headers) || self.listed().iter().any(|listed| origin.is(listed))
    }

    /// Checks, at start-up, that each listed origin can match. `null` is an error too, because any page can have it.
    pub(crate) fn check(&self) -> Result<(), SetupError> {
        match self.listed().iter().find(|listed| Origin::parse(listed).is_none()) {
            Some(malformed) => Err(SetupError::origin(malformed)),
            None => Ok(()),
        }
    }

    fn listed(&self) -> &[String] {
        match self {
            Self::List(origins) => origins,
            Self::Any => &[],
        }
    }
}

impl<'a> Origin<'a> {
    /// Parses one serialized origin (RFC 6454 §6.2). `None` for a list, and for an origin with a path, even a slash.
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let in_a_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let is_scheme =
            scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(in_a_scheme);
        is_scheme.then_some(())?;
        Some(Self { scheme, authority: Authority::parse(authority)? })
    }

    /// Returns true if the page came from the host that the request names. The schemes are not compared, because behind
    /// a proxy that terminates TLS, this server does not know its own. A `Host` without a port therefore has the
    /// default port of the page's scheme.
    fn is_of_host(&self, headers: &HeaderMap) -> bool {
        let Some(port) = self.default_port() else { return false };
        host::of(headers).is_some_and(|host| self.authority.is_at(&host, Some(port)))
    }

    fn is(&self, listed: &str) -> bool {
        Origin::parse(listed).is_some_and(|listed| {
            self.scheme.eq_ignore_ascii_case(listed.scheme)
                && self.authority.is_at(&listed.authority, self.default_port())
        })
    }

    fn default_port(&self) -> Option<u16> {
        host::default_port(self.scheme)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::HOST};

    use super::*;

    fn list<const N: usize>(origins: [&str; N]) -> AllowedOrigins {
        AllowedOrigins::List(origins.map(str::to_owned).to_vec())
    }

    fn three_listed() -> AllowedOrigins {
        list(["https://app.example", "http://localhost:5173", "chrome-extension://abcdef"])
    }

    fn same_host() -> AllowedOrigins {
        list([])
    }

    fn headers(host: &[&str], origin: &[&str]) -> HeaderMap {
        let value = |text: &str| {
            HeaderValue::from_bytes(text.as_bytes()).expect("the table contains valid header values")
        };
        let hosts = host.iter().map(|text| (HOST, value(text)));
        hosts.chain(origin.iter().map(|text| (ORIGIN, value(text)))).collect()
    }

    #[test]
    fn only_the_same_origin_passes_by_default() {
        for (host, origin, passes) in [
            ("example.com", "http://example.com", true),
            ("example.com", "https://example.com", true),
            ("example.com", "HTTPS://EXAMPLE.com", true),
            ("EXAMPLE.com", "http://example.com", true),
            ("example.com:80", "http://example.com", true),
            ("example.com", "http://example.com:80", true),
            ("example.com:443", "https://example.com", true),
            ("example.com", "https://example.com:443", true),
            ("localhost:3000", "http://localhost:3000", true),
            ("[::1]:3000", "http://[::1]:3000", true),
            ("[::1]:3000", "http://[0:0:0:0:0:0:0:1]:3000", true),
            ("xn--bcher-kva.example", "https://xn--bcher-kva.example", true),
            // A different port is a different origin.
            ("localhost:3000", "http://localhost:5173", false),
            ("localhost:3000", "http://localhost", false),
            ("example.com", "http://example.com:8080", false),
            ("example.com:80", "https://example.com", false),
            ("example.com:443", "http://example.com", false),
            // A different name is a different origin, whether a parent, a child or a sibling.
            ("example.com", "http://evil.example", false),
            ("example.com", "http://sub.example.com", false),
            ("sub.example.com", "http://example.com", false),
            ("example.com", "http://example.com.evil.example", false),
            ("example.com", "http://evilexample.com", false),
            ("example.com", "http://example.com@evil.example", false),
            ("127.0.0.1:3000", "http://localhost:3000", false),
            ("[::1]:3000", "http://[::2]:3000", false),
            // A custom scheme does not belong to a page of this host.
            ("localhost", "app://localhost", false),
            ("localhost", "file://localhost", false),
            // Malformed origins are rejected.
            ("example.com", "null", false),
            ("example.com", "", false),
            ("example.com", "example.com", false),
            ("example.com", "//example.com", false),
            ("example.com", "://example.com", false),
            ("example.com", "http:example.com", false),
            ("example.com", "http://example.com/", false),
            ("example.com", "http://example.com http://example.com", false),
            ("example.com", "http://example.com, http://example.com", false),
            ("bücher.example", "https://bücher.example", false),
            // Hosts that cannot be compared are rejected.
            ("", "http://", false),
            ("a.example, b.example", "http://a.example", false),
        ] {
            let headers = headers(&[host], &[origin]);
            assert_eq!(same_host().allows(&headers), passes, "{origin} to {host}");
        }
    }

    #[test]
    fn listed_origins_and_the_same_host_pass() {
        for (origin, passes) in [
            ("https://app.example", true),
            ("https://APP.example:443", true),
            ("http://localhost:5173", true),
            ("chrome-extension://abcdef", true),
            ("http://example.com", true),
            ("http://app.example", false),
            ("https://app.example:444", false),
            ("https://sub.app.example", false),
            ("http://localhost", false),
            ("chrome-extension://abcdefg", false),
            ("moz-extension://abcdef", false),
            ("null", false),
        ] {
            assert_eq!(three_listed().allows(&headers(&["example.com"], &[origin])), passes, "{origin}");
        }
    }

    #[test]
    fn missing_origin_passes() {
        for origins in [same_host(), three_listed(), AllowedOrigins::Any] {
            assert!(origins.allows(&headers(&["example.com"], &[])), "{origins:?}");
        }
    }

    #[test]
    fn repeated_origin_never_passes() {
        for origins in [same_host(), three_listed(), AllowedOrigins::Any] {
            let twice = headers(&["example.com"], &["http://example.com", "http://example.com"]);
            assert!(!origins.allows(&twice), "{origins:?}");
        }
    }

    #[test]
    fn same_host_check_needs_a_single_host() {
        for host in [&[][..], &["example.com", "example.com"]] {
            assert!(!same_host().allows(&headers(host, &["http://example.com"])), "{host:?}");
        }
    }

    #[test]
    fn any_origin_passes_if_all_are_allowed() {
        for origin in ["http://evil.example", "null", "nonsense"] {
            assert!(AllowedOrigins::Any.allows(&headers(&["example.com"], &[origin])), "{origin}");
        }
    }

    #[test]
    fn rejected_origin_gets_403_without_an_echo() {
        use crate::handshake::RejectOutcome;

        let result = same_host().check_request(&headers(&["example.com"], &["http://evil.example"]));
        let Err(RejectOutcome::Response(response)) = result.map_err(Reject::into_refusal) else {
            panic!("the origin was not rejected with a response");
        };
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers()["connection"], "close");
        assert!(!String::from_utf8_lossy(response.body()).contains("evil"), "the response echoes the origin");
    }

    #[test]
    fn listed_origins_must_be_well_formed() {
        assert!(three_listed().check().is_ok());
        assert!(AllowedOrigins::Any.check().is_ok());
        for listed in [
            "null",
            "*",
            "https://*.example",
            "app.example",
            "https://app.example/",
            "://app.example",
            "1a://app.example",
        ] {
            assert!(list([listed]).check().is_err(), "{listed:?}");
        }
    }
}
