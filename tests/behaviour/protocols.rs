//! The handler `protocol`, which chooses among the offered subprotocols.

use ws_runtime::{Handshake, Reject, Server, Socket, testing::Site, ws_route};

use crate::{logs::Logged, support::Journal};

/// Chooses as the query says, and says what was chosen.
struct Choosing(Journal);

fn wish(query: Option<&str>) -> Result<Option<&'static str>, Reject> {
    match query {
        Some("v1") => Ok(Some("v1")),
        Some("v2") => Ok(Some("v2")),
        Some("v3") => Ok(Some("v3")),
        Some("V1") => Ok(Some("V1")),
        Some("empty") => Ok(Some("")),
        Some("refuse") => Err(Reject::status(402)),
        Some("panic") => panic!("s3cret"),
        _ => Ok(None),
    }
}

#[ws_route("/choosing", protocols = ["v2", "v1"], response = String)]
impl Choosing {
    async fn protocol(&self, handshake: &Handshake<Self>) -> Result<Option<&'static str>, Reject> {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        self.0.note(format!("{:?} of {:?}", handshake.protocol(), handshake.offered_protocols()));
        match handshake.uri().query() {
            Some("default") => Ok(handshake.protocol()),
            other => wish(other),
        }
    }

    fn before_handle(&self, handshake: &Handshake<Self>) {
        self.0.note(format!("before {:?}", handshake.protocol()));
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        format!("{:?}", ws.protocol())
    }
}

#[tokio::test(start_paused = true)]
async fn protocol_handler_chooses_among_the_offers() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Choosing(journal.clone())));
    for (wish, chosen) in [("v1", Some("v1")), ("v2", Some("v2")), ("default", Some("v2")), ("none", None)] {
        let connecting = site.connect::<Choosing>(&format!("/choosing?{wish}"));
        let mut client = connecting.protocols(&["v1", "x", "v2"]).await.unwrap();
        assert_eq!(client.protocol(), chosen, "{wish}");
        assert_eq!(client.receive().await, format!("{chosen:?}"), "{wish}");
        let offered = r#"Some("v2") of ["v1", "x", "v2"]"#.to_owned();
        assert_eq!(journal.take(), [offered, format!("before {chosen:?}")], "{wish}");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_choice_of_a_protocol_is_logged_and_500() {
    let (logged, _guard) = Logged::watch();
    let site = Site::start(Server::new().route(Choosing(Journal::default())));
    let wrong = [
        ("v2", &["v1"][..], "that the client did not offer"),
        ("V1", &["v1"], "that the client did not offer"),
        ("v1", &[], "that the client did not offer"),
        ("empty", &["v1"], "that the client did not offer"),
        ("v3", &["v3", "v1"], "that is not one of the route's `protocols`"),
        ("panic", &["v1"], "a handshake handler panicked"),
    ];
    for (wish, offered, why) in wrong {
        let connecting = site.connect::<Choosing>(&format!("/choosing?{wish}")).protocols(offered);
        let refused = connecting.await.map(drop).unwrap_err();
        let log = logged.take().concat();
        assert_eq!(refused.status(), 500, "{wish}");
        assert!(!String::from_utf8_lossy(refused.body()).contains("s3cret"), "{wish}");
        assert!(log.contains("ERROR") && log.contains(why), "{wish}: {log}");
    }
    let refused = site.connect::<Choosing>("/choosing?refuse").protocols(&["v1"]).await.unwrap_err();
    assert_eq!(refused.status(), 402);
}

#[tokio::test(start_paused = true)]
async fn protocol_handler_needs_no_list_of_protocols() {
    struct Free;
    #[ws_route("/free", response = String)]
    impl Free {
        fn protocol(&self, handshake: &Handshake<Self>) -> Option<&'static str> {
            ["json", "text"]
                .into_iter()
                .find(|known| handshake.offered_protocols().iter().any(|it| it == known))
        }

        fn before_handle(&self, handshake: &Handshake<Self>) -> Result<(), Reject> {
            match handshake.uri().query() {
                Some("close") => Err(Reject::close(4001, "no")),
                _ => Ok(()),
            }
        }

        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.protocol())
        }
    }

    let site = Site::start(Server::new().route(Free));
    for (offered, chosen) in
        [(&["text", "json"][..], Some("json")), (&["text"], Some("text")), (&["xml"], None), (&[], None)]
    {
        let mut client = site.connect::<Free>("/free").protocols(offered).await.unwrap();
        assert_eq!(client.protocol(), chosen, "{offered:?}");
        assert_eq!(client.receive().await, format!("{chosen:?}"), "{offered:?}");
    }
    // A browser that offered subprotocols reads the close code only if one was chosen.
    let mut client = site.connect::<Free>("/free?close").protocols(&["text"]).await.unwrap();
    assert_eq!(client.protocol(), Some("text"));
    assert_eq!(client.receive_close().await.0, Some(4001));
}

#[tokio::test(start_paused = true)]
async fn required_protocol_must_be_chosen() {
    struct Required;
    #[ws_route("/required", protocols = ["v1"], require_protocol, response = String)]
    impl Required {
        fn protocol(&self, handshake: &Handshake<Self>) -> Result<Option<&'static str>, Reject> {
            wish(handshake.uri().query())
        }

        fn open(&self) {}
    }

    let site = Site::start(Server::new().route(Required));
    for (query, offered, status) in [
        ("v1", &["v1"][..], None),
        ("none", &["v1"], Some(400)),
        ("v1", &["x"], Some(400)),
        ("v1", &[], Some(400)),
    ] {
        let connected = site.connect::<Required>(&format!("/required?{query}")).protocols(offered).await;
        let refused = connected.err().map(|refused| refused.status().as_u16());
        assert_eq!(refused, status, "{query} {offered:?}");
    }
}
