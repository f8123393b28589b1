//! The names of a server: hosts that it answers for, origins and a prefix that are known only at run time.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use ws_runtime::{Endpoint, Server, testing::Site, ws_route};

use crate::http::Hi;

struct Echo;

#[ws_route("/echo", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

/// A route with a list of its own, which replaces that of the server.
struct Strict;

#[ws_route("/strict", body = String, response = String, origins = ["https://only.example", "https://*.only.example"])]
impl Strict {
    fn message(&self, text: String) -> String {
        text
    }
}

fn start_errors(server: Server) -> String {
    Site::try_start(server).expect_err("it does not start").to_string()
}

/// Returns the status of a handshake with these headers.
async fn handshake_status<E: Endpoint>(
    site: &Site,
    path: &str,
    headers: &[(&'static str, &'static str)],
) -> u16 {
    let connect =
        headers.iter().fold(site.connect::<E>(path), |connect, (name, value)| connect.header(*name, *value));
    connect.await.map_or_else(|refused| refused.status().as_u16(), |_| 101)
}

#[tokio::test]
async fn server_origins_apply_to_routes_without_a_list() {
    let origins =
        vec!["https://*.example.com".to_owned(), "file://".to_owned(), "http://localhost:5173".to_owned()];
    let site = Site::start(Server::new().origins(origins).route(Echo).route(Strict));
    for (origin, echo, strict) in [
        ("https://app.example.com", 101, 403),
        ("https://example.com", 403, 403),
        ("file://", 101, 403),
        ("http://localhost:5173", 101, 403),
        ("http://localhost", 101, 101),
        ("https://only.example", 403, 101),
        ("https://a.only.example", 403, 101),
        ("null", 403, 403),
    ] {
        assert_eq!(handshake_status::<Echo>(&site, "/echo", &[("origin", origin)]).await, echo, "{origin}");
        assert_eq!(
            handshake_status::<Strict>(&site, "/strict", &[("origin", origin)]).await,
            strict,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn forwarded_host_counts_from_trusted_proxies_only() {
    let from = [("origin", "https://shop.example"), ("x-forwarded-host", "shop.example")];
    for (trusted, status) in [(&["127.0.0.1"][..], 101), (&["10.0.0.0/8"], 403), (&[], 403)] {
        let site = Site::start(Server::new().trusted_proxies(trusted.iter().copied()).route(Echo));
        assert_eq!(handshake_status::<Echo>(&site, "/echo", &from).await, status, "{trusted:?}");
    }
    let site = Site::start(Server::new().trusted_proxies(["127.0.0.1"]).route(Echo));
    for (host, status) in [
        ("shop.example:443", 101),
        ("other.example", 403),
        ("shop.example, other.example", 403),
        ("https://shop.example", 403),
        ("", 403),
    ] {
        let from = [("origin", "https://shop.example"), ("x-forwarded-host", host)];
        assert_eq!(handshake_status::<Echo>(&site, "/echo", &from).await, status, "{host:?}");
    }
}

#[tokio::test]
async fn names_that_can_never_match_do_not_start() {
    for (server, part) in [
        (Server::new().origins(["example.com"]), "`example.com` in `origins`"),
        (Server::new().origins(["https://example.com/"]), "`https://example.com/` in `origins`"),
        (Server::new().origins(["https://*.com"]), "`https://*.com` in `origins`"),
        (Server::new().origins(["null"]), "`null` in `origins`"),
        (Server::new().allowed_hosts(["https://example.com"]), "`https://example.com` in `allowed_hosts`"),
        (Server::new().allowed_hosts(["example.com", "*"]), "`*` in `allowed_hosts`"),
        (Server::new().prefix("api"), "`api` cannot be the prefix"),
        (Server::new().prefix("/api/"), "`/api/` cannot be the prefix"),
        (Server::new().prefix("/"), "`/` cannot be the prefix"),
        (Server::new().prefix("/{tenant}"), "`/{tenant}` cannot be the prefix"),
    ] {
        let text = start_errors(server.route(Echo));
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn prefix_precedes_the_path_of_each_route() {
    let site = Site::start(Server::new().prefix("/v1/caf\u{e9}").route(Echo));
    for (path, status) in [
        ("/v1/caf%C3%A9/echo", 101),
        ("/v1/%63af%c3%a9/echo", 101),
        ("/v1/x/../caf%C3%A9/echo", 101),
        ("/echo", 404),
        ("/v1/caf%C3%A9", 404),
        ("/v1/caf%C3%A9echo", 404),
        ("/v1/caf%C3%A9//echo", 404),
        ("/v1/v1/caf%C3%A9/echo", 404),
    ] {
        assert_eq!(handshake_status::<Echo>(&site, path, &[]).await, status, "{path}");
    }
    let site = Site::start(Server::new().prefix("").route(Echo));
    assert_eq!(handshake_status::<Echo>(&site, "/echo", &[]).await, 101);
}

/// Serves on a TCP address and returns the status for each `Host`: of a handshake, and of a request to the fallback.
async fn statuses(server: Server, address: &'static str, hosts: &[&str]) -> Vec<(u16, u16)> {
    let server = server.route(Echo).fallback(Hi);
    let handle = server.handle();
    let serving = tokio::spawn(server.listen(address));
    let port = handle.listening().await.expect("TCP has an address").port();
    let mut statuses = Vec::new();
    for host in hosts {
        let line = if host.is_empty() { String::new() } else { format!("Host: {host}\r\n") };
        let version = if host.is_empty() { "1.0" } else { "1.1" };
        let mut both = Vec::new();
        for (path, upgrade) in [
            (
                "/echo",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            ),
            ("/page", "Connection: close\r\n"),
        ] {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
            let head = format!("GET {path} HTTP/{version}\r\n{line}{upgrade}\r\n");
            stream.write_all(head.as_bytes()).await.expect("the server reads");
            let mut status = [0; 12];
            stream.read_exact(&mut status).await.expect("the server answers");
            both.push(String::from_utf8_lossy(&status[9..]).parse().expect("a status is a number"));
        }
        statuses.push((both[0], both[1]));
    }
    handle.shutdown();
    serving.await.expect("it does not panic").expect("it was started");
    statuses
}

#[tokio::test]
async fn loopback_server_answers_only_for_this_machine() {
    let hosts =
        ["localhost", "127.0.0.1:1", "[::1]:3000", "evil.example", "evil.example:3000", "x.localhost"];
    let answers = statuses(Server::new(), "127.0.0.1:0", &hosts).await;
    assert_eq!(answers, [(101, 200), (101, 200), (101, 200), (421, 421), (421, 421), (421, 421)]);
}

#[tokio::test]
async fn request_without_a_host_is_not_from_a_browser() {
    assert_eq!(statuses(Server::new(), "127.0.0.1:0", &[""]).await, [(426, 200)]);
}

#[tokio::test]
async fn other_server_answers_for_all_hosts() {
    for (server, address) in [
        (Server::new(), "0.0.0.0:0"),
        (Server::new().any_host(), "127.0.0.1:0"),
        (Server::new().trusted_proxies(["10.0.0.0/8"]), "127.0.0.1:0"),
    ] {
        assert_eq!(statuses(server, address, &["evil.example"]).await, [(101, 200)], "{address}");
    }
}

#[tokio::test]
async fn listed_hosts_replace_the_names_of_this_machine() {
    let server = || Server::new().allowed_hosts(["example.com", "*.example.com:8443"]);
    let hosts = ["example.com:1", "a.example.com:8443", "a.example.com", "localhost", "127.0.0.1"];
    let expected = [(101, 200), (101, 200), (421, 421), (421, 421), (421, 421)];
    for address in ["127.0.0.1:0", "0.0.0.0:0"] {
        assert_eq!(statuses(server(), address, &hosts).await, expected, "{address}");
    }
    let site = Site::start(server().route(Echo));
    assert_eq!(handshake_status::<Echo>(&site, "/echo", &[]).await, 421, "its clients name `localhost`");
}
