//! Several people in a chat room.

use serde_json::json;
use ws_tests::Example;

use crate::{
    driver::Browser,
    room::{MARKUP, ONLINE, join, knock, people, say, wait_for_last},
    tab::{DESKTOP, PHONE, key},
};

#[tokio::test]
#[ignore = "needs chromium"]
async fn two_clients_see_each_other_join_type_and_leave() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;

    wait_for_last(&ada, "note", "Grace joined").await;
    for tab in [&ada, &grace] {
        assert_eq!(people(tab).await, json!(["Ada", "Grace"]));
    }

    grace.write("#text", "Hello, A").await;
    ada.until_text("#typing", "Grace is typing").await;
    assert_eq!(
        grace.eval("document.querySelector('#typing').hidden").await,
        true,
        "nobody is told of oneself"
    );

    say(&grace, "da").await;
    wait_for_last(&ada, "message", "Hello, Ada").await;
    wait_for_last(&grace, "mine", "Hello, Ada").await;
    ada.until("document.querySelector('#typing').hidden").await;
    say(&ada, "Hello, Grace").await;
    wait_for_last(&grace, "message", "Hello, Grace").await;
    assert_eq!(
        grace.eval("document.querySelectorAll('.mine').length").await,
        1,
        "the other's message is not one's own"
    );
    assert_eq!(grace.text(".message:last-child .who").await, "Ada");

    grace.click("#leave").await;
    grace.until("!document.querySelector('#door').hidden").await;
    wait_for_last(&ada, "note", "Grace left").await;
    assert_eq!(people(&ada).await, json!(["Ada"]));
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn rooms_are_separate_and_equal_names_stay_distinct() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let here = join(&browser, &example, "Ada").await;
    let same = join(&browser, &example, "Ada").await;
    let other = knock(&browser, &example, "Ada", "#café & co").await;
    other.until(ONLINE).await;
    assert_eq!(other.text("#title").await, "café & co");

    say(&other, "elsewhere").await;
    say(&same, "here").await;
    wait_for_last(&here, "message", "here").await;
    assert_eq!(here.eval("document.querySelectorAll('.message').length").await, 1);
    assert_eq!(
        here.eval("document.querySelectorAll('.mine').length").await,
        0,
        "a namesake's message is not one's own"
    );
    assert_eq!(people(&here).await, json!(["Ada", "Ada"]));
    assert_eq!(people(&other).await, json!(["Ada"]));
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn refused_long_message_stays_in_the_text_field() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    let long = "x".repeat(501);
    ada.write("#text", &long).await;
    ada.press(key::ENTER).await;

    ada.until_text("#refused", "Not sent. The text must have at most 500 characters.").await;
    assert_eq!(ada.eval("document.querySelector('#text').value").await, long.as_str());
    assert_eq!(ada.eval("document.querySelector('#text').ariaInvalid").await, "true");
    assert_eq!(ada.text("#count").await, "501 of 500");
    ada.show_on(DESKTOP, "light").await;
    ada.picture("refused-desktop-light").await;
    ada.show_on(PHONE, "dark").await;
    ada.picture("refused-phone-dark").await;

    // A message that is one character shorter is sent, and the error disappears.
    ada.press("\u{E003}").await;
    ada.until("document.querySelector('#refused').innerText === ''").await;
    ada.press(key::ENTER).await;
    wait_for_last(&grace, "message", &long[1..]).await;
    assert_eq!(grace.eval("document.querySelectorAll('.message').length").await, 1);

    // The limit counts characters, including characters of two code units in JavaScript.
    ada.eval("document.querySelector('#text').value = '😀'.repeat(500)").await;
    ada.press(key::ENTER).await;
    wait_for_last(&grace, "message", &"😀".repeat(500)).await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn markup_in_names_and_messages_is_escaped() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let mallory = join(&browser, &example, MARKUP).await;
    let script = "<script>alert(1)</script> & <b>bold</b>";

    wait_for_last(&ada, "note", &format!("{MARKUP} joined")).await;
    mallory.write("#text", "x").await;
    ada.until_text("#typing", &format!("{MARKUP} is typing")).await;
    mallory.fill("#text", &format!("{script}{}", key::ENTER)).await;
    wait_for_last(&ada, "message", script).await;
    wait_for_last(&mallory, "mine", script).await;
    assert_eq!(ada.text(".message .who").await, MARKUP);
    assert_eq!(people(&ada).await, json!(["Ada", MARKUP]));
    for tab in [&ada, &mallory] {
        let made = tab.eval("document.querySelectorAll('#room :is(script, b, li img, p img)').length").await;
        assert_eq!(made, 0, "what people type makes no element");
    }
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn page_returns_to_the_entrance_if_full() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let crowd = browser.open(&format!("http://{}/", example.address())).await;
    let fill = "window.crowd = Array.from({ length: 200 }, () => new WebSocket(`ws://${location.host}/chat/lobby?name=one`))";
    crowd.eval(&format!("({fill}).length")).await;
    crowd.until("window.crowd.every((socket) => socket.readyState === WebSocket.OPEN)").await;

    let late = knock(&browser, &example, "Ada", "").await;
    late.until_text("#turned-away", "The room is full.").await;
    assert_eq!(late.eval("document.querySelector('#door').hidden").await, false);
    browser.quit().await;
}
