//! The hosts that a server answers for.
//!
//! A page can make its own name resolve to any address (DNS rebinding). Requests of that page are then of the same
//! origin, and only the name in `Host` shows that they are not for this server.

use http::{HeaderMap, StatusCode, Uri, header::HOST};

use super::{
    Reject,
    host::Authority,
    problem::{bad_request, problem},
};

/// The hosts that a server answers for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum AllowedHosts {
    /// All hosts.
    #[default]
    Any,
    /// The names of this machine, on any port: `localhost`, `127.0.0.1` and `[::1]`.
    Loopback,
    /// Each as in `Host`: `example.com` on any port, `example.com:8443`, or `*.example.com` for all names below it.
    List(Vec<String>),
}

impl AllowedHosts {
    /// Rejects a request for another host with 421 (RFC 9110 §15.5.20), and a malformed host with 400. A request without a host passes: browsers send
    /// one, and health checks by HTTP/1.0 do not.
    pub(crate) fn check(&self, target: &Uri, headers: &HeaderMap) -> Result<(), Reject> {
        if *self == Self::Any {
            return Ok(());
        }
        for host in named(target, headers) {
            let host = host.and_then(Authority::parse);
            let host = host.ok_or_else(|| bad_request("the host of the request is malformed"))?;
            if !self.allows(&host) {
                let detail = "this server does not answer for the requested host";
                return Err(problem(StatusCode::MISDIRECTED_REQUEST, detail));
            }
        }
        Ok(())
    }

    /// Returns the first entry that is not a host.
    pub(crate) fn malformed(&self) -> Option<&str> {
        let Self::List(entries) = self else { return None };
        let is_host = |entry: &str| Authority::parse(entry.strip_prefix("*.").unwrap_or(entry)).is_some();
        entries.iter().map(String::as_str).find(|entry| !is_host(entry))
    }

    fn allows(&self, host: &Authority<'_>) -> bool {
        let is_at = |entry: &str| match entry.strip_prefix("*.") {
            Some(parent) => Authority::parse(parent).is_some_and(|parent| host.is_served_below(&parent)),
            None => Authority::parse(entry).is_some_and(|entry| host.is_served_by(&entry)),
        };
        match self {
            Self::Any => true,
            Self::Loopback => ["localhost", "127.0.0.1", "[::1]"].into_iter().any(is_at),
            Self::List(entries) => entries.iter().map(String::as_str).any(is_at),
        }
    }
}

/// Returns the hosts that a request names, in its target and in each `Host`. `None` is one that is not text.
fn named<'a>(target: &'a Uri, headers: &'a HeaderMap) -> impl Iterator<Item = Option<&'a str>> {
    let of_target = target.authority().map(|authority| Some(authority.as_str()));
    of_target.into_iter().chain(headers.get_all(HOST).iter().map(|host| host.to_str().ok()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn allows(allowed: &AllowedHosts, target: &str, hosts: &[&str]) -> bool {
        let value = |host: &&str| {
            HeaderValue::from_bytes(host.as_bytes()).expect("the table's hosts are field values")
        };
        let headers = hosts.iter().map(|host| (HOST, value(host))).collect();
        allowed.check(&target.parse().expect("the table's targets are valid"), &headers).is_ok()
    }

    fn list(entries: &[&str]) -> AllowedHosts {
        AllowedHosts::List(entries.iter().map(|entry| (*entry).to_owned()).collect())
    }

    #[test]
    fn loopback_answers_for_the_names_of_this_machine() {
        for (host, passes) in [
            ("localhost", true),
            ("LOCALHOST:3000", true),
            ("127.0.0.1:3000", true),
            ("[::1]", true),
            ("[0:0:0:0:0:0:0:1]:80", true),
            ("evil.example", false),
            ("evil.example:3000", false),
            ("localhost.evil.example", false),
            ("evil.localhost", false),
            ("127.0.0.2", false),
            ("2130706433", false),
            ("[::ffff:127.0.0.1]", false),
            ("localhost, evil.example", false),
            ("", false),
            ("\u{e9}", false),
        ] {
            assert_eq!(allows(&AllowedHosts::Loopback, "/", &[host]), passes, "{host:?}");
        }
    }

    #[test]
    fn listed_hosts_pass_on_their_ports() {
        let allowed = list(&["example.com", "api.example.org:8443", "*.example.net", "[2001:db8::1]"]);
        assert_eq!(allowed.malformed(), None);
        for (host, passes) in [
            ("example.com", true),
            ("Example.com:8080", true),
            ("api.example.org:8443", true),
            ("api.example.org", false),
            ("api.example.org:443", false),
            ("a.example.net", true),
            ("a.b.example.net:1", true),
            ("example.net", false),
            ("[2001:db8:0::1]:80", true),
            ("www.example.com", false),
            ("localhost", false),
        ] {
            assert_eq!(allows(&allowed, "/", &[host]), passes, "{host}");
        }
    }

    #[test]
    fn each_named_host_must_be_allowed() {
        let allowed = list(&["example.com"]);
        assert!(allows(&allowed, "http://example.com/", &["example.com"]));
        assert!(!allows(&allowed, "http://evil.example/", &["example.com"]));
        assert!(!allows(&allowed, "http://example.com/", &["evil.example"]));
        assert!(!allows(&allowed, "/", &["example.com", "evil.example"]));
        assert!(allows(&allowed, "/", &[]), "a request without a host is not from a browser");
        assert!(allows(&AllowedHosts::Any, "/", &["evil.example"]));
    }

    #[test]
    fn malformed_entries_are_found() {
        for entry in
            ["", "*", "*.", "http://example.com", "example.com/", "a b", "example.com:x", "*.*.example.com"]
        {
            assert_eq!(list(&["example.com", entry]).malformed(), Some(entry));
        }
    }
}
