//! A server process, which runs on given CPUs and is measured.

use std::{
    ffi::OsString,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::Failure;

/// Timeout for a server to listen.
const PATIENCE: Duration = Duration::from_secs(10);
/// Interval between attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);
/// Work directly after the start, such as compiling, is not measured.
const SETTLING: Duration = Duration::from_millis(150);

pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a program on some CPUs and waits until it listens.
    pub(crate) fn start(program: &[OsString], cpus: &str) -> Result<Self, Failure> {
        // The kernel chooses a free port, which is probably still free when the server binds it.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let process = Command::new("taskset")
            .args(["--cpu-list", cpus])
            .args(program)
            .env("PORT", address.port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { process, address };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("the server ended with {status}").into());
            }
            if began.elapsed() > PATIENCE {
                return Err("the server does not listen".into());
            }
            sleep(PAUSE);
        }
        sleep(SETTLING);
        Ok(server)
    }

    /// Returns the CPU time of all threads in nanoseconds, as the scheduler counts it, including time in the kernel.
    pub(crate) fn cpu_time(&self) -> Result<u64, Failure> {
        let mut sum = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let times = fs::read_to_string(thread?.path().join("schedstat"))?;
            let ran = times.split_whitespace().next().ok_or("the scheduler counts nothing")?;
            sum += ran.parse::<u64>()?;
        }
        Ok(sum)
    }

    /// Returns the resident memory in KiB.
    pub(crate) fn resident(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number =
            line.and_then(|line| line.split_whitespace().next()).ok_or("the system tells no memory")?;
        Ok(number.parse()?)
    }
}

/// The server is killed at once, because it has no state to save.
impl Drop for Server {
    fn drop(&mut self) {
        // Killing fails if the server has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
