//! Selects what to report of alternatives without a tag, none of which a value fits.

use super::Issue;

/// An alternative that a value does not fit.
pub(super) struct FailedForm {
    pub(super) issues: Vec<Issue>,
    /// The number of the value's members that the alternative declares.
    pub(super) known: usize,
}

/// Selects what to report of alternatives without a tag, all of which failed for the value at `path`.
///
/// If one alternative is evidently meant, its issues are reported. A value evidently has the form of an alternative
/// whose issues are all at a deeper level, or that declares more of its members than the others. Otherwise the issues of
/// all alternatives become one.
pub(super) fn closest(mut failed: Vec<FailedForm>, path: &str, keyword: &'static str) -> Vec<Issue> {
    let is_deeper = |issue: &Issue| issue.path.len() > path.len() && issue.keyword != "const";
    if failed.iter().any(|form| form.issues.iter().all(is_deeper)) {
        failed.retain(|form| form.issues.iter().all(is_deeper));
    }
    let most = failed.iter().map(|form| form.known).max().unwrap_or_default();
    failed.retain(|form| form.known == most);
    failed.dedup_by(|one, other| one.issues == other.issues);
    if let [only] = &mut *failed {
        return std::mem::take(&mut only.issues);
    }
    let all = || failed.iter().flat_map(|form| &form.issues);
    let shared =
        all().next().map(|first| &*first.path).filter(|first| all().all(|issue| issue.path == *first));
    let form = |form: &FailedForm| {
        let said = |issue: &Issue| match shared {
            None if issue.path != path => format!("at `{}`: {}", issue.path, issue.message),
            _ => issue.message.clone(),
        };
        form.issues.iter().map(said).collect::<Vec<_>>().join(" and ")
    };
    let message = failed.iter().map(form).collect::<Vec<_>>().join(", or ");
    vec![Issue::new(shared.unwrap_or(path), keyword, message)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_that_is_evidently_meant_is_reported() {
        let form = |known, issues: &[(&str, &'static str, &str)]| {
            let issues = issues.iter().map(|(path, keyword, message)| Issue::new(path, keyword, *message));
            FailedForm { issues: issues.collect(), known }
        };
        let a = ("/v", "required", "`a` is required");
        let b = ("/v", "required", "`b` is required");
        let deep = ("/v/x", "type", "expected integer");
        let deeper = ("/v/x", "type", "expected string");
        let beside = ("/v/y", "type", "expected string");
        let tag = ("/v/t", "const", "expected `T`");
        for (failed, expected) in [
            (vec![form(0, &[a]), form(1, &[deep])], "/v/x type: expected integer"),
            (vec![form(1, &[a]), form(0, &[b])], "/v required: `a` is required"),
            (vec![form(1, &[a]), form(1, &[b])], "/v anyOf: `a` is required, or `b` is required"),
            (vec![form(1, &[a]), form(1, &[tag])], "/v anyOf: `a` is required, or at `/v/t`: expected `T`"),
            (vec![form(1, &[a]), form(1, &[a])], "/v required: `a` is required"),
            (vec![form(1, &[deep]), form(1, &[deeper])], "/v/x anyOf: expected integer, or expected string"),
            (vec![form(2, &[deep]), form(1, &[beside])], "/v/x type: expected integer"),
            (
                vec![form(1, &[deep]), form(1, &[beside])],
                "/v anyOf: at `/v/x`: expected integer, or at `/v/y`: expected string",
            ),
            (
                vec![form(0, &[a, b]), form(0, &[tag, a])],
                "/v anyOf: `a` is required and `b` is required, or at `/v/t`: expected `T` and `a` is required",
            ),
        ] {
            let [issue] = &*closest(failed, "/v", "anyOf") else { panic!("{expected}") };
            assert_eq!(format!("{} {}: {}", issue.path, issue.keyword, issue.message), expected);
        }
    }
}
