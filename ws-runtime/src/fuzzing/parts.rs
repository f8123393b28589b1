//! Parts of a request: every value that is read from one survives a round trip.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE};
use schemars::JsonSchema;
use serde::Deserialize;

use super::input::Input;
use crate::codec::{On, Pairs, Part, PartPlan};

/// A part with fields of several types.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
struct Search {
    text: String,
    page: Option<u8>,
    #[serde(default)]
    tags: Vec<i32>,
    #[serde(default)]
    exact: bool,
    near: Option<f64>,
    #[serde(default)]
    order: Order,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Newest,
    Oldest,
}

/// Fuzzes the parts of a request. The first byte chooses the part; the rest is a query, or lines of headers, cookies or
/// captures.
pub fn parts(data: &[u8]) {
    static PLAN: LazyLock<PartPlan> =
        LazyLock::new(|| <Search as Part>::plan().expect("the struct of this file has a plan"));

    let mut input = Input(data);
    let part = input.byte() % 4;
    let pairs = match part {
        0 => {
            let Ok(text) = std::str::from_utf8(input.0) else { return };
            Ok(Pairs::query(text))
        }
        1 => {
            let Ok(text) = std::str::from_utf8(input.0) else { return };
            let captures = text.split('\n').filter_map(|line| line.split_once('='));
            Pairs::captures(captures)
        }
        2 => Ok(Pairs::headers(&fields(input.0, None))),
        _ => Ok(Pairs::cookies(&fields(input.0, Some(COOKIE)))),
    };
    let pairs = match pairs {
        Ok(pairs) => pairs,
        Err(invalid) => {
            assert!(invalid.to_problem().len() < 4096 && invalid.on() == On::Params);
            return;
        }
    };
    match <Search as Part>::read(&PLAN, &pairs) {
        Ok(search) => {
            let again = <Search as Part>::read(&PLAN, &to_pairs(pairs.on(), &search));
            assert_eq!(again.as_ref().ok(), Some(&search), "{again:?}");
        }
        Err(invalid) => {
            assert_eq!(invalid.on(), pairs.on());
            assert!((1..=8).contains(&invalid.errors().len()), "{invalid:?}");
            let (problem, brief) = (invalid.to_detailed_problem(), invalid.to_problem());
            assert!(
                brief.len() <= problem.len() && problem.len() < 4096,
                "a response of {} bytes",
                problem.len()
            );
        }
    }
}

/// Returns each line as a header, named `name` or else by the text before `=`.
fn fields(lines: &[u8], name: Option<HeaderName>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(|&byte| byte == b'\n').take(64) {
        let (field, value) = match (&name, line.iter().position(|&byte| byte == b'=')) {
            (Some(name), _) => (name.clone(), line),
            (None, Some(at)) => {
                let Ok(field) = HeaderName::from_bytes(&line[..at]) else { continue };
                (field, &line[at + 1..])
            }
            (None, None) => continue,
        };
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(field, value);
        }
    }
    headers
}

/// Returns a value as pairs of the same part of a request.
fn to_pairs(on: On, search: &Search) -> Pairs {
    let mut pairs = Pairs::decoded(on, &[]);
    pairs.push("text", search.text.clone());
    if let Some(page) = search.page {
        pairs.push("page", page.to_string());
    }
    for tag in &search.tags {
        pairs.push("tags", tag.to_string());
    }
    pairs.push("exact", search.exact.to_string());
    if let Some(near) = search.near {
        pairs.push("near", near.to_string());
    }
    pairs.push("order", if search.order == Order::Newest { "newest" } else { "oldest" });
    pairs
}
