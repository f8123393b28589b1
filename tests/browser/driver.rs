//! A Chromium of a test's own, spoken to as the WebDriver standard says (<https://www.w3.org/TR/webdriver2/>).
//!
//! It must not know any page. It drives what users have: real keys, real clicks, the rendered page.

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

/// How long a page may take to come to what a test waits for, in milliseconds.
const PATIENCE: u64 = 20_000;

/// How often a driver may find its port taken: it asks for one that is free in IPv6, then wants the same in IPv4, where
/// another test may listen on it.
const ATTEMPTS: u32 = 10;
/// What it prints then.
const TAKEN: &str = "port not available";

/// Empty profile aside (the driver makes one), a browser that shows nothing and asks nobody but the pages under test.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    // A container's root cannot have the sandbox; the pages are ours.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A running browser. A test ends with [`Browser::quit`]; one that panics before has it killed, driver and all.
pub(crate) struct Browser {
    wire: Mutex<http1::SendRequest<Full<Bytes>>>,
    /// The other end of `wire`; it ends with it.
    connection: JoinHandle<hyper::Result<()>>,
    address: SocketAddr,
    session: String,
    driver: Child,
    /// The process group of the driver and all that it starts.
    group: u32,
    /// The profile, and what else the browser leaves behind.
    folder: PathBuf,
    /// Held so that the driver never writes to a closed pipe.
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
            group: driver.id().expect("nobody has waited for it"),
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

    /// Opens a window with a page. Unlike a tab's, all windows' pages count as seen, so none is slowed down.
    pub(crate) async fn open(&self, url: &str) -> Tab<'_> {
        let window = self.post("/window/new", json!({ "type": "window" })).await;
        let tab = Tab::new(self, window["handle"].as_str().expect("a window has a handle").to_owned());
        tab.go(url).await;
        tab
    }

    /// What the pages complained of: errors, refused resources, violations of their policy. Each is told once.
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

    /// A command for the window that the last one was for.
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
    /// Also where a test has failed, and the browser would outlive it.
    fn drop(&mut self) {
        self.connection.abort();
        let group = format!("-{}", self.group);
        // Where all have ended already, there is nobody to signal.
        let _ = process::Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        // What a process writes as it ends may stand in the way of the folder's end.
        for _ in 0..100 {
            if fs::remove_dir_all(&self.folder).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A running driver, its further output, and where it listens.
async fn drive(folder: &Path) -> (Child, Lines<BufReader<ChildStdout>>, SocketAddr) {
    for _ in 0..ATTEMPTS {
        let mut printed = String::new();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // The browser is of the driver's group, so that one signal reaches both.
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

/// A new folder for one browser, with a short path: sockets are among what stands in it.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("ws-tests-browser-{}-{number}", process::id()));
    fs::create_dir(&folder)
        .expect("the temporary folder can be written, and nobody has this process's number");
    folder
}

/// The port in `ChromeDriver was started successfully on port 33839.`
fn port(line: &str) -> Option<u16> {
    line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}
