//! Lost connections: no message is lost or duplicated.

use serde_json::json;
use ws_tests::Example;

use crate::{
    driver::Browser,
    room::{LOST, ONLINE, join, people, say, wait_for_last},
    tab::{DESKTOP, PHONE, key},
};

#[tokio::test]
#[ignore = "needs chromium"]
async fn server_restart_loses_no_client_and_no_message() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let port = example.address().port();
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    say(&ada, "before").await;
    wait_for_last(&grace, "message", "before").await;

    example.kill().await;
    for tab in [&ada, &grace] {
        tab.until(LOST).await;
    }
    assert_eq!(ada.text("#state").await, "Reconnecting");
    assert!(ada.text("#offline").await.starts_with("Not connected."), "the composer says so too");
    ada.write("#text", "meanwhile").await;
    ada.press(key::ENTER).await;
    assert_eq!(ada.eval("document.querySelector('#text').value").await, "meanwhile");
    ada.show_on(DESKTOP, "dark").await;
    ada.picture("lost-desktop-dark").await;
    ada.show_on(PHONE, "light").await;
    ada.picture("lost-phone-light").await;

    let example = Example::start_on("chat", port).await;
    for tab in [&ada, &grace] {
        tab.until(ONLINE).await;
        tab.until("document.querySelectorAll('#people-list .who').length === 2").await;
        assert_eq!(tab.eval("document.querySelectorAll('#people-list .you').length").await, 1);
    }
    ada.press(key::ENTER).await;
    wait_for_last(&grace, "message", "meanwhile").await;
    assert_eq!(
        grace.text("#messages li:first-of-type.message .text").await,
        "before",
        "what was there still is"
    );

    // The test repeats the steps with a graceful stop: the server closes the sockets, and the process ends.
    assert!(example.terminate().await.success());
    grace.until(LOST).await;
    let _example = Example::start_on("chat", port).await;
    grace.until(ONLINE).await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn returning_client_gets_missed_messages_once() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    say(&ada, "one").await;
    wait_for_last(&grace, "message", "one").await;

    grace.devtools("Network.enable", json!({})).await;
    let network = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    grace.devtools("Network.emulateNetworkConditions", network(true)).await;
    grace.until(LOST).await;
    wait_for_last(&ada, "note", "Grace left").await;
    say(&ada, "two").await;
    grace.devtools("Network.emulateNetworkConditions", network(false)).await;
    grace.until(ONLINE).await;

    wait_for_last(&grace, "note", "Connected again").await;
    let texts = grace.eval("[...document.querySelectorAll('.text')].map((text) => text.innerText)").await;
    assert_eq!(texts, json!(["one", "two"]));
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn reload_stays_in_the_room_and_keeps_own_messages() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    say(&ada, "mine").await;
    say(&grace, "yours").await;
    wait_for_last(&ada, "message", "yours").await;

    grace.devtools("Page.reload", json!({})).await;
    wait_for_last(&ada, "note", "Grace joined").await;
    grace.until(ONLINE).await;
    let lines = "[...document.querySelectorAll('#messages li')].map((line) => `${line.innerText.split('\\n').at(-1)} ${line.matches('.mine')}`)";
    assert_eq!(grace.eval(lines).await, json!(["mine false", "yours true"]));
    assert_eq!(people(&ada).await, json!(["Ada", "Grace"]));
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn client_cut_off_while_sending_learns_of_delivery() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    // The browser goes offline directly after the message was sent.
    let cut = "(() => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) {
            send.call(this, data);
            if (!data.includes('hello')) return;
            WebSocket.prototype.send = send;
            queueMicrotask(() => dispatchEvent(new Event('offline')));
        };
    })()";
    ada.eval(cut).await;
    ada.write("#text", &format!("hello{}", key::ENTER)).await;

    ada.until("document.querySelector('#text').value === ''").await;
    assert_eq!(ada.text("#refused").await, "");
    for (tab, mine) in [(&ada, 1), (&grace, 0)] {
        tab.until("document.querySelectorAll('.message').length === 1").await;
        assert_eq!(tab.eval("document.querySelectorAll('.mine').length").await, mine);
    }
    browser.quit().await;
}
