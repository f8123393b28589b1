//! The names under which a server is reached: origins of pages, hosts and the prefix of its paths.

use super::Server;
use crate::handshake::{AllowedHosts, AllowedOrigins};

impl Server {
    /// Sets the origins whose pages may connect, in addition to the pages of the same host. Default: none. Other pages
    /// get 403. Applies to routes whose attribute has no `origins`.
    ///
    /// - `https://example.com`, `http://localhost:5173`: an origin, as browsers write it.
    /// - `https://*.example.com`: all names below `example.com`, but not that name.
    /// - `file://`, `app://settings`: the text that a device sends, if its scheme is neither http nor https.
    ///
    /// The server does not start with another entry. `null` is not possible, because every page can have that origin;
    /// see [`any_origin`](crate::RouteOptions::any_origin).
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::Server;
    ///
    /// let origins = std::env::var("ORIGINS").unwrap_or_default();
    /// let server = Server::new().origins(origins.split_whitespace());
    /// ```
    pub fn origins<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.assembly.origins = AllowedOrigins::List(origins.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the hosts that the server answers for: `example.com` on any port, `example.com:8443`, or `*.example.com`
    /// for all names below it. A request for another host gets 421, from the fallback's paths too.
    ///
    /// Default: all hosts, unless the server listens on a loopback address and has no
    /// [`trusted_proxies`](Self::trusted_proxies). Then only `localhost`, `127.0.0.1` and `[::1]` are allowed, because a
    /// page of another site can make its own name resolve to the loopback address (DNS rebinding).
    ///
    /// The names are compared with `Host` and with the request target, never with `X-Forwarded-Host`. A request without a
    /// host passes, because browsers always send one.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::Server;
    ///
    /// let server = Server::new().allowed_hosts(["example.com", "*.example.com"]);
    /// ```
    pub fn allowed_hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.assembly.hosts = Some(AllowedHosts::List(hosts.into_iter().map(Into::into).collect()));
        self
    }

    /// Answers for all hosts, on a loopback address too; see [`allowed_hosts`](Self::allowed_hosts).
    pub fn any_host(mut self) -> Self {
        self.assembly.hosts = Some(AllowedHosts::Any);
        self
    }

    /// Sets a prefix for the paths of all routes: with `/api`, the route `/chat` is served at `/api/chat`. Default:
    /// none. Requests outside of it reach the fallback.
    ///
    /// The prefix begins with a slash, does not end with one, and has no captures. It is normalised like all paths.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::Server;
    ///
    /// let prefix = std::env::var("PREFIX").unwrap_or_default();
    /// let server = Server::new().prefix(prefix);
    /// ```
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.assembly.prefix = prefix.into();
        self
    }
}
