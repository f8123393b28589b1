//! The trait of types that are read from a part of a request.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Captures, Pairs, PartPlan};
use crate::{codec::Invalid, schema::SchemaError};

/// A type that can be read from a part of a request. A struct with named fields reads values by name; `()` and a unit
/// struct read none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the request",
    label = "expected a struct that derives `Deserialize` and `JsonSchema`",
    note = "derive both `serde::Deserialize` and `schemars::JsonSchema` (version 1, not 0.8)"
)]
pub trait Part: Sized + Send + Sync + 'static {
    /// Prepares everything that is known before the server listens.
    ///
    /// # Errors
    /// Fails if the type cannot be read from strings. This is a mistake of the application, reported at start-up.
    fn plan() -> Result<PartPlan, SchemaError> {
        Captures::plan(Self::captured)
    }

    /// Reads one part of a request.
    ///
    /// # Errors
    /// Fails if the part is invalid. This is a mistake of the peer.
    fn read(plan: &PartPlan, pairs: &Pairs) -> Result<Self, Invalid> {
        Captures::read(plan, pairs, Self::captured)
    }

    /// Reads the captures of a path, then returns them. The attributes implement this method for the generated struct.
    /// A type with `Deserialize` is read as a whole instead.
    ///
    /// # Errors
    /// Fails if a capture is invalid.
    #[doc(hidden)]
    fn captured(captures: &mut Captures<'_>) -> Result<Self, Invalid> {
        captures.give(None)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + Sync + 'static> Part for T {
    fn plan() -> Result<PartPlan, SchemaError> {
        PartPlan::of::<T>()
    }

    fn read(plan: &PartPlan, pairs: &Pairs) -> Result<Self, Invalid> {
        plan.read(pairs)
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fmt::Debug};

    use http::{HeaderMap, HeaderValue, header::COOKIE};
    use serde::Deserialize;

    use super::*;
    use crate::codec::On;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    struct Search {
        text: String,
        #[serde(default = "ten")]
        per_page: u8,
        exact: Option<bool>,
        after: Option<f64>,
        #[serde(default)]
        tags: Vec<Tag>,
        ids: Option<Vec<u16>>,
        #[serde(flatten)]
        more: More,
    }

    fn ten() -> u8 {
        10
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct More {
        #[schemars(length(min = 2))]
        lang: Option<Lang>,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Lang(String);

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Tag {
        Red,
        Green,
    }

    #[test]
    fn field_is_read_by_its_alias() {
        #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
        struct Page {
            #[serde(alias = "page")]
            number: u8,
            #[serde(alias = "q")]
            text: Option<String>,
        }

        let page = Page { number: 7, text: Some("x".to_owned()) };
        assert_eq!(query::<Page>("page=7&q=x").unwrap(), page);
        assert_eq!(query::<Page>("number=7&text=x").unwrap(), page);
        assert_eq!(issues(query::<Page>("q=x")), [" required: `number` is required"]);
        assert_eq!(Page::plan().unwrap().names().collect::<Vec<_>>(), ["number", "text"]);
    }

    fn query<T: Part>(query: &str) -> Result<T, Invalid> {
        T::read(&T::plan().unwrap(), &Pairs::query(query))
    }

    fn issues<T: Debug>(read: Result<T, Invalid>) -> Vec<String> {
        let invalid = read.unwrap_err();
        assert_eq!(invalid.errors(), crate::schema::Issue::shortlist(invalid.errors().to_vec()));
        let issues = invalid.errors().iter();
        issues.map(|issue| format!("{} {}: {}", issue.path, issue.keyword, issue.message)).collect()
    }

    #[test]
    fn query_values_are_converted_to_the_types_of_fields() {
        let plain = |text: &str| Search {
            text: text.to_owned(),
            per_page: 10,
            exact: None,
            after: None,
            tags: vec![],
            ids: None,
            more: More { lang: None },
        };
        for (text, search) in [
            ("text=x", plain("x")),
            ("text=", plain("")),
            ("text", plain("")),
            ("text=1e3", plain("1e3")),
            ("text=%20a+b", plain(" a b")),
            ("text=x&unknown=1&unknown=2", plain("x")),
            ("text=x&utm=%E9&%ff=%ff&tag=%C0%80", plain("x")),
            ("text=100%", plain("100%")),
            ("text=%zz&p=%", plain("%zz")),
            ("text=x&per-page=20", Search { per_page: 20, ..plain("x") }),
            ("text=x&per-page=2e1", Search { per_page: 20, ..plain("x") }),
            ("text=x&exact=true&after=-1.5", Search { exact: Some(true), after: Some(-1.5), ..plain("x") }),
            ("text=x&exact=&after=", plain("x")),
            ("text=x&tags=red", Search { tags: vec![Tag::Red], ..plain("x") }),
            ("tags=red&text=x&tags=green", Search { tags: vec![Tag::Red, Tag::Green], ..plain("x") }),
            ("text=x&ids=1&ids=2", Search { ids: Some(vec![1, 2]), ..plain("x") }),
            ("text=x&lang=de", Search { more: More { lang: Some(Lang("de".into())) }, ..plain("x") }),
        ] {
            assert_eq!(query::<Search>(text).unwrap(), search, "{text}");
        }
    }

    #[test]
    fn invalid_query_is_reported_with_path_and_keyword() {
        for (text, expected) in [
            ("", vec![" required: `text` is required"]),
            ("text=x&text=y", vec!["/text maxItems: is given more than once"]),
            ("text=x&per-page=+1", vec!["/per-page type: expected integer"]),
            ("text=x&per-page=%2B1", vec!["/per-page type: expected integer"]),
            ("text=x&per-page=", vec!["/per-page type: expected integer"]),
            ("text=x&per-page=1&per-page=1", vec!["/per-page maxItems: is given more than once"]),
            ("text=x&per-page=256", vec!["/per-page maximum: must be at most 255"]),
            ("text=x&per-page=1.5", vec!["/per-page type: expected integer"]),
            ("text=x&exact=1", vec!["/exact type: expected boolean or null"]),
            ("text=x&exact=on", vec!["/exact type: expected boolean or null"]),
            ("text=x&tags=red&tags=blue", vec!["/tags/1 enum: expected one of `red`, `green`"]),
            ("text=x&ids=1&ids=x", vec!["/ids/1 type: expected integer"]),
            ("text=%ff", vec!["/text encoding: is not UTF-8"]),
            ("text=x&lang=%ff", vec!["/lang encoding: is not UTF-8"]),
            ("text=x&text=%ff", vec!["/text encoding: is not UTF-8"]),
            ("text=x&tags=red&tags=%C3", vec!["/tags encoding: is not UTF-8"]),
            (
                "exact=SECRET&per-page=SECRET",
                vec![
                    " required: `text` is required",
                    "/exact type: expected boolean or null",
                    "/per-page type: expected integer",
                ],
            ),
        ] {
            let read = query::<Search>(text);
            let problem = read.as_ref().unwrap_err().to_detailed_problem();
            assert!(
                problem.contains(r#""on":"query","status":422"#) && !problem.contains("SECRET"),
                "{problem}"
            );
            assert_eq!(issues(read), expected, "{text}");
        }
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Token {
        #[serde(rename = "x-token")]
        token: u32,
        #[serde(default, rename = "x-tag")]
        tags: Vec<String>,
    }

    #[test]
    fn header_fields_are_read_by_lower_case_names() {
        let plan = <Token as Part>::plan().unwrap();
        assert_eq!(plan.names().collect::<Vec<_>>(), ["x-tag", "x-token"]);
        let mut headers = HeaderMap::new();
        headers.append("Host", HeaderValue::from_static("example.org"));
        headers.append("X-Token", HeaderValue::from_static("7"));
        headers.append("X-Tag", HeaderValue::from_static("a, b"));
        headers.append("X-Tag", HeaderValue::from_static("c"));
        headers.append("X-Other", HeaderValue::from_bytes(b"\xff").unwrap());
        let read = Token::read(&plan, &Pairs::headers(&headers)).unwrap();
        assert_eq!(read, Token { token: 7, tags: vec!["a, b".into(), "c".into()] });

        headers.append("X-Token", HeaderValue::from_static("8"));
        let read = Token::read(&plan, &Pairs::headers(&headers));
        assert_eq!(read.as_ref().unwrap_err().on(), On::Header);
        assert_eq!(issues(read), ["/x-token maxItems: is given more than once"]);
        headers.insert("X-Token", HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(
            issues(Token::read(&plan, &Pairs::headers(&headers))),
            ["/x-token encoding: is not UTF-8"]
        );
    }

    #[test]
    fn unknown_names_are_rejected_if_the_type_denies_them() {
        assert_eq!(
            issues(query::<Token>("x-token=1&SECRET=2")),
            [" additionalProperties: has a property that is not allowed"]
        );
        for unreadable in ["x-token=1&SECRET=%ff", "x-token=1&%ff=SECRET"] {
            let expected = [" additionalProperties: has a property that is not allowed"];
            assert_eq!(issues(query::<Token>(unreadable)), expected, "{unreadable}");
        }
    }

    #[test]
    fn first_readable_cookie_of_a_name_is_used() {
        #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
        struct Session {
            id: u8,
            #[serde(default)]
            seen: Vec<u8>,
        }

        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("other=x; id=1; seen=1; id=2; seen=2"));
        let plan = <Session as Part>::plan().unwrap();
        let read = Session::read(&plan, &Pairs::cookies(&headers)).unwrap();
        assert_eq!(read, Session { id: 1, seen: vec![1, 2] });
        // Cookies that a sibling site sets do not affect the others.
        for (line, read) in [
            (&b"theme=caf\xe9; id=1"[..], Some(Session { id: 1, seen: vec![] })),
            (b"id=1; id=\xff; seen=\xff; seen=2", Some(Session { id: 1, seen: vec![2] })),
            (b"id=\xff; id=1", Some(Session { id: 1, seen: vec![] })),
            (b"id=\xff", None),
            (b"id=1; seen=\xff", None),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_bytes(line).unwrap())]);
            let line = line.escape_ascii();
            match (Session::read(&plan, &Pairs::cookies(&headers)), read) {
                (Ok(session), Some(expected)) => assert_eq!(session, expected, "{line}"),
                (Err(invalid), None) => assert_eq!(invalid.errors()[0].keyword, "encoding", "{line}"),
                (read, _) => panic!("{line}: {read:?}"),
            }
        }
        assert_eq!(
            issues(Session::read(&plan, &Pairs::cookies(&HeaderMap::new()))),
            [" required: `id` is required"]
        );
    }

    #[test]
    fn map_reads_every_name_and_unit_reads_none() {
        let map = query::<BTreeMap<String, u8>>("a=1&b=2").unwrap();
        assert_eq!(map, BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
        let repeated = "/* maxItems: is given more than once";
        assert_eq!(issues(query::<BTreeMap<String, u8>>("SECRET=1&SECRET=2")), [repeated]);
        assert_eq!(issues(query::<BTreeMap<String, u8>>("SECRET=x")), ["/* type: expected integer"]);
        let map = query::<BTreeMap<String, u8>>("a=1&b=%ff&%ff=2&a%25=3").unwrap();
        assert_eq!(map, BTreeMap::from([("a".to_owned(), 1), ("a%".to_owned(), 3)]));
        query::<()>("a=1&a=1").unwrap();
    }

    #[test]
    fn part_type_must_be_a_struct_of_scalars() {
        #[derive(Deserialize, JsonSchema)]
        #[expect(dead_code, reason = "only the schema is used")]
        struct Nested {
            more: More,
        }

        #[derive(Deserialize, JsonSchema)]
        #[expect(dead_code, reason = "only the schema is used")]
        struct Lists {
            lists: Vec<Vec<u8>>,
        }

        #[derive(Deserialize, JsonSchema)]
        #[serde(tag = "by")]
        #[expect(dead_code, reason = "only the schema is used")]
        enum Tagged {
            Name { name: String },
        }

        for (error, message) in [
            (<Nested as Part>::plan().err(), "`more` is an object"),
            (<Lists as Part>::plan().err(), "`lists` is a list of lists"),
            (<Tagged as Part>::plan().err(), "a struct with named fields"),
            (<u8 as Part>::plan().err(), "a struct with named fields"),
            (<Option<Search> as Part>::plan().err(), "a struct with named fields"),
        ] {
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(message), "{error}");
        }
    }
}
