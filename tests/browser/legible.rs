//! Checks that apply to every page on every screen: nothing overflows, and text has enough contrast.

use serde_json::json;

use crate::tab::{Screen, Tab};

/// Shows a page on a screen, saves a screenshot, and checks that nothing overflows and all text has enough contrast.
pub(crate) async fn legible(tab: &Tab<'_>, scene: &str, screen: Screen, scheme: &str) {
    let at = format!("{scene}-{}-{scheme}", screen.name);
    tab.show_on(screen, scheme).await;
    tab.picture(&at).await;
    assert_eq!(tab.eval(CUT).await, json!([]), "{at}: beyond the edge");
    assert_eq!(tab.eval(FAINT).await, json!([]), "{at}: too faint (WCAG 2.2, 1.4.3)");
}

/// Returns the elements that overflow the page horizontally.
const CUT: &str = r#"(() => {
    const cut = [];
    for (const element of document.querySelectorAll("main:not([hidden]) *")) {
        const { left, right } = element.getBoundingClientRect();
        if (left < 0 || right > innerWidth) cut.push(`${element.tagName}.${element.className}: ${left} to ${right}`);
    }
    return cut;
})()"#;

/// Returns the texts whose contrast with their background is below 4.5, each with its contrast.
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
