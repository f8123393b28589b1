//! Routes with several paths: captures, conflicts, and paths that clients render.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Contract, Params, Reject, Server, Socket, testing::Site, ws_contract, ws_route};

/// Says what it has captured.
struct Pages;

#[ws_route(["/", "/rooms/{room}", "/rooms/{room}/{seat: u8}", "/all/{*rest}"], response = String)]
impl Pages {
    fn open(&self, ws: &Socket<Self>) -> String {
        let Params::<Self> { room, seat, rest } = ws.params();
        format!("{room:?} {seat:?} {rest:?}")
    }
}

async fn said(site: &Site, target: &str) -> String {
    match site.connect::<Pages>(target).await {
        Ok(mut client) => client.receive().await,
        Err(refused) => refused.status().as_str().to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_path_of_a_route_reaches_it() {
    assert_eq!(Pages::PATH, "/");
    assert_eq!(Pages::PATHS, ["/", "/rooms/{room}", "/rooms/{room}/{seat}", "/all/{*rest}"]);
    let site = Site::start(Server::new().route(Pages));
    for (target, captured) in [
        ("/", "None None None"),
        ("/rooms/tea", r#"Some("tea") None None"#),
        ("/rooms/caf%C3%A9/7", r#"Some("café") Some(7) None"#),
        ("/all/a/b", r#"None None Some("a/b")"#),
        ("/all/a%2Fb", r#"None None Some("a/b")"#),
        ("/x/../rooms/tea", r#"Some("tea") None None"#),
        ("/rooms/tea/x", "422"),
        ("/rooms/tea/256", "422"),
        ("/rooms/", "404"),
        ("/all/", "404"),
        ("/other", "404"),
    ] {
        assert_eq!(said(&site, target).await, captured, "{target}");
    }
    let sockets = site.handle().channel::<Pages>().expect("it is served");
    site.settled().await;
    assert_eq!(sockets.len(), 0, "all clients are gone");
    let _first = site.connect::<Pages>("/").await.unwrap();
    let _second = site.connect::<Pages>("/all/x").await.unwrap();
    assert_eq!(sockets.len(), 2, "the sockets of all paths are those of one route");
}

#[tokio::test(start_paused = true)]
async fn root_and_the_rest_are_one_route() {
    struct Everything;
    #[ws_route(["/", "/{*rest}"], response = String)]
    impl Everything {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.params().rest)
        }
    }

    let site = Site::start(Server::new().route(Everything).route(Below));
    for (target, rest) in
        [("/", "None"), ("/a", "Some(\"a\")"), ("/a/b", "Some(\"a/b\")"), ("/a%2Fb/", "Some(\"a/b/\")")]
    {
        let mut client = site.connect::<Everything>(target).await.unwrap();
        assert_eq!(client.receive().await, rest, "{target}");
    }
    let mut other = site.connect::<Below>("/other/x").await.unwrap();
    assert_eq!(other.receive().await, "x");
}

/// A route below the rest of another.
struct Below;

#[ws_route(["/other/{name}", "/another/{name}"], response = String)]
impl Below {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().name.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn capture_of_every_path_is_not_optional() {
    struct Files;
    #[ws_route(["/{tenant: u32}", "/{tenant: u32}/{*path}", "/old/{path}/of/{tenant: u32}"], response = String)]
    impl Files {
        fn open(&self, ws: &Socket<Self>) -> String {
            let tenant: u32 = ws.params().tenant;
            let path: &Option<String> = &ws.params().path;
            format!("{tenant} {path:?}")
        }
    }

    let site = Site::start(Server::new().route(Files));
    for (target, captured) in
        [("/7", "7 None"), ("/7/a/b", r#"7 Some("a/b")"#), ("/old/x/of/8", r#"8 Some("x")"#)]
    {
        let mut client = site.connect::<Files>(target).await.unwrap();
        assert_eq!(client.receive().await, captured, "{target}");
    }
    assert_eq!(site.connect::<Files>("/x").await.unwrap_err().status(), 422);
}

/// A capture of one path of the route must not reach another path of it by an encoded slash.
#[tokio::test(start_paused = true)]
async fn encoded_slash_never_bypasses_another_path_of_the_route() {
    struct Guarded;
    #[ws_route(["/files/{*rest}", "/files/private/{*secret}"], response = String)]
    impl Guarded {
        fn before_handle(&self, handshake: &ws_runtime::Handshake<Self>) -> Result<(), Reject> {
            if handshake.params().secret.is_some() { Err(Reject::status(401)) } else { Ok(()) }
        }

        fn open(&self, ws: &Socket<Self>) -> Option<String> {
            ws.params().rest.clone()
        }
    }

    let site = Site::start(Server::new().route(Guarded));
    for (target, status) in
        [("/files/private/x", 401), ("/files/private%2Fx", 404), ("/files/%70rivate%2fx", 404)]
    {
        assert_eq!(site.connect::<Guarded>(target).await.unwrap_err().status(), status, "{target}");
    }
    let mut client = site.connect::<Guarded>("/files/a%2Fb").await.unwrap();
    assert_eq!(client.receive().await, "a/b");
}

macro_rules! quiet {
    ($name:ident, $path:tt $(, $key:ident = $value:ty)*) => {
        struct $name;
        #[ws_route($path, response = String $(, $key = $value)*)]
        impl $name {
            fn open(&self) {}
        }
    };
}

fn start_errors(server: Server) -> Vec<String> {
    match Site::try_start(server) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(|error| format!("{error:?}")).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn conflict_on_any_path_keeps_the_server_from_starting() {
    quiet!(Lobby, "/lobby");
    quiet!(Rooms, ["/rooms", "/rooms/{room}"]);
    quiet!(Late, ["/late", "/rooms/{name}"]);
    quiet!(Encoded, ["/first", "/l%6fbby"]);
    quiet!(Itself, ["/a%62", "/%61b"]);
    let conflict = |path: &str, with: &str| {
        vec![format!("the route `{path}` conflicts with `{with}`: some paths match both")]
    };
    for (server, errors) in [
        (Server::new().route(Rooms).route(Late), conflict("/rooms/{name}", "/rooms/{room}")),
        (Server::new().route(Late).route(Rooms), conflict("/rooms/{room}", "/rooms/{name}")),
        (Server::new().route(Lobby).route(Encoded), conflict("/l%6fbby", "/lobby")),
        (Server::new().route(Encoded).route(Lobby), conflict("/lobby", "/l%6fbby")),
        (Server::new().route(Itself), conflict("/%61b", "/a%62")),
        (Server::new().route(Lobby).route(Rooms), vec![]),
    ] {
        assert_eq!(start_errors(server), errors);
    }
}

#[tokio::test(start_paused = true)]
async fn params_of_ones_own_must_fit_every_path() {
    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    struct Seat {
        room: String,
        seat: Option<u8>,
    }
    struct Own;
    #[ws_route(["/rooms/{room}", "/rooms/{room}/{seat}"], params = Seat, response = String)]
    impl Own {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.params())
        }
    }
    quiet!(Lacking, ["/", "/rooms/{room}/{seat}"], params = Seat);
    quiet!(Unread, ["/rooms/{room}/{seat}", "/rows/{room}/{row}"], params = Seat);
    quiet!(Missing, ["/rooms/{room}", "/halls/{room}"], params = Seat);
    for (server, says) in [
        (
            Server::new().route(Lacking),
            "`params` requires the field `room`, but the path `/` has no capture of that name: make it an `Option`",
        ),
        (
            Server::new().route(Unread),
            "the path `/rows/{room}/{row}` captures `row`, but `params` has no field of that name",
        ),
        (
            Server::new().route(Missing),
            "`params` has the field `seat`, but the path `/rooms/{room}` has no capture of that name",
        ),
    ] {
        let errors = start_errors(server);
        assert!(errors.len() == 1 && errors[0].ends_with(says), "{errors:?}");
    }

    let site = Site::start(Server::new().route(Own));
    for (seat, target) in [(None, "/rooms/a%20b"), (Some(3), "/rooms/a%20b/3")] {
        let params = Seat { room: "a b".to_owned(), seat };
        assert_eq!(Own::path_for(&params).as_deref(), Ok(target));
        let mut client = site.connect::<Own>(target).await.unwrap();
        assert_eq!(client.receive().await, format!("{params:?}"));
    }
}

/// A contract that the route of another type serves.
#[ws_contract(["/chat/{room}", "/chat/{room}/{seat: u8}", "/files/{*path}"], response = String)]
struct ChatApi;

#[tokio::test(start_paused = true)]
async fn rendered_path_reaches_the_route_with_the_same_captures() {
    struct Chat;
    #[ws_route(ChatApi)]
    impl Chat {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.params())
        }
    }

    let site = Site::start(Server::new().route(Chat));
    let params = |room: Option<&str>, seat, path: Option<&str>| Params::<ChatApi> {
        room: room.map(str::to_owned),
        seat,
        path: path.map(str::to_owned),
    };
    for sent in [
        params(Some("tea"), None, None),
        params(Some("tea & cake / café?#%41"), Some(255), None),
        params(Some("..."), Some(0), None),
        params(None, None, Some("a/b c/%2F/é")),
    ] {
        let target = ChatApi::path_for(&sent).unwrap();
        let mut client = site.connect::<Chat>(&target).await.unwrap();
        assert_eq!(client.receive().await, format!("{sent:?}"), "{target}");
    }
    for refused in [
        params(None, None, None),
        params(None, Some(1), None),
        params(Some("a"), None, Some("b")),
        params(Some(".."), None, None),
        params(Some(""), None, None),
        params(None, None, Some("a/../b")),
    ] {
        assert!(ChatApi::path_for(&refused).is_err(), "{refused:?}");
    }
}
