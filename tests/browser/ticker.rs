//! The page of the `ticker` example: messages of the server are shown and answered.

use ws_tests::Example;

use crate::{
    driver::Browser,
    legible::legible,
    tab::{DESKTOP, PHONE, Tab, key},
};

const GREETING: &str = "You are connected to the server.";
const TICK: &str = "A message from the server to the client.";
const PAGE_GREETING: &str = "A client has connected.";
const PAGE_TICK: &str = "A message from the client to the server.";

/// Starts a ticker with a short interval, so that the test is fast.
const FAST: &[(&str, &str)] = &[("TICK_MS", "50")];

async fn listen<'a>(browser: &'a Browser, example: &Example) -> Tab<'a> {
    let tab = browser.open(&format!("http://{}/", example.address())).await;
    tab.until_text("#state", "Connected").await;
    tab
}

async fn wait_for_messages(tab: &Tab<'_>, count: usize) {
    tab.until(&format!("Number(document.querySelector('#heard').textContent) >= {count}")).await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn ticker_exchanges_messages_until_the_page_disconnects() {
    let (mut example, browser) = (Example::start_with("ticker", FAST).await, Browser::start().await);
    let ada = listen(&browser, &example).await;
    wait_for_messages(&ada, 3).await;
    for (line, who, said) in [(1, "You", PAGE_GREETING), (2, "Server", GREETING), (3, "Server", TICK)] {
        let css = format!("#messages li:nth-child({line})");
        assert_eq!(ada.text(&format!("{css} .who")).await, who);
        assert_eq!(ada.text(&format!("{css} .said")).await, said);
    }
    example.prints("open 127.0.0.1").await;
    // The page also sends messages without user input.
    for text in [PAGE_GREETING, PAGE_TICK] {
        example.prints(&format!("message 127.0.0.1 {text:?}")).await;
    }

    ada.click("#toggle").await;
    ada.until_text("#state", "Disconnected").await;
    example.prints("close 127.0.0.1").await;
    let heard = ada.text("#heard").await;
    // A disconnected page does not receive the ticks that another page receives.
    let grace = listen(&browser, &example).await;
    wait_for_messages(&grace, 5).await;
    assert_eq!(ada.text("#heard").await, heard);

    ada.click("#toggle").await;
    ada.until_text("#state", "Connected").await;
    wait_for_messages(&ada, heard.parse::<usize>().expect("a number") + 2).await;
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn page_reconnects_to_a_restarted_ticker() {
    let (example, browser) = (Example::start("ticker").await, Browser::start().await);
    let port = example.address().port();
    let ada = listen(&browser, &example).await;
    wait_for_messages(&ada, 1).await;
    example.kill().await;
    ada.until_text("#state", "Reconnecting").await;
    ada.until_text("#messages li:last-child.failed .said", "Not sent: there is no connection.").await;
    let _example = Example::start_on("ticker", port).await;
    ada.until_text("#state", "Connected").await;
    wait_for_messages(&ada, 2).await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn ticker_page_is_accessible() {
    let (example, browser) = (Example::start_with("ticker", FAST).await, Browser::start().await);
    let ada = listen(&browser, &example).await;
    wait_for_messages(&ada, 12).await;
    // The page is paused, so that its screenshot does not change.
    ada.press(key::TAB).await;
    assert_eq!(ada.eval("document.activeElement.id").await, "toggle");
    ada.press(key::ENTER).await;
    ada.until_text("#state", "Disconnected").await;
    for (css, role, name) in [
        (".log", "log", "Messages"),
        ("#toggle", "button", "Connect"),
        ("#state", "status", ""),
        ("h1", "heading", "Ticker"),
    ] {
        assert_eq!(ada.spoken(css).await, (role.to_owned(), name.to_owned()), "{css}");
    }
    for screen in [DESKTOP, PHONE] {
        for scheme in ["light", "dark"] {
            legible(&ada, "ticker", screen, scheme).await;
        }
    }
    browser.quit().await;
}
