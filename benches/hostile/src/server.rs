//! A server process, which is started, measured and stopped.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::Failure;

/// Time between SIGTERM and SIGKILL.
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Ours,
    Axum,
    NodeWs,
}

impl Peer {
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        let all = [Self::Ours, Self::Axum, Self::NodeWs];
        all.into_iter().find(|peer| peer.name() == name).ok_or_else(|| format!("no server `{name}`").into())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Axum => "axum",
            Self::NodeWs => "node-ws",
        }
    }

    fn command(self, binaries: &Path, scripts: &Path) -> Command {
        match self {
            Self::Ours => Command::new(binaries.join("hostile-ours")),
            Self::Axum => Command::new(binaries.join("hostile-axum")),
            Self::NodeWs => {
                let mut node = Command::new("node");
                node.arg(scripts.join("hostile.mjs"));
                node
            }
        }
    }
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(peer: Peer, binaries: &Path, scripts: &Path) -> Result<Self, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = peer.command(binaries, scripts);
        let child = command.env("PORT", address.port().to_string()).stdin(Stdio::null()).spawn()?;
        let server = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > Duration::from_secs(10) {
                return Err("the server does not listen".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Returns the resident memory in bytes.
    pub(crate) fn resident(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1024)
    }

    /// Sends SIGTERM, and returns the time until the server has ended.
    pub(crate) fn shut_down(&mut self) -> Result<Duration, Failure> {
        let begun = Instant::now();
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        while begun.elapsed() < LONGEST {
            if self.child.try_wait()?.is_some() {
                return Ok(begun.elapsed());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(LONGEST)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
