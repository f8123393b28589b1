//! A window of the browser: its input and its contents.

use std::{fs, path::Path};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::driver::Browser;

/// Key of an element reference in WebDriver's JSON (WebDriver §12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys without a character (WebDriver §17.4.2).
pub(crate) mod key {
    pub(crate) const ENTER: &str = "\u{E007}";
    pub(crate) const TAB: &str = "\u{E004}";
    pub(crate) const ESCAPE: &str = "\u{E00C}";
    /// Is held down while text is typed.
    pub(crate) const SHIFT: &str = "\u{E008}";
}

/// Size and kind of a screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// True for touch input and a device pixel ratio above one.
    pub(crate) mobile: bool,
}

pub(crate) const DESKTOP: Screen = Screen { name: "desktop", width: 1280, height: 800, mobile: false };
pub(crate) const PHONE: Screen = Screen { name: "phone", width: 390, height: 844, mobile: true };

/// A window. A browser executes the commands for its windows one at a time.
pub(crate) struct Tab<'a> {
    browser: &'a Browser,
    handle: String,
}

impl<'a> Tab<'a> {
    pub(crate) const fn new(browser: &'a Browser, handle: String) -> Self {
        Self { browser, handle }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.post("/url", json!({ "url": url })).await;
    }

    /// Appends text to the element that `css` selects.
    pub(crate) async fn write(&self, css: &str, keys: &str) {
        let element = self.element(css).await;
        self.post(&format!("/element/{element}/value"), json!({ "text": keys })).await;
    }

    /// Replaces the text of the element that `css` selects.
    pub(crate) async fn fill(&self, css: &str, keys: &str) {
        let element = self.element(css).await;
        self.post(&format!("/element/{element}/clear"), json!({})).await;
        self.post(&format!("/element/{element}/value"), json!({ "text": keys })).await;
    }

    /// Types into the focused element.
    pub(crate) async fn press(&self, keys: &str) {
        self.front().await;
        let element = id(&self.browser.get("/element/active").await);
        self.post(&format!("/element/{element}/value"), json!({ "text": keys })).await;
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.element(css).await;
        self.post(&format!("/element/{element}/click"), json!({})).await;
    }

    /// Evaluates an expression in the page.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.post("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Returns the rendered text of the element that `css` selects.
    pub(crate) async fn text(&self, css: &str) -> String {
        let text = self.eval(&format!("document.querySelector({css:?}).innerText")).await;
        text.as_str().expect("an element has text").to_owned()
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Panics
    /// Panics if the expression stays false. The message contains the text of the page.
    pub(crate) async fn until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const look = () => ({expression}) ? done(true) : setTimeout(look, 10);
             look();"
        );
        self.front().await;
        let come = self.browser.try_post("/execute/async", json!({ "script": script, "args": [] })).await;
        if let Err(error) = come {
            panic!("{error}\nwaiting for: {expression}\nthe page:\n{}", self.text("body").await);
        }
    }

    /// Waits until the element that `css` selects has this text.
    pub(crate) async fn until_text(&self, css: &str, text: &str) {
        self.until(&format!("document.querySelector({css:?})?.innerText === {text:?}")).await;
    }

    /// Returns the accessible role and name of the element that `css` selects.
    pub(crate) async fn spoken(&self, css: &str) -> (String, String) {
        let element = self.element(css).await;
        let role = self.browser.get(&format!("/element/{element}/computedrole")).await;
        let name = self.browser.get(&format!("/element/{element}/computedlabel")).await;
        (role.as_str().unwrap_or_default().to_owned(), name.as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn show_on(&self, screen: Screen, scheme: &str) {
        let Screen { width, height, mobile, .. } = screen;
        let scale = if mobile { 2 } else { 1 };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile })).await;
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        self.until(&format!(
            "innerWidth === {width} && matchMedia('(prefers-color-scheme: {scheme})').matches"
        ))
        .await;
    }

    /// Sends a command of the DevTools protocol (<https://chromedevtools.github.io/devtools-protocol/>).
    pub(crate) async fn devtools(&self, command: &str, params: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    /// Saves a screenshot as `screenshots/NAME.png` in the target directory.
    pub(crate) async fn picture(&self, name: &str) {
        self.front().await;
        let png = self.browser.get("/screenshot").await;
        let png = BASE64.decode(png.as_str().expect("a picture").as_bytes()).expect("WebDriver says Base64");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        fs::create_dir_all(&folder).expect("the target folder can be written");
        fs::write(folder.join(name).with_extension("png"), png).expect("the target folder can be written");
    }

    async fn element(&self, css: &str) -> String {
        id(&self.post("/element", json!({ "using": "css selector", "value": css })).await)
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.front().await;
        self.browser.post(path, body).await
    }

    async fn front(&self) {
        self.browser.post("/window", json!({ "handle": self.handle })).await;
    }
}

fn id(element: &Value) -> String {
    element[ELEMENT].as_str().expect("WebDriver names elements so").to_owned()
}
