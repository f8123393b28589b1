//! Checks before the handlers of a route run: subprotocols, origins, addresses and shared contracts.

use ws_runtime::{Server, Socket, testing::Site, ws_contract, ws_route};

#[tokio::test(start_paused = true)]
async fn server_chooses_the_subprotocol() {
    struct Open;
    #[ws_route("/open", response = String, protocols = ["v2", "v1"])]
    impl Open {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.protocol())
        }
    }
    struct Strict;
    #[ws_route("/strict", response = String, protocols = ["v2", "v1"], require_protocol)]
    impl Strict {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.protocol())
        }
    }

    let site = Site::start(Server::new().route(Open).route(Strict));
    for (offered, chosen) in [
        (&["v1"][..], Some("v1")),
        (&["v1", "v2"], Some("v2")),
        (&["other", "v1"], Some("v1")),
        (&["other"], None),
        (&[], None),
    ] {
        let open = site.connect::<Open>("/open");
        let strict = site.connect::<Strict>("/strict");
        let (open, strict) = if offered.is_empty() {
            (open.await, strict.await)
        } else {
            (open.protocols(offered).await, strict.protocols(offered).await)
        };
        let mut open = open.unwrap();
        assert_eq!(open.protocol(), chosen, "{offered:?}");
        assert_eq!(open.receive().await, format!("{chosen:?}"), "{offered:?}");
        match (strict, chosen) {
            (Ok(strict), Some(_)) => assert_eq!(strict.protocol(), chosen, "{offered:?}"),
            (Err(refused), None) => assert_eq!(refused.status(), 400, "{offered:?}"),
            (strict, _) => panic!("{offered:?}: {strict:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_origins_are_refused_unless_listed() {
    struct Same;
    #[ws_route("/same", response = String)]
    impl Same {
        fn open(&self) {}
    }
    struct Listed;
    #[ws_route("/listed", response = String, origins = ["https://app.example"])]
    impl Listed {
        fn open(&self) {}
    }
    struct Any;
    #[ws_route("/any", response = String, origins = any)]
    impl Any {
        fn open(&self) {}
    }

    let site = Site::start(Server::new().route(Same).route(Listed).route(Any));
    for (origin, same, listed) in [
        ("http://localhost", true, true),
        ("https://app.example", false, true),
        ("https://evil.example", false, false),
        ("null", false, false),
    ] {
        let status = |refused: ws_runtime::testing::Refused| refused.status().as_u16();
        let of_same = site.connect::<Same>("/same").origin(origin).await.map(drop).map_err(status);
        assert_eq!(of_same, if same { Ok(()) } else { Err(403) }, "{origin}");
        let of_listed = site.connect::<Listed>("/listed").origin(origin).await.map(drop).map_err(status);
        assert_eq!(of_listed, if listed { Ok(()) } else { Err(403) }, "{origin}");
        assert!(site.connect::<Any>("/any").origin(origin).await.is_ok(), "{origin}");
    }
    assert!(site.connect::<Same>("/same").await.is_ok(), "a program sends no origin");
}

#[tokio::test(start_paused = true)]
async fn remote_addr_returns_the_address_of_the_peer() {
    struct Address;
    #[ws_route("/address", response = String)]
    impl Address {
        fn open(&self, ws: &Socket<Self>) -> String {
            ws.remote_addr().map_or("none".to_owned(), |address| address.to_string())
        }
    }

    let site = Site::start(Server::new().route(Address));
    let connect = site.connect::<Address>("/address").remote_addr("[::1]:4242".parse().unwrap());
    assert_eq!(connect.await.unwrap().receive().await, "[::1]:4242");
    let connect = site.connect::<Address>("/address").without_remote_addr();
    assert_eq!(connect.await.unwrap().receive().await, "none");
    // A dual-stack listener sees IPv4 peers as IPv6 addresses.
    let mapped = "[::ffff:192.0.2.1]:4242".parse().unwrap();
    let connect = site.connect::<Address>("/address").remote_addr(mapped);
    assert_eq!(connect.await.unwrap().receive().await, "192.0.2.1:4242");
}

/// A contract in a shared crate equals the contract of the route that serves it.
#[tokio::test(start_paused = true)]
async fn served_contract_equals_the_contract_of_the_route() {
    #[ws_contract("/shared/{room}", body = String, response = String, protocols = ["v1"])]
    struct SharedApi;
    struct Shared;
    #[ws_route(SharedApi, max_payload_length = 5)]
    impl Shared {
        fn message(&self, ws: &Socket<Self>, text: String) -> String {
            format!("{}: {text}", ws.params().room)
        }
    }

    let site = Site::start(Server::new().route(Shared));
    let mut client = site.connect::<Shared>("/shared/tea").protocols(&["v1"]).await.unwrap();
    assert_eq!(client.protocol(), Some("v1"));
    client.send("hello").await;
    assert_eq!(client.receive().await, "tea: hello");
    client.send("longer").await;
    assert_eq!(client.receive_close().await.0, Some(1009));
}
