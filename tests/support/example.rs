//! Runs the examples as servers of a test. They are built once, started on a free port, and killed on drop.
//!
//! An example must read its port from `PORT` and print its address. Nothing else about it is assumed.

use std::{
    collections::HashMap,
    env, fs,
    net::SocketAddr,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    sync::OnceCell,
    time::timeout,
};

/// Maximum time to wait for an expected line of output.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running example, which is killed on drop.
#[derive(Debug)]
pub struct Example {
    address: SocketAddr,
    process: Child,
    /// Kept open so that the example never writes to a closed pipe.
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Example {
    /// Builds the examples if necessary, and starts this one on a free port.
    ///
    /// # Panics
    /// Panics if the build fails, the example does not exist, or it does not print its address.
    pub async fn start(name: &str) -> Self {
        Self::start_on(name, 0).await
    }

    /// Starts the example on a free port with additional environment variables.
    ///
    /// # Panics
    /// Panics like [`Example::start`].
    pub async fn start_with(name: &str, settings: &[(&str, &str)]) -> Self {
        Self::spawn(name, 0, settings).await
    }

    /// Starts the example on a port that another instance has used, as in a restart.
    ///
    /// # Panics
    /// Panics like [`Example::start`], and if the port is in use.
    pub async fn start_on(name: &str, port: u16) -> Self {
        Self::spawn(name, port, &[]).await
    }

    async fn spawn(name: &str, port: u16, settings: &[(&str, &str)]) -> Self {
        let executable = executable(name).await;
        let mut process = Command::new(executable)
            .env("PORT", port.to_string())
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", executable.display()));
        let mut stdout = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let printed = timeout(PATIENCE, async {
            while let Some(line) = stdout.next_line().await.expect("an example prints text") {
                if let Some(address) = address(&line) {
                    return Some(address);
                }
            }
            None
        });
        let printed =
            printed.await.unwrap_or_else(|late| panic!("example {name} printed no address: {late}"));
        match printed {
            Some(address) => Self { address, process, stdout },
            None => panic!("example {name} ended without an address: {:?}", process.wait().await),
        }
    }

    /// Returns the address of the example.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the resident memory of the example, in bytes.
    ///
    /// # Panics
    /// Panics if the process has ended, or the system does not report its memory.
    pub fn memory(&self) -> u64 {
        let id = self.process.id().expect("the process was not awaited");
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("Linux says so");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
        resident.and_then(|kib| kib.parse::<u64>().ok()).expect("it is a number of kB") * 1024
    }

    /// Waits until the example prints this line, and skips earlier output.
    ///
    /// # Panics
    /// Panics if the line does not appear. The message contains the actual output.
    pub async fn prints(&mut self, expected: &str) {
        let mut others = Vec::new();
        let come = timeout(PATIENCE, async {
            while let Some(line) = self.stdout.next_line().await.expect("an example prints text") {
                if line == expected {
                    return true;
                }
                others.push(line);
            }
            false
        });
        let come = come.await.unwrap_or(false);
        assert!(come, "the example did not print {expected:?} but {others:#?}");
    }

    /// Sends a signal by name, as in `TERM`.
    ///
    /// # Panics
    /// Panics if the process has ended.
    pub async fn signal(&self, name: &str) {
        let id = self.process.id().expect("the process was not awaited").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await;
        assert!(sent.expect("POSIX has kill").success(), "the example has ended before");
    }

    /// Waits until the process has ended. Returns its unread output.
    ///
    /// # Panics
    /// Panics if the process keeps running.
    pub async fn ended(mut self) -> (ExitStatus, Vec<String>) {
        let mut printed = Vec::new();
        let ended = timeout(PATIENCE, async {
            while let Some(line) = self.stdout.next_line().await.expect("an example prints text") {
                printed.push(line);
            }
            self.process.wait().await.expect("it is ours")
        });
        match ended.await {
            Ok(status) => (status, printed),
            Err(late) => panic!("the example keeps running: {late}; it has printed {printed:#?}"),
        }
    }

    /// Sends SIGTERM, as a service manager does, and waits for the end.
    ///
    /// # Panics
    /// Panics if the process has already ended, or keeps running.
    pub async fn terminate(self) -> ExitStatus {
        self.signal("TERM").await;
        self.ended().await.0
    }

    /// Kills the process and waits until its port is free.
    ///
    /// # Panics
    /// Panics if the process cannot be killed.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("it is ours");
    }
}

/// Parses the address in a line such as `listening on http://127.0.0.1:3000/`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split(['/', ' ']).next()?.parse().ok()
}

async fn executable(name: &str) -> &'static PathBuf {
    static BUILT: OnceCell<HashMap<String, PathBuf>> = OnceCell::const_new();
    let built = BUILT.get_or_init(build).await;
    built.get(name).unwrap_or_else(|| panic!("there is no example {name:?} among {:?}", built.keys()))
}

/// Builds the examples and returns their paths as cargo reports them. A binary next to the test might be outdated. If
/// the examples are up to date, cargo only prints the paths.
///
/// The packages are those of a complete `cargo test`, so that the features match and nothing is built twice. Tests in
/// release mode use optimised examples.
async fn build() -> HashMap<String, PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--workspace", "--examples", "--message-format=json-render-diagnostics"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if !cfg!(debug_assertions) {
        command.args(["--profile", "long"]);
    }
    let output = command.output().await.expect("cargo runs the tests, so it runs");
    assert!(output.status.success(), "the examples do not build");
    output.stdout.split(|byte| *byte == b'\n').filter_map(example).collect()
}

/// Parses the name and path of an example in a line of cargo's JSON.
fn example(line: &[u8]) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_slice(line).ok()?;
    let path = message["executable"].as_str()?;
    let target = &message["target"];
    (target["kind"][0] == "example")
        .then(|| (target["name"].as_str().unwrap_or_default().to_owned(), path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_parsed_from_the_output() {
        for (line, found) in [
            ("listening on http://127.0.0.1:3000", Some(([127, 0, 0, 1], 3000).into())),
            ("the chat is at http://127.0.0.1:41/ (Ctrl-C stops it)", Some(([127, 0, 0, 1], 41).into())),
            ("http://localhost:3000", None),
            ("starting", None),
        ] {
            assert_eq!(address(line), found, "{line}");
        }
    }

    #[test]
    fn only_examples_are_parsed_from_cargo_messages() {
        for (line, found) in [
            (r#"{"executable":"/t/chat","target":{"kind":["example"],"name":"chat"}}"#, Some("chat")),
            (r#"{"executable":"/t/tool","target":{"kind":["bin"],"name":"tool"}}"#, None),
            (r#"{"executable":null,"target":{"kind":["example"],"name":"chat"}}"#, None),
            (r#"{"reason":"build-finished","success":true}"#, None),
            ("", None),
        ] {
            let name = example(line.as_bytes()).map(|(name, _)| name);
            assert_eq!(name.as_deref(), found, "{line}");
        }
    }
}
