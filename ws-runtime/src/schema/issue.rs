//! One error of a value, in words that contain no part of the value.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::message::truncated;

/// The maximum length of a message, in bytes.
pub(super) const MAX_MESSAGE: usize = 160;
/// The maximum length of a path, in bytes. A longer path is truncated to its deepest ancestor that fits.
const MAX_PATH: usize = 120;

/// The maximum number of reported issues.
#[cfg(feature = "server")]
pub(super) const MAX_ISSUES: usize = 8;
/// The maximum total length of all paths and messages, in bytes. The first issue is always kept.
#[cfg(feature = "server")]
const MAX_BYTES: usize = 600;

/// One error of an invalid value.
///
/// An issue contains no part of the value: names, limits and permitted values come from the schema. Input of a peer
/// could be secret, and a reply that repeats it could be as long as the peer chooses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// The path as a JSON Pointer (RFC 6901), empty for the root. A key that the schema does not declare, as in a map,
    /// is input of the peer and is replaced by `*`.
    pub path: String,
    /// The violated keyword of the schema, such as `required` or `minLength`. In addition to the keywords of JSON
    /// Schema: `json` (malformed JSON), `kind` (the wrong kind of frame), `encoding` (text that cannot be decoded).
    pub keyword: Cow<'static, str>,
    /// The error, as a sentence without a subject, such as "expected string".
    pub message: String,
}

impl Issue {
    pub(crate) fn new(path: &str, keyword: &'static str, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > MAX_MESSAGE {
            message.truncate(truncated(&message, MAX_MESSAGE - '…'.len_utf8()).len());
            message.push('…');
        }
        let path = match path.as_bytes().get(..=MAX_PATH) {
            None => path,
            Some(head) => &path[..head.iter().rposition(|&byte| byte == b'/').unwrap_or(0)],
        };
        Self { path: path.to_owned(), keyword: Cow::Borrowed(keyword), message }
    }

    /// Sorts issues by path and keeps the first ones, so that the reply to a peer is short for any input.
    #[cfg(feature = "server")]
    pub(crate) fn shortlist(mut issues: Vec<Self>) -> Vec<Self> {
        issues.sort_unstable();
        issues.dedup();
        issues.truncate(MAX_ISSUES);
        let mut bytes = 0;
        issues.retain(|issue| {
            let first = bytes == 0;
            bytes += issue.path.len() + issue.message.len();
            first || bytes <= MAX_BYTES
        });
        issues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_path_is_truncated_at_an_ancestor() {
        let deep = "/children/0".repeat(40);
        let issue = Issue::new(&deep, "type", "expected string");
        assert!(issue.path.len() <= MAX_PATH && deep.starts_with(&issue.path), "{}", issue.path);
        assert_eq!(issue.path, "/children/0".repeat(10) + "/children");
        assert_eq!(Issue::new(&"/a".repeat(60), "type", "").path, "/a".repeat(60));
    }

    #[test]
    fn issues_are_sorted_deduplicated_and_bounded() {
        let issue = |index| Issue::new(&format!("/{}/{index}", "x".repeat(100)), "enum", "y".repeat(150));
        let issues = Issue::shortlist(vec![issue(3), issue(1), issue(2), issue(1)]);
        assert_eq!(issues, [issue(1), issue(2)]);
        let short = |index| Issue::new(&format!("/{index}"), "type", "expected string");
        assert_eq!(Issue::shortlist((0..20).map(short).collect()).len(), MAX_ISSUES);
    }
}
