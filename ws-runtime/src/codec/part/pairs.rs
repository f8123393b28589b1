//! The names and values of a part of a request.

#[cfg(feature = "server")]
use std::collections::BTreeMap;
use std::{borrow::Cow, fmt};

#[cfg(feature = "server")]
use http::{HeaderMap, header::COOKIE};
use percent_encoding::percent_decode_str;

use crate::{
    codec::{Invalid, On},
    schema::Issue,
};

/// The names and values of one part of a request, in order. Names may repeat.
///
/// `Debug` shows only the names, because the values may be secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Pairs {
    on: On,
    /// The value of each name; `None` if it is not UTF-8, which matters only if a type declares the name.
    pairs: Vec<(String, Option<String>)>,
}

impl Pairs {
    /// Parses a query string as browsers do (WHATWG URL §5.1, `application/x-www-form-urlencoded`). Pairs are separated
    /// by `&`, and a space is `+` or `%20`. A `%` without two hexadecimal digits after it is kept.
    ///
    /// A value that is not UTF-8 is an error only if a type declares its name.
    pub fn query(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, text) = (name.replace('+', " "), text.replace('+', " "));
            match decode(&name) {
                Some(name) => (name, decode(&text)),
                // No type declares a name that is not UTF-8, but a type that denies unknown names must see it.
                None => (percent_decode_str(&name).decode_utf8_lossy().into_owned(), None),
            }
        });
        Self { on: On::Query, pairs: pairs.collect() }
    }

    /// Decodes the captures of a path. A `%` without two hexadecimal digits after it is kept.
    ///
    /// # Errors
    /// Fails if a decoded capture is not UTF-8.
    pub fn captures<'a>(captures: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Invalid> {
        let pairs = captures.into_iter().map(|(name, text)| match decode(text) {
            Some(text) => Ok((name.to_owned(), Some(text))),
            None => Err(undecodable(name)),
        });
        Ok(Self { on: On::Params, pairs: pairs.collect::<Result<_, _>>()? })
    }

    /// Returns the headers as pairs: names in lower case, one pair for each line. A list within a line is not split.
    #[cfg(feature = "server")]
    pub fn headers(headers: &HeaderMap) -> Self {
        let pairs = headers.iter().map(|(name, value)| {
            let text = std::str::from_utf8(value.as_bytes()).ok();
            (name.as_str().to_owned(), text.map(str::to_owned))
        });
        Self { on: On::Header, pairs: pairs.collect() }
    }

    /// Returns the cookies of all `Cookie` headers as pairs (RFC 6265 §4.2.1). Values are not decoded.
    #[cfg(feature = "server")]
    pub fn cookies(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(COOKIE).into_iter();
        let pairs = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b';')).filter_map(|pair| {
            let pair = pair.trim_ascii();
            let at = pair.iter().position(|&byte| byte == b'=')?;
            let (name, text) = (pair[..at].trim_ascii_end(), pair[at + 1..].trim_ascii_start());
            let name = std::str::from_utf8(name).ok()?;
            Some((name.to_owned(), std::str::from_utf8(text).ok().map(str::to_owned)))
        });
        Self { on: On::Cookie, pairs: pairs.collect() }
    }

    /// Creates pairs that are decoded already.
    #[cfg(feature = "server")]
    pub(crate) fn decoded<'a>(on: On, pairs: impl IntoIterator<Item = &'a (String, String)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, text)| (name.clone(), Some(text.clone())));
        Self { on, pairs: pairs.collect() }
    }

    /// Returns the pairs with a value, and the names whose value is not UTF-8.
    #[cfg(feature = "server")]
    pub(crate) fn divide(self) -> (Vec<(String, String)>, Vec<String>) {
        let (mut texts, mut unreadable) = (Vec::with_capacity(self.pairs.len()), Vec::new());
        for (name, text) in self.pairs {
            match text {
                Some(text) => texts.push((name, text)),
                None => unreadable.push(name),
            }
        }
        (texts, unreadable)
    }

    /// Adds a pair whose value is not UTF-8.
    #[cfg(feature = "server")]
    pub(crate) fn push_unreadable(&mut self, name: &str) {
        self.pairs.push((name.to_owned(), None));
    }

    /// Returns the part of the request that contains the pairs.
    pub fn on(&self) -> On {
        self.on
    }

    /// Returns the first value of a name. `None` if the name is missing or that value is not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name)?.1.as_deref()
    }

    /// Returns all pairs in order, except those whose value is not UTF-8.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?)))
    }

    /// Adds a pair of a name and a value at the end.
    pub fn push(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.pairs.push((name.into(), Some(text.into())));
    }

    /// Replaces all pairs with this name by a single one at the end.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        self.remove(name);
        self.push(name, text);
    }

    /// Removes all pairs with this name. Returns true if there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.pairs.len();
        self.pairs.retain(|(known, _)| known != name);
        self.pairs.len() < before
    }

    /// Returns the values of each name; `None` stands for a value that is not UTF-8.
    ///
    /// A cookie that is not UTF-8 is omitted if the name has other values, because any site of the same domain can add
    /// one.
    #[cfg(feature = "server")]
    pub(super) fn groups(&self) -> BTreeMap<&str, Vec<Option<&str>>> {
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        for (name, text) in &self.pairs {
            groups.entry(name.as_str()).or_default().push(text.as_deref());
        }
        if self.on == On::Cookie {
            for texts in groups.values_mut().filter(|texts| texts.iter().any(Option::is_some)) {
                texts.retain(Option::is_some);
            }
        }
        groups
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

/// Decodes percent-encoding once (RFC 3986 §2.1); `None` if the result is not UTF-8. A `%` without two hexadecimal
/// digits after it is kept, as in browsers (WHATWG URL §1.3).
fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

fn undecodable(name: &str) -> Invalid {
    let issue = Issue::new(&format!("/{name}"), "encoding", "is not percent-encoded UTF-8");
    Invalid::schema(On::Params, vec![issue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_as_form_data() {
        for (query, pairs) in [
            ("", &[][..]),
            ("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]),
            ("a=x+y&b=x%20y&c=x%2By", &[("a", "x y"), ("b", "x y"), ("c", "x+y")]),
            ("a=&b&=c", &[("a", ""), ("b", ""), ("", "c")]),
            ("a=b=c&&d=e&", &[("a", "b=c"), ("d", "e")]),
            ("n%61me=%E2%82%AC", &[("name", "€")]),
            ("a=1;b=2", &[("a", "1;b=2")]),
        ] {
            let read = Pairs::query(query);
            assert_eq!(read.iter().collect::<Vec<_>>(), pairs, "{query}");
        }
    }

    #[test]
    fn percent_sign_without_two_digits_is_kept() {
        for (query, pairs) in [
            ("p=100%", &[("p", "100%")][..]),
            ("a=%2", &[("a", "%2")]),
            ("a=%zz", &[("a", "%zz")]),
            ("a=%%20", &[("a", "% ")]),
            ("a=%2525", &[("a", "%25")]),
            ("a=%%36%31", &[("a", "%61")]),
            ("a=%+1", &[("a", "% 1")]),
            ("%=1&a%=2", &[("%", "1"), ("a%", "2")]),
        ] {
            assert_eq!(Pairs::query(query).iter().collect::<Vec<_>>(), pairs, "{query}");
        }
        for (text, decoded) in [("100%", "100%"), ("%zz", "%zz"), ("%%20", "% "), ("%u0061", "%u0061")] {
            let read = Pairs::captures([("room", text)]).unwrap();
            assert_eq!(read.get("room"), Some(decoded), "{text}");
        }
    }

    #[test]
    fn unreadable_query_pair_does_not_affect_others() {
        for (query, pairs, unreadable) in [
            ("utm=%E9&a=1", &[("a", "1")][..], &["utm"][..]),
            ("a=%ff&a=1&a=%C3", &[("a", "1")], &["a", "a"]),
            ("a=%C0%AE&b=%ED%A0%80", &[], &["a", "b"]),
            ("%ff=1&a=1", &[("a", "1")], &["\u{fffd}"]),
        ] {
            let read = Pairs::query(query);
            assert_eq!(read.iter().collect::<Vec<_>>(), pairs, "{query}");
            let (texts, names) = read.divide();
            assert!(texts.len() == pairs.len() && names == unreadable, "{query}: {names:?}");
        }
    }

    #[test]
    fn captures_are_percent_decoded_and_keep_plus_signs() {
        let read = Pairs::captures([("room", "a%2Fb+c%20d"), ("rest", "x/y")]).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), [("room", "a/b+c d"), ("rest", "x/y")]);
        assert_eq!(Pairs::captures([("room", "%ff")]).unwrap_err().errors()[0].path, "/room");
    }

    #[test]
    fn cookies_of_all_header_lines_are_split() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; b=\"x y\";c=;  d = e=f ; junk".parse().unwrap());
        headers.append(COOKIE, "a=%31".parse().unwrap());
        let read = Pairs::cookies(&headers);
        let pairs: Vec<_> = read.iter().collect();
        assert_eq!(pairs, [("a", "1"), ("b", "\"x y\""), ("c", ""), ("d", "e=f"), ("a", "%31")]);
    }

    #[test]
    fn unreadable_cookie_does_not_affect_others() {
        let mut headers = HeaderMap::new();
        let line: &[u8] = b"theme=caf\xe9; id=\xff; caf\xe9=1; id=1; \xa0x=2; last=2";
        headers.append(COOKIE, http::HeaderValue::from_bytes(line).unwrap());
        let read = Pairs::cookies(&headers);
        assert_eq!(read.iter().collect::<Vec<_>>(), [("id", "1"), ("last", "2")]);
        assert_eq!(read.groups()["theme"], [None]);
        assert_eq!(read.groups()["id"], [Some("1")]);
    }

    #[test]
    fn headers_keep_repetitions_and_mark_invalid_utf_8() {
        let mut headers = HeaderMap::new();
        headers.append("X-Tag", "a, b".parse().unwrap());
        headers.append("x-tag", "c".parse().unwrap());
        headers.append("x-raw", http::HeaderValue::from_bytes(b"\xff").unwrap());
        let read = Pairs::headers(&headers);
        assert_eq!(read.groups()["x-tag"], [Some("a, b"), Some("c")]);
        assert_eq!(read.groups()["x-raw"], [None]);
        assert_eq!(read.get("x-raw"), None);
    }

    #[test]
    fn pairs_can_be_changed_and_debug_hides_values() {
        let mut pairs = Pairs::query("a=secret&b=2&a=3");
        assert!(!format!("{pairs:?}").contains("secret"));
        pairs.set("a", "4");
        assert!(pairs.remove("b") && !pairs.remove("b"));
        assert_eq!(pairs.iter().collect::<Vec<_>>(), [("a", "4")]);
    }
}
