//! Actions on the chat page: joining, sending, receiving.

use serde_json::Value;
use ws_tests::Example;

use crate::{
    driver::Browser,
    tab::{Tab, key},
};

/// JavaScript condition: the page has joined its room.
pub(crate) const ONLINE: &str = "document.querySelector('#state').dataset.state === 'online'";
/// JavaScript condition: the page has lost its connection.
pub(crate) const LOST: &str = "document.querySelector('#state').dataset.state === 'lost'";
/// A name that contains markup.
pub(crate) const MARKUP: &str = "<img src=x onerror=alert(1)>";

/// Joins through the entrance form, with the keyboard.
pub(crate) async fn join<'a>(browser: &'a Browser, example: &Example, name: &str) -> Tab<'a> {
    let tab = knock(browser, example, name, "").await;
    tab.until(ONLINE).await;
    tab
}

/// Submits the entrance form.
pub(crate) async fn knock<'a>(browser: &'a Browser, example: &Example, name: &str, room: &str) -> Tab<'a> {
    let tab = browser.open(&format!("http://{}/{room}", example.address())).await;
    // The form contains the name that was last used in this browser.
    tab.fill("#name", &format!("{name}{}", key::ENTER)).await;
    tab
}

pub(crate) async fn say(tab: &Tab<'_>, text: &str) {
    tab.write("#text", &format!("{text}{}", key::ENTER)).await;
    tab.until("document.querySelector('#text').value === ''").await;
}

/// Waits until the last line of the log is this message or note.
pub(crate) async fn wait_for_last(tab: &Tab<'_>, class: &str, text: &str) {
    let part = if class == "note" { "" } else { " .text" };
    tab.until_text(&format!("#messages li:last-child.{class}{part}"), text).await;
}

pub(crate) async fn people(tab: &Tab<'_>) -> Value {
    tab.eval("[...document.querySelectorAll('#people-list .who')].map((who) => who.innerText)").await
}
