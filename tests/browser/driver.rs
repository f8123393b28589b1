//! Drives a separate Chromium through the WebDriver protocol (<https://www.w3.org/TR/webdriver2/>).
//!
//! This module does not depend on any page. Keys, clicks and rendering are real.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdout, Command},
    sync::Mutex,
    task::JoinHandle,
};

use crate::tab::Tab;

/// Maximum time until a page reaches the state that a test waits for, in milliseconds.
const PATIENCE: u64 = 20_000;

/// Number of attempts to start a driver. A driver picks a port that is free in IPv6, and fails if another test listens
/// on the same port in IPv4.
const ATTEMPTS: u32 = 10;
/// Message that a driver prints if its port is in use.
const TAKEN: &str = "port not available";

/// Options of a headless browser that makes no requests except to the pages under test. The driver creates an empty
/// profile.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    // The sandbox does not work for root in a container. It is not needed, because the pages are our own.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A running browser. A test ends with [`Browser::quit`]. If it panics before, the browser and the driver are killed.
pub(crate) struct Browser {
    wire: Mutex<http1::SendRequest<Full<Bytes>>>,
    /// Connection to the driver process.
    connection: JoinHandle<hyper::Result<()>>,
    address: SocketAddr,
    session: String,
    driver: Child,
    /// Process group of the driver and its children.
    group: u32,
    /// Directory of the profile and other files of the browser.
    folder: PathBuf,
    /// Kept open so that the driver never writes to a closed pipe.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let folder = folder();
        let (driver, stdout, address) = drive(&folder).await;
        let stream = TcpStream::connect(address).await.expect("it listens");
        let (wire, connection) = http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
        let mut browser = Self {
            wire: Mutex::new(wire),
            connection: tokio::spawn(connection),
            address,
            session: String::new(),
            group: driver.id().expect("the process was not awaited"),
            driver,
            folder,
            _stdout: stdout,
        };
        let capabilities = json!({
            "browserName": "chrome",
            "timeouts": { "script": PATIENCE, "pageLoad": PATIENCE },
            "unhandledPromptBehavior": "ignore",
            "goog:chromeOptions": { "args": ARGUMENTS },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let asked = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let made = browser.call(Method::POST, "/session", asked).await.expect("Chromium starts");
        made["sessionId"].as_str().expect("a session has a name").clone_into(&mut browser.session);
        browser
    }

    /// Opens a page in a new window. A window counts as visible, unlike a tab in the background, so it is not
    /// throttled.
    pub(crate) async fn open(&self, url: &str) -> Tab<'_> {
        let window = self.post("/window/new", json!({ "type": "window" })).await;
        let tab = Tab::new(self, window["handle"].as_str().expect("a window has a handle").to_owned());
        tab.go(url).await;
        tab
    }

    /// Returns the errors that the pages logged since the last call: exceptions, blocked resources, policy violations.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let told = self.post("/se/log", json!({ "type": "browser" })).await;
        let severe = told.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].to_string()).collect()
    }

    /// Closes the browser and the driver.
    pub(crate) async fn quit(mut self) {
        let path = format!("/session/{}", self.session);
        self.call(Method::DELETE, &path, Value::Null).await.expect("the session ends");
        self.driver.kill().await.expect("it is ours");
    }

    /// Sends a command to the current window.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.call(Method::POST, &format!("/session/{}{path}", self.session), body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.call(Method::GET, &path, Value::Null).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.address.to_string())
            .body(Full::new(body))
            .expect("its parts are valid");
        let response = self.wire.lock().await.send_request(request).await.expect("the driver lives");
        let status = response.status();
        let body = response.into_body().collect().await.expect("the driver lives").to_bytes();
        let mut answer: Value = serde_json::from_slice(&body).expect("WebDriver is JSON");
        let value = answer["value"].take();
        if status.is_success() { Ok(value) } else { Err(value["message"].to_string()) }
    }
}

impl Drop for Browser {
    /// Kills the browser after a failed test, which would otherwise leave it running.
    fn drop(&mut self) {
        self.connection.abort();
        let group = format!("-{}", self.group);
        // Fails if all processes have ended already.
        let _ = process::Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        // Fails if a process still writes into the directory.
        for _ in 0..100 {
            if fs::remove_dir_all(&self.folder).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A running driver, its remaining output, and its address.
async fn drive(folder: &Path) -> (Child, Lines<BufReader<ChildStdout>>, SocketAddr) {
    for _ in 0..ATTEMPTS {
        let mut printed = String::new();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // The browser joins the process group of the driver, so one signal reaches both.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is installed (Debian: chromium-driver)");
        let mut stdout = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        while let Some(line) = stdout.next_line().await.expect("it prints text") {
            if let Some(port) = port(&line) {
                return (driver, stdout, SocketAddr::from(([127, 0, 0, 1], port)));
            }
            printed += &line;
            printed.push('\n');
        }
        let status = driver.wait().await.expect("it is ours");
        assert!(printed.contains(TAKEN), "chromedriver ended with {status}, and printed:\n{printed}");
    }
    panic!("chromedriver found no free port in {ATTEMPTS} attempts");
}

/// Creates a directory for one browser. Its path is short because the browser creates sockets in it.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("ws-tests-browser-{}-{number}", process::id()));
    fs::create_dir(&folder).expect("the temporary folder is writable, and the process id is unique");
    folder
}

/// Parses the port in `ChromeDriver was started successfully on port 33839.`
fn port(line: &str) -> Option<u16> {
    line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}
