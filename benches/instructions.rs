//! Runs one hot path for a number of rounds. `benches/instructions` counts its instructions.
//!
//! The program is a single-threaded server over TCP. The client is a separate process, which is not counted. It sends
//! nothing before the last reply has arrived, so that all runs take the same steps. A round does nothing except for the
//! measured path.

use std::{
    env,
    error::Error,
    hint::black_box,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, Command},
    thread,
};

use tokio::net::TcpListener;
use ws_benches::{BATCH, Checked, Reply, SMALL, answer_length, handshake, masked, runtime, server};
use ws_runtime::{Decode, Encode, Message};

type Failure = Box<dyn Error + Send + Sync>;

/// Size of a published message's payload, in bytes.
const PUBLISHED: usize = 128;
/// Number of subscribers.
const SUBSCRIBERS: usize = 64;
/// Length of the text in a typed message of 128 bytes.
const TEXT: usize = 114;
/// Path of the typed route, with its query.
const TYPED: &str = "/typed?id=bench";

/// With the arguments `PATH ROUNDS` the process is the server to measure. It starts the client with `PATH ROUNDS
/// ADDRESS`.
fn main() -> Result<(), Failure> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["json", rounds] => json(rounds.parse()?),
        [path, rounds] => serve(path, rounds),
        [path, rounds, address] => drive(path, rounds.parse()?, address.parse()?),
        _ => Err("usage: instructions echo|echo32|typed|typed32|json|publish|upgrade ROUNDS".into()),
    }
}

/// Decodes and validates, then validates and encodes, without a connection.
fn json(rounds: usize) -> Result<(), Failure> {
    let (inbound, outbound) = (<Checked as Decode>::plan()?, <Reply as Encode>::plan()?);
    let message = Message::text(typed_message());
    let mut out = Vec::new();
    for _ in 0..rounds {
        out.clear();
        let said = Checked::decode(black_box(message.clone()).into(), &inbound)?;
        black_box(reply(said.message).encode(&outbound, &mut out)?);
        black_box(&out);
    }
    Ok(())
}

/// Serves until the client has ended.
fn serve(path: &str, rounds: &str) -> Result<(), Failure> {
    runtime().block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let client = Command::new(env::current_exe()?).args([path, rounds, &address]).spawn()?;
        let server = server();
        let handle = server.handle();
        let waiting = thread::spawn(move || {
            let ended = succeeded(client);
            handle.shutdown();
            ended
        });
        server.serve(listener).await?;
        waiting.join().map_err(|_| "the client was not waited for")?
    })
}

fn succeeded(mut client: Child) -> Result<(), Failure> {
    let status = client.wait()?;
    if status.success() { Ok(()) } else { Err(format!("the client ended with {status}").into()) }
}

/// Runs the client, which sends, waits for the replies, and repeats.
fn drive(path: &str, rounds: usize, address: SocketAddr) -> Result<(), Failure> {
    let small = masked(&[b'a'; SMALL], true);
    let said = masked(typed_message().as_bytes(), true);
    let replied = answer_length(reply_length()?);
    match path {
        "echo" => exchange(address, "/echo", &small, answer_length(SMALL), rounds),
        "echo32" => exchange(address, "/echo", &small.repeat(BATCH), answer_length(SMALL) * BATCH, rounds),
        "typed" => exchange(address, TYPED, &said, replied, rounds),
        "typed32" => exchange(address, TYPED, &said.repeat(BATCH), replied * BATCH, rounds),
        "publish" => publish(address, rounds),
        "upgrade" => (0..rounds).try_for_each(|_| connect(address, TYPED).map(drop)),
        _ => Err(format!("there is no path {path:?}").into()),
    }
}

/// Sends a batch on one socket and receives its replies.
fn exchange(
    address: SocketAddr,
    target: &str,
    sent: &[u8],
    answered: usize,
    rounds: usize,
) -> Result<(), Failure> {
    let mut socket = connect(address, target)?;
    let mut answers = vec![0; answered];
    for _ in 0..rounds {
        socket.write_all(sent)?;
        socket.read_exact(&mut answers)?;
    }
    Ok(())
}

/// Publishes one message, and receives it on every other socket.
fn publish(address: SocketAddr, rounds: usize) -> Result<(), Failure> {
    let sent = masked(&[b'p'; PUBLISHED], true);
    let mut publisher = connect(address, "/room")?;
    let subscribers: Result<Vec<_>, _> = (0..SUBSCRIBERS).map(|_| connect(address, "/room")).collect();
    let mut subscribers = subscribers?;
    let mut heard = vec![0; answer_length(PUBLISHED)];
    for _ in 0..rounds {
        publisher.write_all(&sent)?;
        for subscriber in &mut subscribers {
            subscriber.read_exact(&mut heard)?;
        }
    }
    Ok(())
}

fn connect(address: SocketAddr, target: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(handshake(target).as_bytes())?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(String::from_utf8_lossy(&head).into());
    }
    Ok(stream)
}

fn typed_message() -> String {
    format!(r#"{{"message":"{}"}}"#, "m".repeat(TEXT))
}

fn reply(message: String) -> Reply {
    Reply { id: "bench".to_owned(), message, time: 1_700_000_000_000 }
}

/// Returns the length of a reply in bytes.
fn reply_length() -> Result<usize, Failure> {
    let mut out = Vec::new();
    reply("m".repeat(TEXT)).encode(&<Reply as Encode>::plan()?, &mut out)?;
    Ok(out.len())
}
