//! Checks lists of strings that have a meaning in the protocol.

use syn::LitStr;

use crate::{
    diagnostics::Diagnostics,
    model::{Origins, Value},
    render, syntax,
};

/// Checks subprotocols, which must be valid tokens without duplicates.
pub(super) fn protocols(list: &syntax::Strings, errors: &mut Diagnostics) -> Vec<LitStr> {
    if list.items.is_empty() {
        errors.at(list.span, "expected at least one subprotocol\nhelp: remove the key if there are none");
    }
    distinct(list, "subprotocol", errors);
    for item in &list.items {
        // A token is not empty, and consists of visible ASCII without the separators of RFC 2616 (RFC 6455 §4.1).
        let name = item.value();
        let token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            errors.at(
                item.span(),
                format!(
                    "{} is not a valid subprotocol name\n\
                     help: use only letters, digits and `!#$%&'*+-.^_`|~`",
                    render::text(&name)
                ),
            );
        }
    }
    list.items.clone()
}

/// Checks tags, which must not have duplicates.
pub(super) fn tags(list: &syntax::Strings, errors: &mut Diagnostics) -> Vec<LitStr> {
    distinct(list, "tag", errors);
    list.items.clone()
}

/// Checks origins, which consist of scheme, host and port.
pub(super) fn origins(origins: &syntax::OriginList, errors: &mut Diagnostics) -> Origins {
    let list = match origins {
        syntax::OriginList::Any => return Origins::Any,
        syntax::OriginList::List(list) => list,
    };
    if list.items.is_empty() {
        errors.at(
            list.span,
            "expected at least one origin\nhelp: remove the key to accept pages of the same host only",
        );
    }
    distinct(list, "origin", errors);
    for item in &list.items {
        let text = item.value();
        if !is_origin(&text) {
            errors.at(
                item.span(),
                format!(
                    "{} is not an origin\n\
                     help: write only scheme, host and port, as in `\"https://example.com\"`, or `origins = any` to accept all pages",
                    render::text(&text)
                ),
            );
        }
    }
    Origins::List(list.items.clone())
}

/// Returns true for an origin (RFC 6454 §6.2: `scheme "://" host [ ":" port ]`), a pattern such as
/// `https://*.example.com`, and text with another scheme, such as `file://`. The server checks the host itself.
fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
        return false;
    };
    let is_web = ["http", "https", "ws", "wss"].iter().any(|web| web.eq_ignore_ascii_case(scheme));
    let (host, excluded) = match rest.strip_prefix("*.").filter(|parent| parent.contains('.')) {
        Some(parent) if is_web => (parent, "/?#@*,"),
        _ if is_web => (rest, "/?#@*,"),
        _ => (rest, "*,"),
    };
    (!is_web || !host.is_empty())
        && host.bytes().all(|byte| byte.is_ascii_graphic() && !excluded.as_bytes().contains(&byte))
}

/// A scheme is a letter, followed by letters, digits and `+-.` (RFC 3986 §3.1).
fn is_scheme(text: &str) -> bool {
    let may_follow = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(may_follow)
}

/// Checks a JSON pointer (RFC 6901 §3); `None` after a mistake.
pub(super) fn pointer(pointer: &syntax::Pointer, errors: &mut Diagnostics) -> Option<Value> {
    let text = match pointer {
        syntax::Pointer::Off => return Some(Value::Off),
        syntax::Pointer::Text(text) => text,
    };
    let path = text.value();
    if !path.starts_with('/') {
        errors.at(
            text.span(),
            format!(
                "{} is not a JSON pointer\nhelp: start it with `/`, as in `\"/symbol\"`",
                render::text(&path)
            ),
        );
        return None;
    }
    let escaped = |rest: &str| rest.starts_with(['0', '1']);
    if !path.split('~').skip(1).all(escaped) {
        errors.at(
            text.span(),
            format!("`{path}` is not a JSON pointer\nhelp: write `~0` for `~`, and `~1` for `/` in a name"),
        );
        return None;
    }
    Some(Value::Text(text.clone()))
}

fn distinct(list: &syntax::Strings, what: &str, errors: &mut Diagnostics) {
    for (index, item) in list.items.iter().enumerate() {
        let text = item.value();
        if list.items[..index].iter().any(|earlier| earlier.value() == text) {
            errors.at(item.span(), format!("duplicate {what} `{text}`\nhelp: remove one of them"));
        }
    }
}
