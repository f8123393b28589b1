//! The layout of the chat page, its accessibility, and its content security policy.

use ws_tests::Example;

use crate::{
    driver::Browser,
    legible::legible,
    room::{MARKUP, join, say, wait_for_last},
    tab::{DESKTOP, PHONE, key},
};

#[tokio::test]
#[ignore = "needs chromium"]
async fn page_loads_only_its_own_files() {
    let (example, browser) = (Example::start("chat").await, Browser::start().await);
    let door = browser.open(&format!("http://{}/", example.address())).await;

    for (method, path, status) in
        [("GET", "/", 200), ("HEAD", "/app.js", 200), ("GET", "/main.rs", 404), ("POST", "/", 405)]
    {
        let answer = door
            .eval(&format!("fetch({path:?}, {{ method: {method:?} }}).then(({{ status }}) => status)"))
            .await;
        assert_eq!(answer, status, "{method} {path}");
    }
    for (markup, act) in [
        ("an element", "document.body.innerHTML = '<b>'"),
        ("a handler", "document.body.setAttribute('onclick', 'window.ran = true')"),
        ("a script", "document.createElement('script').textContent = 'window.ran = true'"),
    ] {
        let refused = format!("(() => {{ try {{ {act}; }} catch ({{ name }}) {{ return name; }} }})()");
        assert_eq!(door.eval(&refused).await, "TypeError", "text does not become {markup}");
    }
    browser.quit().await;
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn page_works_with_keyboard_and_screen_reader() {
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

    // The message field has the focus. Shift + Enter inserts a line break, and Enter sends.
    ada.press(&format!("one{}{}", key::SHIFT, key::ENTER)).await;
    ada.press(&format!("two{}", key::ENTER)).await;
    wait_for_last(&ada, "mine", "one\ntwo").await;

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
async fn page_fits_every_screen_in_light_and_dark() {
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
    wait_for_last(&ada, "message", &"long".repeat(30)).await;

    for screen in [DESKTOP, PHONE] {
        for scheme in ["light", "dark"] {
            for (tab, scene) in [(&door, "door"), (&ada, "room")] {
                legible(tab, scene, screen, scheme).await;
            }
            let foot = "document.querySelector('.below').getBoundingClientRect().bottom <= innerHeight";
            assert_eq!(ada.eval(foot).await, true, "{}: the composer is below the edge", screen.name);
            let end = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('#log'))";
            ada.until(&format!("{end} < 2")).await;
        }
    }
    browser.quit().await;
}
