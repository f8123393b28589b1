//! Accepting connections: the error of one client does not delay other clients, and only a shortage of system resources
//! pauses accepting.

use std::{
    collections::VecDeque,
    future::pending,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncWriteExt, DuplexStream, duplex},
    time::{Instant, sleep},
};
use ws_runtime::{Listener, Server, ws_route};

use crate::{
    logs::Logged,
    support::{handshake, head},
};

struct Echo;

#[ws_route("/echo", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

/// A listener that yields the given results in order, then stays pending, and counts its calls.
struct Script {
    steps: VecDeque<Step>,
    asked: Arc<AtomicUsize>,
}

enum Step {
    Fail(io::Error),
    /// Number of calls of `accept`.
    FailForEver(fn() -> io::Error),
    /// Yields this many errors, one per millisecond.
    FailSlowly(usize),
    Accept(DuplexStream),
}

impl Listener for Script {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, Option<SocketAddr>)> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.steps.pop_front() {
            Some(Step::Fail(error)) => Err(error),
            Some(Step::FailForEver(error)) => {
                self.steps.push_front(Step::FailForEver(error));
                Err(error())
            }
            Some(Step::FailSlowly(times)) => {
                sleep(Duration::from_millis(1)).await;
                if times > 1 {
                    self.steps.push_front(Step::FailSlowly(times - 1));
                }
                Err(io::ErrorKind::InvalidData.into())
            }
            Some(Step::Accept(stream)) => Ok((stream, None)),
            None => pending().await,
        }
    }
}

fn script(steps: impl IntoIterator<Item = Step>) -> (Script, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    (Script { steps: steps.into_iter().collect(), asked: Arc::clone(&asked) }, asked)
}

/// Returns a client that has sent its handshake, and the server's end of its stream.
async fn client() -> (DuplexStream, DuplexStream) {
    let (mut ours, theirs) = duplex(64 * 1024);
    ours.write_all(handshake("/echo").as_bytes()).await.unwrap();
    (ours, theirs)
}

#[cfg(unix)]
const EMFILE: i32 = 24;
#[cfg(windows)]
const EMFILE: i32 = 10024;

fn short() -> io::Error {
    io::Error::from_raw_os_error(EMFILE)
}

#[tokio::test(start_paused = true)]
async fn failed_clients_do_not_delay_others() {
    let kinds = [
        io::ErrorKind::InvalidData,
        io::ErrorKind::UnexpectedEof,
        io::ErrorKind::TimedOut,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::Other,
    ];
    let (mut ours, theirs) = client().await;
    let errors = kinds.into_iter().cycle().take(700).map(|kind| Step::Fail(io::Error::new(kind, "tls")));
    let (listener, _) = script(errors.chain([Step::Accept(theirs)]));
    let server = Server::new().route(Echo);
    let handle = server.handle();
    let began = Instant::now();
    let serving = tokio::spawn(server.serve(listener));
    assert!(head(&mut ours).await.starts_with("HTTP/1.1 101 "));
    assert_eq!(began.elapsed(), Duration::ZERO);
    handle.shutdown();
    drop(ours);
    serving.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn accepting_backs_off_while_a_shortage_lasts() {
    let kinds: [fn() -> io::Error; 3] =
        [short, || io::ErrorKind::OutOfMemory.into(), || io::Error::other(short())];
    for error in kinds {
        let (listener, asked) = script([Step::FailForEver(error)]);
        let server = Server::new().route(Echo);
        let handle = server.handle();
        let serving = tokio::spawn(server.serve(listener));
        sleep(Duration::from_secs(60)).await;
        let asked = asked.load(Ordering::Relaxed);
        assert!((60..=70).contains(&asked), "asked {asked} times in a minute");
        // A shutdown does not wait for the end of the pause.
        let began = Instant::now();
        handle.shutdown();
        serving.await.unwrap().unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn accepting_resumes_soon_after_a_short_shortage() {
    // Errors of single connections between the shortages do not lengthen the pause.
    let reset = || Step::Fail(io::ErrorKind::ConnectionReset.into());
    for _ in 0..2 {
        let (mut ours, theirs) = client().await;
        let (mut second, of_second) = client().await;
        let (listener, _) = script([
            Step::Fail(short()),
            reset(),
            Step::Fail(short()),
            Step::Accept(theirs),
            Step::Fail(short()),
            Step::Accept(of_second),
        ]);
        let server = Server::new().route(Echo);
        let handle = server.handle();
        let began = Instant::now();
        let serving = tokio::spawn(server.serve(listener));
        assert!(head(&mut ours).await.starts_with("HTTP/1.1 101 "));
        assert_eq!(began.elapsed().as_millis() / 10, 3, "10 ms and 20 ms");
        assert!(head(&mut second).await.starts_with("HTTP/1.1 101 "));
        assert_eq!(began.elapsed().as_millis() / 10, 4, "and 10 ms again");
        handle.shutdown();
        drop((ours, second));
        serving.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn accept_errors_warn_once_a_second() {
    let (logged, _guard) = Logged::watch();
    let (mut ours, theirs) = client().await;
    let (listener, _) = script([
        Step::FailSlowly(3500),
        Step::Accept(duplex(1).1),
        Step::FailSlowly(1),
        Step::FailSlowly(1000),
        Step::Accept(theirs),
    ]);
    let server = Server::new().route(Echo);
    let handle = server.handle();
    let serving = tokio::spawn(server.serve(listener));
    assert!(head(&mut ours).await.starts_with("HTTP/1.1 101 "));
    let warnings: Vec<_> =
        logged.take().into_iter().filter(|line| line.contains("failed to accept connections")).collect();
    assert!(warnings.iter().all(|line| line.starts_with("WARN")), "{warnings:?}");
    assert!((4..=6).contains(&warnings.len()), "{warnings:?}");
    handle.shutdown();
    drop(ours);
    serving.await.unwrap().unwrap();
}
