//! Measures the cost of compression: CPU time per message, and memory per idle connection.
//!
//! The command is `deflate_load CASE PID PORT CONNECTIONS BYTES [SECONDS]`, where CASE is `echo`, `room` or `idle`. The
//! server must support permessage-deflate without context takeover at `/echo` and `/room`. The program sends
//! precompressed JSON, checks that the first reply of each connection inflates to the sent text, and reads the other
//! frames without inspecting them.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Number of messages in flight of a publisher.
const WINDOW: usize = 4;

struct Client {
    reader: BufReader<TcpStream>,
    /// True once the first reply was inspected.
    checked: bool,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [case, pid, port, connections, bytes, rest @ ..] = &arguments[..] else {
        return Err("deflate_load CASE PID PORT CONNECTIONS BYTES [SECONDS]".into());
    };
    let (pid, port): (u32, u16) = (pid.parse()?, port.parse()?);
    let (connections, bytes): (usize, usize) = (connections.parse()?, bytes.parse()?);
    let seconds = rest.first().map_or(Ok(3), |seconds| seconds.parse())?;
    let text = json(bytes);
    let frame = masked(&deflated(&text)?);
    let path = if case == "room" { "/room" } else { "/echo" };
    let before = memory(pid)?;
    let mut clients = (0..connections).map(|_| Client::open(port, path)).collect::<Outcome<Vec<_>>>()?;
    match case.as_str() {
        "echo" => {
            let (mut rounds, mut began, mut used) = (0_u32, Instant::now(), cpu(pid)?);
            while rounds < 3 || began.elapsed() < Duration::from_secs(seconds) {
                round(&mut clients, &frame, &text)?;
                rounds += 1;
                if rounds == 2 {
                    (began, used) = (Instant::now(), cpu(pid)?);
                }
            }
            report(pid, used, f64::from(rounds - 2) * to_f64(connections))
        }
        "room" => {
            let (mut rounds, mut began, mut used) = (0_u32, Instant::now(), cpu(pid)?);
            while rounds < 3 || began.elapsed() < Duration::from_secs(seconds) {
                for _ in 0..WINDOW {
                    clients[0].reader.get_mut().write_all(&frame)?;
                }
                for client in &mut clients[1..] {
                    for _ in 0..WINDOW {
                        client.read_frame(&text)?;
                    }
                }
                rounds += 1;
                if rounds == 2 {
                    (began, used) = (Instant::now(), cpu(pid)?);
                }
            }
            report(pid, used, f64::from(rounds - 2) * to_f64((connections - 1) * WINDOW))
        }
        _ => {
            round(&mut clients, &frame, &text)?;
            println!("{:.2} KB a connection", (memory(pid)? - before) / to_f64(connections));
            Ok(())
        }
    }
}

/// Measures a room in which every socket publishes and receives.
fn round(clients: &mut [Client], frame: &[u8], text: &[u8]) -> Outcome<()> {
    for client in clients.iter_mut() {
        client.reader.get_mut().write_all(frame)?;
    }
    clients.iter_mut().try_for_each(|client| client.read_frame(text))
}

fn report(pid: u32, used: f64, messages: f64) -> Outcome<()> {
    println!("{:.3} us a message, {messages} messages", (cpu(pid)? - used) / messages * 1e6);
    Ok(())
}

impl Client {
    fn open(port: u16, path: &str) -> Outcome<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let offer = if env::var_os("PLAIN").is_some() { "none" } else { "permessage-deflate" };
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: {offer}; server_no_context_takeover; \
             client_no_context_takeover\r\n\r\n"
        )?;
        let mut reader = BufReader::with_capacity(32 * 1024, stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head)?;
        }
        let agreed = head.contains("permessage-deflate");
        if !head.starts_with("HTTP/1.1 101 ") || agreed != (offer != "none") {
            return Err(head.into());
        }
        Ok(Self { reader, checked: false })
    }

    /// Reads a frame.
    fn read_frame(&mut self, text: &[u8]) -> Outcome<()> {
        let mut head = [0; 2];
        self.reader.read_exact(&mut head)?;
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.reader.read_exact(&mut length)?;
                u16::from_be_bytes(length).into()
            }
            127 => return Err("a longer frame than is sent".into()),
            length => usize::from(length),
        };
        if !self.checked {
            self.checked = true;
            let mut payload = vec![0; length];
            self.reader.read_exact(&mut payload)?;
            if head[0] != 0xc1 || inflated(&payload, text.len())? != text {
                return Err("another answer than was sent, or not compressed".into());
            }
            return Ok(());
        }
        let mut left = length;
        while left > 0 {
            let taken = self.reader.fill_buf()?.len().min(left);
            self.reader.consume(taken);
            left -= taken;
        }
        Ok(())
    }
}

/// Returns JSON that resembles that of applications: objects with equal keys and different values.
fn json(bytes: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "the", "message", "server", "client", "room", "hello", "typed", "value", "price", "order", "update",
        "status",
    ];
    let mut state = 1_u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % sides
    };
    let mut text = String::from("[");
    while text.len() < bytes {
        let words: Vec<_> = (0..3 + roll(8)).map(|_| WORDS[roll(WORDS.len())]).collect();
        let (id, price, text_) = (roll(1_000_000), roll(100_000), words.join(" "));
        let _ =
            write!(text, r#"{{"id":{id},"from":"{}","text":"{text_}","price":{price}}},"#, WORDS[roll(12)]);
    }
    text.truncate(bytes);
    text.into_bytes()
}

fn deflated(text: &[u8]) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 2 + 64);
    Compress::new(Compression::default(), false).compress_vec(text, &mut out, FlushCompress::Sync)?;
    out.truncate(out.len() - 4);
    Ok(out)
}

fn inflated(payload: &[u8], length: usize) -> Outcome<Vec<u8>> {
    let mut out = Vec::with_capacity(length + 64);
    let payload = [payload, &[0x00, 0x00, 0xff, 0xff]].concat();
    Decompress::new(false).decompress_vec(&payload, &mut out, FlushDecompress::Sync)?;
    Ok(out)
}

/// Returns a compressed text frame with a mask of zeros.
fn masked(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0xc1];
    if let Ok(length @ 0..=125) = u8::try_from(payload.len()) {
        frame.push(0x80 | length);
    } else {
        frame.push(0xfe);
        frame.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Returns the CPU time of a process, in seconds.
fn cpu(pid: u32) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // A tick is a hundredth of a second.
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

/// Returns the resident memory of a process in KB.
fn memory(pid: u32) -> Outcome<f64> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm"))?;
    Ok(statm.split(' ').nth(1).unwrap_or_default().parse::<f64>()? * 4.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of messages are small")]
fn to_f64(count: usize) -> f64 {
    count as f64
}
