//! The application as a whole, over TCP: a session begun by REST opens a socket, and REST reaches it.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{app, routes, session::Sessions};

/// Serves the application on a free port until the test's runtime ends.
async fn started() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let app = app(routes().expect("the routes are right"), Sessions::default());
    let serving = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(async move { serving.await });
    address
}

/// Sends a request and returns the response, up to the end of the stream.
async fn ask(address: SocketAddr, method: &str, path: &str, more: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    );
    stream.write_all(format!("{head}{more}\r\n{body}").as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    answer
}

/// Opens a socket and returns its stream behind the 101.
async fn open(address: SocketAddr, cookie: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "GET /live/rooms/lobby HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{cookie}\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("it answers"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    stream
}

/// Reads a short frame: its opcode and payload.
async fn receive(stream: &mut TcpStream) -> (u8, String) {
    let opcode = stream.read_u8().await.expect("a frame") & 0x0f;
    let mut payload = vec![0; usize::from(stream.read_u8().await.expect("a short frame"))];
    stream.read_exact(&mut payload).await.expect("a whole frame");
    (opcode, String::from_utf8_lossy(&payload).into_owned())
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn session_opens_a_socket_that_rest_reaches() {
    let address = started().await;
    let signed_in = ask(address, "POST", "/api/session", JSON, r#"{"name":"Ada"}"#).await;
    assert!(signed_in.starts_with("HTTP/1.1 204 "), "{signed_in}");
    let cookie = signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    let cookie = format!("Cookie: other=1; {}\r\n", cookie.split(';').next().expect("its name and value"));
    let mut socket = open(address, &cookie).await;
    assert_eq!(
        receive(&mut socket).await,
        (1, r#"{"type":"welcome","name":"Ada","room":"lobby"}"#.to_owned())
    );
    let told = ask(address, "POST", "/api/rooms/lobby/notices", &cookie, "Lunch").await;
    assert!(told.ends_with("1 reached\n"), "{told}");
    assert_eq!(
        receive(&mut socket).await,
        (1, r#"{"type":"notice","from":"Ada","text":"Lunch"}"#.to_owned())
    );
}

#[tokio::test]
async fn stranger_is_refused() {
    let address = started().await;
    for cookie in ["", "Cookie: session=0\r\n"] {
        let mut socket = open(address, cookie).await;
        let (opcode, reason) = receive(&mut socket).await;
        assert!(opcode == 8 && reason.ends_with("sign in first"), "{reason}");
        let told = ask(address, "POST", "/api/rooms/lobby/notices", cookie, "Lunch").await;
        assert!(told.starts_with("HTTP/1.1 401 "), "{told}");
    }
    let page = ask(address, "GET", "/", "", "").await;
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<title>Rooms</title>"), "{page}");
}
