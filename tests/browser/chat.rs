//! The chat, in two windows at once.

use serde_json::json;
use ws_tests::Example;

use crate::{
    driver::Browser,
    tab::{DESKTOP, PHONE, Tab, key},
};

const ONLINE: &str = "document.querySelector('#state').dataset.state === 'online'";
const LOST: &str = "document.querySelector('#state').dataset.state === 'lost'";
/// A name that a page must not take for markup.
const MARKUP: &str = "<img src=x onerror=alert(1)>";

/// Comes in by the door, as a person does with the keyboard.
async fn join<'a>(browser: &'a Browser, example: &Example, name: &str) -> Tab<'a> {
    let tab = knock(browser, example, name, "").await;
    tab.until(ONLINE).await;
    tab
}

/// Asks to come into a room.
async fn knock<'a>(browser: &'a Browser, example: &Example, name: &str, room: &str) -> Tab<'a> {
    let tab = browser.open(&format!("http://{}/{room}", example.address())).await;
    // The page knows the last name that somebody chose in this browser.
    tab.fill("#name", &format!("{name}{}", key::ENTER)).await;
    tab
}

async fn say(tab: &Tab<'_>, text: &str) {
    tab.write("#text", &format!("{text}{}", key::ENTER)).await;
    tab.until("document.querySelector('#text').value === ''").await;
}

/// Waits until a message or a note is the last line of the log.
async fn hears(tab: &Tab<'_>, class: &str, text: &str) {
    let part = if class == "note" { "" } else { " .text" };
    tab.until_text(&format!("#messages li:last-child.{class}{part}"), text).await;
}

