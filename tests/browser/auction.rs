//! The page of the `auction` example: bids reach the room, private messages reach one bidder, and a rejected page does
//! not reconnect.

use ws_tests::Example;

use crate::{
    driver::Browser,
    legible::legible,
    tab::{DESKTOP, PHONE, Tab, key},
};

async fn join<'a>(browser: &'a Browser, example: &Example, name: &str) -> Tab<'a> {
    let tab = browser.open(&format!("http://{}/", example.address())).await;
    tab.until("document.querySelector('#lot').options.length === 1").await;
    tab.fill("#name", &format!("{name}{}", key::ENTER)).await;
    tab.until_text("#state", "Connected").await;
    wait_for_last(&tab, "public", "There is no bid yet.").await;
    tab
}

/// Waits until the last line of this kind has this text.
async fn wait_for_last(tab: &Tab<'_>, kind: &str, text: &str) {
    tab.until(&format!("[...document.querySelectorAll('#events .{kind}')].at(-1)?.innerText === {text:?}"))
        .await;
}

async fn bid(tab: &Tab<'_>, amount: &str) {
    tab.fill("#amount", &format!("{amount}{}", key::ENTER)).await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn bid_reaches_the_room_and_notifies_the_outbid_bidder() {
    let (example, browser) = (Example::start("auction").await, Browser::start().await);
    let ada = join(&browser, &example, "Ada").await;
    let grace = join(&browser, &example, "Grace").await;
    bid(&ada, "100").await;
    for tab in [&ada, &grace] {
        wait_for_last(tab, "public", "Ada leads with 100.").await;
    }
    bid(&grace, "120").await;
    for tab in [&ada, &grace] {
        wait_for_last(tab, "public", "Grace leads with 120.").await;
    }
    wait_for_last(&ada, "private", "Grace has outbid you.").await;
    assert_eq!(grace.eval("document.querySelectorAll('#events .private').length").await, 0);

    let notice =
        "fetch('/api/lots/1/notices', { method: 'POST', body: 'Lunch' }).then((answer) => answer.json())";
    assert_eq!(ada.eval(notice).await, 2);
    wait_for_last(&grace, "public", "Notice: Lunch").await;
    for screen in [DESKTOP, PHONE] {
        for scheme in ["light", "dark"] {
            legible(&ada, "auction", screen, scheme).await;
        }
    }
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn page_stops_after_a_lot_has_ended() {
    let (example, browser) = (Example::start("auction").await, Browser::start().await);
    let ada = browser.open(&format!("http://{}/", example.address())).await;
    let offer = "fetch('/api/lots', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'A clock', minimum: 5, seconds: 2 }) }).then(({ status }) => status)";
    assert_eq!(ada.eval(offer).await, 201);
    ada.go(&format!("http://{}/", example.address())).await;
    ada.until("document.querySelector('#lot').options.length === 2").await;
    ada.eval("document.querySelector('#lot').value = '2'").await;
    ada.fill("#name", &format!("Ada{}", key::ENTER)).await;
    wait_for_last(&ada, "private", "Closed: the lot has ended.").await;
    wait_for_last(&ada, "public", "Not sold.").await;
    assert_eq!(ada.text("#state").await, "Not connected");
    browser.quit().await;
}
