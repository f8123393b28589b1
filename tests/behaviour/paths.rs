//! Every spelling of a path reaches the same route, so no spelling bypasses it. Captures are decoded once.

use tokio::io::AsyncWriteExt;
use ws_runtime::{Contract, Handshake, Reject, Server, Socket, testing::Site, ws_route};

use crate::support::{Http, frame, handshake, rest};

/// Declares a route that rejects every client.
macro_rules! refused {
    ($name:ident, $path:literal) => {
        struct $name;
        #[ws_route($path, response = String)]
        impl $name {
            fn before_handle(&self) -> Result<(), Reject> {
                Err(Reject::status(401))
            }

            fn open(&self) {}
        }
    };
}

refused!(Admin, "/users/admin");
refused!(Me, "/users/@me");
refused!(Coffee, "/users/caf%c3%a9");
refused!(Percent, "/users/100%25");

struct Named;

#[ws_route("/users/{name}", response = String)]
impl Named {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().name.clone()
    }
}

struct Files;

#[ws_route("/files/{*rest}", response = String)]
impl Files {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().rest.clone()
    }
}

refused!(Private, "/files/private/{*rest}");
refused!(Index, "/files/ada/index");

fn server() -> Server {
    let server = Server::new().route(Admin).route(Me).route(Coffee).route(Percent).route(Named);
    server.route(Files).route(Private).route(Index)
}

/// Returns the response to a request target: the status, or the text that the route sends.
async fn answer(http: &Http, target: &str) -> String {
    let mut stream = http.dial().await;
    let head = [handshake(target).as_bytes(), &frame(0x88, [0x03, 0xe8])].concat();
    stream.write_all(&head).await.expect("the server reads");
    let answer = rest(stream).await;
    let (head, said) = answer.split_once("\r\n\r\n").expect("the response has a head");
    match head.split(' ').nth(1) {
        Some("101") => {
            let length = usize::from(said.as_bytes()["\u{fffd}".len()]);
            said["\u{fffd}".len() + 1..][..length].to_owned()
        }
        Some(status) => status.to_owned(),
        None => panic!("{answer}"),
    }
}

#[tokio::test(start_paused = true)]
async fn encoded_paths_cannot_bypass_a_static_route() {
    let http = Http::serve(server());
    for target in [
        "/users/admin",
        "/users/%61dmin",
        "/users/admi%6e",
        "/users/admi%6E?name=x",
        "/%75sers/%61%64%6d%69%6e",
        "/users/./admin",
        "/users/x/../admin",
        "/users/%2e/admin",
        "/users/x/%2E%2e/admin",
        "/users/x/.%2e/admin",
        "/files/../users/admin",
        "/../users/admin",
        "http://localhost/users/%61dmin",
        "/users/@me",
        "/users/%40me",
        "/users/%40%6De",
        "/users/café",
        "/users/caf%C3%A9",
        "/users/c%61f%c3%A9",
        "/users/100%25",
        "/users/100%",
    ] {
        assert_eq!(answer(&http, target).await, "401", "{target}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn encoded_slashes_in_a_rest_never_bypass_routes() {
    let http = Http::serve(server());
    for (target, answered) in [
        ("/files/private/x", "401"),
        ("/files/ada/index", "401"),
        // If these were accepted, `{*rest}` would receive a path that belongs to another route.
        ("/files/private%2Fx", "404"),
        ("/files/private%2fx/y", "404"),
        ("/files/%70rivate%2fx%2fy", "404"),
        ("/files/./private%2Fx?y", "404"),
        ("/files/ada%2Findex", "404"),
        ("/files/ada%2find%65x", "404"),
        ("/files/%61da%2Findex", "404"),
        // These paths belong to no other route.
        ("/files/a%2Fb", "a/b"),
        ("/files/a%2fb/c%2Fd", "a/b/c/d"),
        ("/files/private%2F", "private/"),
        ("/files/private%252Fx", "private%2Fx"),
        ("/files/x%2Fprivate%2Fx", "x/private/x"),
        ("/files/ada%2Findex/", "ada/index/"),
        ("/files/%2Fprivate/x", "/private/x"),
        ("/files/%2F", "/"),
    ] {
        assert_eq!(answer(&http, target).await, answered, "{target}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn captures_are_decoded_once() {
    let http = Http::serve(server());
    for (target, said) in [
        ("/users/ada", "ada"),
        ("/users/%2561dmin", "%61dmin"),
        ("/users/%25%36%31dmin", "%61dmin"),
        ("/users/%%36%31dmin", "%61dmin"),
        ("/users/%252561", "%2561"),
        ("/users/admin%2F", "admin/"),
        ("/users/a%2Fb%2fc", "a/b/c"),
        ("/users/..%2Fadmin", "../admin"),
        ("/users/Admin", "Admin"),
        ("/users/caf%C3%A9s", "cafés"),
        ("/users/cafés", "cafés"),
        ("/users/99%", "99%"),
        ("/users/%u0061dmin", "%u0061dmin"),
        ("/users/a+b%20c", "a+b c"),
        ("/users/{x}", "{x}"),
        ("/users/%7Bx%7D", "{x}"),
        ("/users/...", "..."),
        ("/users/a%00b", "a\0b"),
        ("/files/a/./b/../c", "a/c"),
        ("/files/a//b", "a//b"),
        ("/files/%2e%2e%2fsecret", "../secret"),
        ("/files/.well-known/x", ".well-known/x"),
        ("/files/a/..", "404"),
        ("/users/%ff", "400"),
        ("/users/%C0%AE", "400"),
        ("/users/admin/", "404"),
        ("/users//admin", "404"),
        ("/files/../secret", "404"),
    ] {
        assert_eq!(answer(&http, target).await, said, "{target}");
    }
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn handlers_see_the_request_target_unchanged() {
    struct Seen;
    #[ws_route("/seen/{name}", response = String)]
    impl Seen {
        fn before_handle(&self, handshake: &Handshake<Self>) -> Result<String, Reject> {
            handshake.uri().path_and_query().map(ToString::to_string).ok_or(Reject::status(400))
        }

        fn open(&self, ws: &Socket<Self>) -> String {
            ws.data().clone()
        }
    }

    let site = Site::start(Server::new().route(Seen));
    for target in ["/seen/%61?q=%61", "/x/../seen/caf%c3%a9"] {
        let mut client = site.connect::<Seen>(target).await.expect(target);
        assert_eq!(client.receive().await, target);
    }
}

#[tokio::test(start_paused = true)]
async fn server_with_equal_paths_does_not_start() {
    refused!(Upper, "/users/caf%C3%A9");
    refused!(Encoded, "/users/%61dmin");
    refused!(EncodedAt, "/users/%40me");
    for (server, added, with) in [
        (Server::new().route(Coffee).route(Upper), Upper::PATH, Coffee::PATH),
        (Server::new().route(Admin).route(Encoded), Encoded::PATH, Admin::PATH),
        (Server::new().route(Me).route(EncodedAt), EncodedAt::PATH, Me::PATH),
    ] {
        let errors = Site::try_start(server).map(drop).expect_err("one path is of two routes");
        let says = errors[0].to_string();
        assert!(says.contains(&format!("`{added}`")) && says.contains(&format!("`{with}`")), "{says}");
    }
}