async fn people(tab: &Tab<'_>) -> serde_json::Value {
    tab.eval("[...document.querySelectorAll('#people-list .who')].map((who) => who.innerText)").await
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn two_people_see_each_other_come_type_speak_and_leave() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;

    hears(&ada, "note", "Grace joined").await;
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
    hears(&ada, "message", "Hello, Ada").await;
    hears(&grace, "mine", "Hello, Ada").await;
    ada.until("document.querySelector('#typing').hidden").await;
    say(&ada, "Hello, Grace").await;
    hears(&grace, "message", "Hello, Grace").await;
    assert_eq!(
        grace.eval("document.querySelectorAll('.mine').length").await,
        1,
        "the other's message is not one's own"
    );
    assert_eq!(grace.text(".message:last-child .who").await, "Ada");

    grace.click("#leave").await;
    grace.until("!document.querySelector('#door').hidden").await;
    hears(&ada, "note", "Grace left").await;
    assert_eq!(people(&ada).await, json!(["Ada"]));
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn rooms_do_not_hear_each_other_and_namesakes_are_told_apart() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let here = join(&browser, &example, "Ada").await;
    let same = join(&browser, &example, "Ada").await;
    let other = knock(&browser, &example, "Ada", "#café & co").await;
    other.until(ONLINE).await;
    assert_eq!(other.text("#title").await, "café & co");

    say(&other, "elsewhere").await;
    say(&same, "here").await;
    hears(&here, "message", "here").await;
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
async fn a_message_that_is_too_long_is_refused_beside_the_composer_and_kept() {
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

    // One character less is sent, and the complaint goes.
    ada.press("\u{E003}").await;
    ada.until("document.querySelector('#refused').innerText === ''").await;
    ada.press(key::ENTER).await;
    hears(&grace, "message", &long[1..]).await;
    assert_eq!(grace.eval("document.querySelectorAll('.message').length").await, 1);

    // The limit is of characters, also of those that are two in JavaScript.
    ada.eval("document.querySelector('#text').value = '😀'.repeat(500)").await;
    ada.press(key::ENTER).await;
    hears(&grace, "message", &"😀".repeat(500)).await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn names_and_messages_made_of_markup_are_shown_as_they_are() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let mallory = join(&browser, &example, MARKUP).await;
    let script = "<script>alert(1)</script> & <b>bold</b>";

    hears(&ada, "note", &format!("{MARKUP} joined")).await;
    mallory.write("#text", "x").await;
    ada.until_text("#typing", &format!("{MARKUP} is typing")).await;
    mallory.fill("#text", &format!("{script}{}", key::ENTER)).await;
    hears(&ada, "message", script).await;
    hears(&mallory, "mine", script).await;
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
async fn a_server_that_restarts_finds_everybody_back_and_nothing_lost() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let port = example.address().port();
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    say(&ada, "before").await;
    hears(&grace, "message", "before").await;

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
    hears(&grace, "message", "meanwhile").await;
    assert_eq!(
        grace.text("#messages li:first-of-type.message .text").await,
        "before",
        "what was there still is"
    );

    // The same when it is asked to stop: the sockets are closed, the process ends by itself.
    assert!(example.terminate().await.success());
    grace.until(LOST).await;
    let _example = Example::start_on("chat", port).await;
    grace.until(ONLINE).await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn who_comes_back_gets_what_was_said_meanwhile_once() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    say(&ada, "one").await;
    hears(&grace, "message", "one").await;

    grace.devtools("Network.enable", json!({})).await;
    let network = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    grace.devtools("Network.emulateNetworkConditions", network(true)).await;
    grace.until(LOST).await;
    hears(&ada, "note", "Grace left").await;
    say(&ada, "two").await;
    grace.devtools("Network.emulateNetworkConditions", network(false)).await;
    grace.until(ONLINE).await;

    hears(&grace, "note", "Connected again").await;
    let texts = grace.eval("[...document.querySelectorAll('.text')].map((text) => text.innerText)").await;
    assert_eq!(texts, json!(["one", "two"]));
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn a_full_room_sends_people_back_to_the_door_and_says_why() {
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

#[tokio::test]
#[ignore = "needs chromium"]
async fn the_keyboard_reaches_everything_and_a_screen_reader_is_told_what_it_is() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;

    for (css, role, name) in [
        ("#log", "log", "Messages in lobby"),
        ("#text", "textbox", "Message"),
        (".send", "button", "Send"),
        ("#leave", "button", "Leave"),
        ("#state", "status", ""),
        ("#refused", "alert", ""),
        ("#people", "complementary", "In the room"),
        ("#people-list", "list", ""),
    ] {
        assert_eq!(ada.spoken(css).await, (role.to_owned(), name.to_owned()), "{css}");
    }

    // One writes at once; Shift + Enter makes a line, Enter sends.
    ada.press(&format!("one{}{}", key::SHIFT, key::ENTER)).await;
    ada.press(&format!("two{}", key::ENTER)).await;
    hears(&ada, "mine", "one\ntwo").await;

    let mut order = Vec::new();
    for _ in 0..5 {
        ada.press(key::TAB).await;
        order.push(ada.eval("document.activeElement.id || document.activeElement.className").await);
    }
    assert_eq!(
        order,
        ["send", "", "leave", "log", "text"],
        "the composer's button, out, and in again from the top"
    );

    ada.show_on(PHONE, "light").await;
    assert_eq!(ada.spoken("#people-toggle").await, ("button".to_owned(), "1 here: show who".to_owned()));
    ada.click("#people-toggle").await;
    ada.until("document.querySelector('#people').checkVisibility()").await;
    assert_eq!(ada.eval("document.querySelector('#people-toggle').ariaExpanded").await, "true");
    ada.press(key::ESCAPE).await;
    ada.until("!document.querySelector('#people').checkVisibility()").await;
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn it_fits_desktop_and_phone_and_can_be_read_in_light_and_dark() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let door = browser.open(&format!("http://{}/", example.address())).await;
    let ada = join(&browser, &example, "Ada Lovelace").await;
    let grace = join(&browser, &example, "Grace").await;
    let mallory = join(&browser, &example, MARKUP).await;
    say(&ada, "Good morning! Is the engine still running?").await;
    say(&grace, "It is. I found the moth, by the way.").await;
    say(&grace, "It was in relay 70, panel F. I taped it into the log book.").await;
    say(&ada, "A bug, then. Shall we write it up for the others before the demonstration this afternoon?")
        .await;
    say(&mallory, "<b>Can I</b> break your page? <script>alert(1)</script>").await;
    say(&ada, "You cannot.").await;
    mallory.click("#leave").await;
    say(&grace, &"long".repeat(30)).await;
    grace.write("#text", "And").await;
    hears(&ada, "message", &"long".repeat(30)).await;

    for screen in [DESKTOP, PHONE] {
        for scheme in ["light", "dark"] {
            for (tab, scene) in [(&door, "door"), (&ada, "room")] {
                let at = format!("{scene}-{}-{scheme}", screen.name);
                tab.show_on(screen, scheme).await;
                tab.picture(&at).await;
                assert_eq!(
                    tab.eval("document.documentElement.scrollWidth - innerWidth").await,
                    0,
                    "{at}: too wide"
                );
                assert_eq!(tab.eval(FAINT).await, json!([]), "{at}: too faint (WCAG 2.2, 1.4.3)");
            }
            let foot = "document.querySelector('.below').getBoundingClientRect().bottom <= innerHeight";
            assert_eq!(ada.eval(foot).await, true, "{}: the composer is below the edge", screen.name);
            let end = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('#log'))";
            ada.until(&format!("{end} < 2")).await;
        }
    }
    browser.quit().await;
}

/// The texts of the page whose contrast with what is behind them is below 4.5, each with its contrast.
const FAINT: &str = r#"(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const paint = (colors) => {
        canvas.fillStyle = "white";
        canvas.fillRect(0, 0, 1, 1);
        for (const color of colors) {
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
        }
        const light = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) => {
            const part = byte / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    };
    const faint = [];
    for (const element of document.querySelectorAll("main:not([hidden]) *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!own || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        const grounds = [];
        for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
        const [ground, text] = [paint(grounds), paint([...grounds, getComputedStyle(element).color])];
        const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
        if (contrast < 4.5) faint.push(`${element.textContent.trim()}: ${contrast.toFixed(2)}`);
    }
    return faint;
})()"#;
