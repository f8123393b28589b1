//! The normal form of paths for routing (RFC 3986 §6.2.2), so that no spelling of a path bypasses its route.
//!
//! Two paths are equal if their segments decode to the same bytes. This is slightly more than RFC 3986 requires, which
//! distinguishes `%40` and `@`. A capture receives the decoded text, so `/users/%40me` would otherwise reach
//! `/users/{name}` with a name for which `/users/@me` is a separate route.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Normalises the path of a request. Segments are percent-encoded only where necessary, with upper-case digits, and `.`
/// and `..` are resolved (RFC 3986 §5.2.4). An encoded slash or percent sign stays encoded, so that a capture is
/// decoded exactly once.
pub(crate) fn normal(path: &str) -> Cow<'_, str> {
    let is_normal = |byte: u8| stays(byte) || byte == b'/';
    if path.bytes().all(is_normal) && !path.contains("/.") {
        return Cow::Borrowed(path);
    }
    Cow::Owned(resolve(path, recode))
}

/// Normalises the path of a route. Captures are kept. A doubled brace is a literal brace, which is encoded. The router
/// rejects an invalid path later.
pub(crate) fn normal_route(path: &str) -> String {
    resolve(path, |segment, normal| {
        let mut rest = segment;
        while let Some(at) = rest.find(['{', '}']) {
            recode(&rest[..at], normal);
            rest = &rest[at..];
            let end = match rest.as_bytes() {
                [b'{', b'{', ..] | [b'}', b'}', ..] => 2,
                _ => rest.find('}').map_or(rest.len(), |end| end + 1),
            };
            match &rest[..end] {
                "{{" => normal.push_str("%7B"),
                "}}" => normal.push_str("%7D"),
                capture => normal.push_str(capture),
            }
            rest = &rest[end..];
        }
        recode(rest, normal);
    })
}

/// Re-encodes each segment, then resolves dot segments.
fn resolve(path: &str, recode: impl Fn(&str, &mut String)) -> String {
    let Some(path) = path.strip_prefix('/') else { return path.to_owned() };
    let mut normal = String::with_capacity(path.len() + 1);
    let mut ends_in_slash = false;
    for segment in path.split('/') {
        let before = normal.len();
        normal.push('/');
        recode(segment, &mut normal);
        let segment = &normal[before..];
        ends_in_slash = matches!(segment, "/." | "/..");
        match segment {
            "/." => normal.truncate(before),
            "/.." => normal.truncate(normal[..before].rfind('/').unwrap_or(0)),
            _ => {}
        }
    }
    if ends_in_slash {
        normal.push('/');
    }
    normal
}

/// Decodes a segment and encodes it in normal form.
fn recode(segment: &str, normal: &mut String) {
    for byte in percent_decode_str(segment) {
        if stays(byte) {
            normal.push(char::from(byte));
        } else {
            normal.push('%');
            normal.extend(
                [byte >> 4, byte & 0xf].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
}

/// Returns true if a byte needs no encoding in a segment: it is a `pchar` (RFC 3986 §3.3), but not a `%`.
fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equivalent_paths_normalise_to_one_form() {
        for (spellings, form) in [
            (
                &["/users/admin", "/users/%61dmin", "/%75sers/%61%64%6D%69%6e", "/users/./admin"][..],
                "/users/admin",
            ),
            (&["/users/../admin", "/%2e%2E/admin", "/a/b/../../admin", "/.%2e/%2e/admin"], "/admin"),
            (&["/café", "/caf%c3%a9", "/caf%C3%A9", "/c%61f%c3%A9", "/./café"], "/caf%C3%A9"),
            (&["/users/@me", "/users/%40me", "/users/%40%6de"], "/users/@me"),
            (&["/a%20b", "/a%20%62"], "/a%20b"),
            (&["/a|b", "/a%7cb", "/a%7Cb"], "/a%7Cb"),
            (&["/100%", "/100%25"], "/100%25"),
            (&["/a%2fb", "/a%2Fb"], "/a%2Fb"),
            (&["/", "/.", "/..", "/../..", "/a/..", "/./"], "/"),
            (&["/a/", "/a/.", "/a/b/..", "/a/./"], "/a/"),
            (&["/~ada", "/%7Eada", "/%7eada"], "/~ada"),
        ] {
            for spelling in spellings {
                assert_eq!(normal(spelling), form, "{spelling}");
                assert_eq!(normal_route(spelling), form, "{spelling}");
            }
        }
    }

    #[test]
    fn normal_form_keeps_different_paths_apart() {
        for path in [
            "/Admin",
            "/users//admin",
            "/users/admin/",
            "/a%2F..%2Fb",
            "/%2561dmin",
            "/%25%61",
            "/.well-known/x",
            "/...",
            "/..a",
            "/a..",
            "/%FF",
            "/%C0%AE%C0%AE/admin",
            "/%00",
            "/a+b",
            "*",
            "",
        ] {
            let form = normal(path);
            assert_ne!(form, "/admin", "{path}");
            assert_ne!(form, "/users/admin", "{path}");
            assert_eq!(normal(&form), form, "{path}");
        }
    }

    /// A normalised segment must decode to the same bytes as the original.
    #[test]
    fn captures_are_decoded_once() {
        for segment in [
            "%2561",
            "%252525",
            "%%36%31",
            "%25%36%31",
            "a%2Fb",
            "%2e%2E%2f",
            "100%",
            "%zz",
            "%ff",
            "é%C3%A9",
        ] {
            let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
            let path = format!("/{segment}");
            let form = normal(&path);
            assert_eq!(decode(&form[1..]), decode(segment), "{segment} became {form}");
        }
    }

    #[test]
    fn captures_are_kept_in_a_normalised_route() {
        for (path, form) in [
            ("/{room}", "/{room}"),
            ("/%61/{room}/{*rest}", "/a/{room}/{*rest}"),
            ("/caf%c3%a9/{röm}/x", "/caf%C3%A9/{röm}/x"),
            ("/{a}/../{b}", "/{b}"),
            ("/{{x}}/{y}", "/%7Bx%7D/{y}"),
            ("/{a}.{b}", "/{a}.{b}"),
            ("/{open", "/{open"),
            ("/close}", "/close}"),
        ] {
            assert_eq!(normal_route(path), form, "{path}");
        }
    }

    #[test]
    fn path_in_normal_form_is_not_copied() {
        for path in ["/", "/chat/lobby", "/a-b_c~d/1.5/@x:y", "*", ""] {
            assert!(matches!(normal(path), Cow::Borrowed(_)), "{path}");
        }
    }
}
