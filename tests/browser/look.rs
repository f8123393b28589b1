//! How the page looks, what it tells assistive technology, and what it lets run.

use serde_json::json;
use ws_tests::Example;

use crate::{
    driver::Browser,
    room::{MARKUP, hears, join, say},
    tab::{DESKTOP, PHONE, key},
};

#[tokio::test]
#[ignore = "needs chromium"]
async fn the_page_runs_nothing_but_its_own_files() {
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
                assert_eq!(tab.eval(CUT).await, json!([]), "{at}: beyond the edge");
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

/// The elements of the page that reach beyond its sides.
const CUT: &str = r#"(() => {
    const cut = [];
    for (const element of document.querySelectorAll("main:not([hidden]) *")) {
        const { left, right } = element.getBoundingClientRect();
        if (left < 0 || right > innerWidth) cut.push(`${element.tagName}.${element.className}: ${left} to ${right}`);
    }
    return cut;
})()"#;

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
