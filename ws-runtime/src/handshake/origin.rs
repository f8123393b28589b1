//! The origin check, which decides which pages may open a connection (RFC 6455 §10.2).
//!
//! A browser lets any page open a WebSocket to any host, and sends the cookies of that host. Only `Origin` identifies
//! the page. Other programs send no `Origin`, and could forge one, so a request without it is accepted.
//!
//! Comparing with `Host` stops other sites, but not DNS rebinding, where the attacker's own name resolves to this
//! server and appears in both fields. `hosts` protects against that.

use http::{HeaderMap, StatusCode, header::ORIGIN};

use super::{
    Reject, SetupError,
    fields::{Single, single},
    host::{self, Authority},
    origin_entry::{Entry, Origin},
    problem::problem,
};

/// The pages that may open a connection. The default is pages of the same host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Pages of the host and port that the request names, over http or https.
    #[default]
    SameHost,
    /// Also these origins, each as browsers write it: `https://example.com`, `https://example.com:8443`. A pattern
    /// `https://*.example.com` allows all names below `example.com`, but not that name. Text with a scheme other than
    /// http and https is compared as it is: `file://`, `app://settings`.
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

impl Default for AllowedOrigins {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl AllowedOrigins {
    /// Accepts a request, or rejects it with 403. `forwarded` is the host that the client named, if a trusted proxy
    /// reports another one than `Host`.
    pub(crate) fn check_request(
        &self,
        headers: &HeaderMap,
        forwarded: Option<&Authority<'_>>,
    ) -> Result<(), Reject> {
        if self.allows(headers, forwarded) {
            Ok(())
        } else {
            Err(problem(StatusCode::FORBIDDEN, "pages of this origin may not open a connection here"))
        }
    }

    /// Returns true if the `Origin` of the request may open a connection.
    pub(crate) fn allows(&self, headers: &HeaderMap, forwarded: Option<&Authority<'_>>) -> bool {
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
        let Ok(text) = value.to_str() else { return false };
        // `null` does not parse. Every sandboxed frame has that origin, so it does not identify a page.
        let origin = Origin::parse(text);
        let is_of_host = origin.as_ref().is_some_and(|origin| {
            host::of(headers).iter().chain(forwarded).any(|host| origin.is_of_host(host))
        });
        is_of_host
            || self
                .listed()
                .iter()
                .any(|listed| Entry::parse(listed).is_some_and(|entry| entry.allows(text, origin.as_ref())))
    }

    /// Rejects entries that can never match, at start-up. `null` is rejected too, because every page can have it.
    pub(crate) fn check(&self) -> Result<(), SetupError> {
        match self.listed().iter().find(|listed| Entry::parse(listed).is_none()) {
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
            assert_eq!(same_host().allows(&headers, None), passes, "{origin} to {host}");
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
            assert_eq!(
                three_listed().allows(&headers(&["example.com"], &[origin]), None),
                passes,
                "{origin}"
            );
        }
    }

    #[test]
    fn pattern_allows_the_names_below_a_host() {
        let origins = list(["https://*.example.com", "http://*.dev.example:8080"]);
        assert!(origins.check().is_ok());
        for (origin, passes) in [
            ("https://app.example.com", true),
            ("https://a.b.example.com", true),
            ("HTTPS://APP.EXAMPLE.COM:443", true),
            ("http://x.dev.example:8080", true),
            ("https://example.com", false),
            ("https://.example.com", false),
            ("https://evilexample.com", false),
            ("https://app.example.com.evil.example", false),
            ("https://app.example.com:8443", false),
            ("http://app.example.com", false),
            ("http://x.dev.example", false),
            ("https://*.example.com", false),
            ("null", false),
        ] {
            assert_eq!(origins.allows(&headers(&["other.example"], &[origin]), None), passes, "{origin}");
        }
    }

    #[test]
    fn text_of_a_device_is_compared_as_it_is() {
        let origins = list(["file://", "file:///android_asset", "app://settings", "ionic://localhost"]);
        assert!(origins.check().is_ok());
        for (origin, passes) in [
            ("file://", true),
            ("file:///android_asset", true),
            ("app://settings", true),
            ("ionic://localhost", true),
            ("file:///", false),
            ("FILE://", false),
            ("file://etc", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(origins.allows(&headers(&["example.com"], &[origin]), None), passes, "{origin:?}");
        }
    }

    #[test]
    fn host_reported_by_a_proxy_counts_as_own_host() {
        let forwarded = Authority::parse("shop.example");
        for (origin, passes) in [
            ("https://shop.example", true),
            ("https://backend:3000", true),
            ("http://backend:3000", true),
            ("https://evil.example", false),
        ] {
            let headers = headers(&["backend:3000"], &[origin]);
            assert_eq!(same_host().allows(&headers, forwarded.as_ref()), passes, "{origin}");
        }
    }

    #[test]
    fn missing_origin_passes() {
        for origins in [same_host(), three_listed(), AllowedOrigins::Any] {
            assert!(origins.allows(&headers(&["example.com"], &[]), None), "{origins:?}");
        }
    }

    #[test]
    fn repeated_origin_never_passes() {
        for origins in [same_host(), three_listed(), AllowedOrigins::Any] {
            let twice = headers(&["example.com"], &["http://example.com", "http://example.com"]);
            assert!(!origins.allows(&twice, None), "{origins:?}");
        }
    }

    #[test]
    fn same_host_check_needs_a_single_host() {
        for host in [&[][..], &["example.com", "example.com"]] {
            assert!(!same_host().allows(&headers(host, &["http://example.com"]), None), "{host:?}");
        }
    }

    #[test]
    fn any_origin_passes_if_all_are_allowed() {
        for origin in ["http://evil.example", "null", "nonsense"] {
            assert!(AllowedOrigins::Any.allows(&headers(&["example.com"], &[origin]), None), "{origin}");
        }
    }

    #[test]
    fn rejected_origin_gets_403_without_an_echo() {
        use crate::handshake::RejectOutcome;

        let refused = same_host().check_request(&headers(&["example.com"], &["http://evil.example"]), None);
        let Err(RejectOutcome::Response(response)) = refused.map_err(Reject::into_refusal) else {
            panic!("the page was let in, or the refusal is no response");
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
            "",
            "https://*.example",
            "https://*.",
            "https://*",
            "https://*.*.example.com",
            "https://a.*.example.com",
            "https://*example.com",
            "https://*.[::1]",
            "https://*.127.0.0.1",
            "https://",
            "app://*.example.com",
            "file://a,file://b",
            "file:// ",
            "app.example",
            "https://app.example/",
            "://app.example",
            "1a://app.example",
        ] {
            assert!(list([listed]).check().is_err(), "{listed:?}");
        }
    }
}
