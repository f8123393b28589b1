//! The page of the `events` example: it has a button for each event, and a log of sent and received events.

use ws_tests::Example;

use crate::{
    driver::Browser,
    legible::legible,
    room::MARKUP,
    tab::{DESKTOP, PHONE, Tab, key},
};

async fn open_page<'a>(browser: &'a Browser, example: &Example) -> Tab<'a> {
    let tab = browser.open(&format!("http://{}/", example.address())).await;
    tab.until_text("#state", "Connected").await;
    logs(&tab, "in", "hello", r#""world""#).await;
    tab
}

/// Clicks the button of this event.
async fn emit(tab: &Tab<'_>, event: &str) {
    tab.click(&format!("button[value={event}]")).await;
}

/// Waits until the last line of this kind shows this event with this data. `N` in the data stands for the number of a
/// socket.
async fn logs(tab: &Tab<'_>, way: &str, name: &str, data: &str) {
    tab.until(&format!(
        "(([name, data]) => name === {name:?} && data.replace(/(\"from\":)\"[0-9a-f]{{32}}\"/, '$1N') === {data:?})(
            ['name', 'data'].map((part) => [...document.querySelectorAll('#events .{way} .' + part)].at(-1)?.innerText ?? '')
        )"
    ))
    .await;
}

async fn audience(tab: &Tab<'_>) -> String {
    tab.text("#events li:last-child .audience").await
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn events_reach_all_a_room_or_the_sender() {
    let (example, browser) = (Example::start("events").await, Browser::start().await);
    let ada = open_page(&browser, &example).await;
    let grace = open_page(&browser, &example).await;
    let eve = open_page(&browser, &example).await;
    assert_eq!(audience(&ada).await, "you");

    emit(&ada, "howdy").await;
    logs(&ada, "out", "howdy", r#""stranger""#).await;
    for tab in [&ada, &grace, &eve] {
        logs(tab, "in", "howdy", r#"{"from":N,"text":"stranger"}"#).await;
        assert_eq!(audience(tab).await, "all");
    }

    emit(&ada, "join").await;
    logs(&ada, "in", "joined", r#"{"room":"lobby","from":N}"#).await;
    emit(&grace, "join").await;
    for tab in [&ada, &grace] {
        logs(tab, "in", "joined", r#"{"room":"lobby","from":N}"#).await;
    }
    ada.fill("#text", &format!("Hello, Grace{}", key::ENTER)).await;
    for tab in [&ada, &grace] {
        logs(tab, "in", "said", r#"{"room":"lobby","from":N,"text":"Hello, Grace"}"#).await;
        assert_eq!(audience(tab).await, "#lobby");
    }
    // A client that has not joined receives nothing and cannot send.
    emit(&eve, "say").await;
    logs(&eve, "in", "refused", r#""you are not in that room""#).await;
    assert_eq!(eve.eval("document.querySelectorAll('#events .in').length").await, 3);

    emit(&eve, "who").await;
    logs(&eve, "out", "who", "").await;
    logs(&eve, "in", "here", "3").await;
    eve.go("about:blank").await;
    ada.until("[...document.querySelectorAll('#events .in .name')].at(-1).innerText === 'bye'").await;
    emit(&grace, "leave").await;
    logs(&ada, "in", "left", r#"{"room":"lobby","from":N}"#).await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn invalid_event_is_shown_with_its_error() {
    let (example, browser) = (Example::start("events").await, Browser::start().await);
    let ada = open_page(&browser, &example).await;
    ada.fill("#greeting", &format!("{}{}", "x".repeat(501), key::ENTER)).await;
    logs(&ada, "wrong", "validation", "/data must have at most 500 characters").await;
    ada.fill("#greeting", &format!("{MARKUP}{}", key::ENTER)).await;
    logs(&ada, "in", "howdy", r#"{"from":N,"text":"<img src=x onerror=alert(1)>"}"#).await;
    assert_eq!(ada.eval("document.querySelectorAll('#events img').length").await, 0);
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn emit_is_disabled_while_disconnected() {
    let (example, browser) = (Example::start("events").await, Browser::start().await);
    let port = example.address().port();
    let ada = open_page(&browser, &example).await;
    example.kill().await;
    ada.until_text("#state", "Reconnecting").await;
    assert_eq!(ada.eval("document.querySelector('button[value=howdy]').ariaDisabled").await, "true");
    emit(&ada, "howdy").await;
    assert_eq!(ada.eval("document.querySelectorAll('#events .out').length").await, 0);

    let _example = Example::start_on("events", port).await;
    ada.until_text("#state", "Connected").await;
    emit(&ada, "howdy").await;
    logs(&ada, "in", "howdy", r#"{"from":N,"text":"stranger"}"#).await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn events_page_is_accessible() {
    let (example, browser) = (Example::start("events").await, Browser::start().await);
    let ada = open_page(&browser, &example).await;
    for (css, role, name) in [
        ("#greeting", "textbox", "To all"),
        ("#room", "textbox", "Room"),
        ("#text", "textbox", "To the room"),
        ("button[value=who]", "button", "who"),
        (".log", "log", "Emitted and heard"),
        ("#events .way", "image", "heard"),
        ("#state", "status", ""),
    ] {
        assert_eq!(ada.spoken(css).await, (role.to_owned(), name.to_owned()), "{css}");
    }
    let mut order = Vec::new();
    for _ in 0..9 {
        ada.press(key::TAB).await;
        order.push(ada.eval("document.activeElement.id || document.activeElement.value || document.activeElement.className").await);
    }
    assert_eq!(order, ["greeting", "howdy", "room", "join", "leave", "text", "say", "who", "log"]);

    // The log has one line of each kind, and one line that is wider than any screen.
    emit(&ada, "join").await;
    emit(&ada, "say").await;
    ada.fill("#greeting", &format!("{}{}", "long".repeat(60), key::ENTER)).await;
    ada.fill("#greeting", key::ENTER).await;
    ada.fill("#greeting", "stranger").await;
    emit(&ada, "join").await;
    emit(&ada, "who").await;
    logs(&ada, "in", "here", "1").await;
    for screen in [DESKTOP, PHONE] {
        for scheme in ["light", "dark"] {
            legible(&ada, "events", screen, scheme).await;
        }
    }
    browser.quit().await;
}

/// A browser offers compression, and the server of the example accepts it.
#[tokio::test]
#[ignore = "needs chromium"]
async fn events_are_compressed() {
    let (example, browser) = (Example::start("events").await, Browser::start().await);
    let tab = open_page(&browser, &example).await;
    tab.until("(globalThis.probe ??= new WebSocket(`ws://${location.host}/events`)).extensions === 'permessage-deflate'")
        .await;
}
