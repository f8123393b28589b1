//! The members of objects whose keys no schema declares: those of maps, and those that nobody reads.
//!
//! A text without some of them is still valid, so they can be left out to find the one that a type rejects.

use crate::schema::{Lexer, NotJson, Step, ValueKind};

/// A member whose key its schema does not declare.
pub(super) struct Member {
    /// Its path, which ends with its key.
    pub(super) path: Vec<Step>,
    /// Its number in its object, from 1.
    pub(super) number: usize,
    /// The end of its key in the text.
    at: usize,
}

/// A text without some of its members.
pub(super) struct Thinned {
    pub(super) text: String,
    /// The end of the last kept key in it, or 0.
    pub(super) mark: usize,
}

/// Returns the undeclared members of a text, in its order.
pub(super) fn undeclared(text: &str, is_declared: &dyn Fn(&[Step]) -> bool) -> Result<Vec<Member>, NotJson> {
    let mut found = Vec::new();
    MemberWalk::new(text).value(&mut |walk, number| {
        if !is_declared(&walk.path) {
            found.push(Member { path: walk.path.clone(), number, at: walk.lexer.offset() });
        }
        true
    })?;
    Ok(found)
}

/// Returns a text with only the first `kept` of its undeclared members.
pub(super) fn thin(text: &str, members: &[Member], kept: usize) -> Result<Thinned, NotJson> {
    let (kept, dropped) = members.split_at_checked(kept).unwrap_or((members, &[]));
    let (last, mut mark) = (kept.last().map(|member| member.at), 0);
    let mut walk = MemberWalk::new(text);
    walk.value(&mut |walk, _| {
        let at = walk.lexer.offset();
        if Some(at) == last {
            mark = walk.out.len();
        }
        dropped.binary_search_by_key(&at, |member| member.at).is_err()
    })?;
    Ok(Thinned { text: walk.out, mark })
}

/// Copies a text, except for the members that a function drops.
struct MemberWalk<'t> {
    lexer: Lexer<'t>,
    out: String,
    path: Vec<Step>,
}

/// Returns true if a member is kept. Its key is written; its number is counted from 1.
type Keep<'f, 't> = &'f mut dyn FnMut(&MemberWalk<'t>, usize) -> bool;

impl<'t> MemberWalk<'t> {
    fn new(text: &'t str) -> Self {
        Self { lexer: Lexer::new(text), out: String::new(), path: Vec::new() }
    }

    fn value(&mut self, keep: Keep<'_, 't>) -> Result<(), NotJson> {
        match self.lexer.peek()? {
            ValueKind::Array => {
                self.lexer.open()?;
                self.out.push('[');
                let mut count = 0;
                while self.lexer.item(count == 0)? {
                    if count > 0 {
                        self.out.push(',');
                    }
                    self.path.push(Step::Index(count));
                    self.value(keep)?;
                    self.path.pop();
                    count += 1;
                }
                self.out.push(']');
            }
            ValueKind::Object => {
                self.lexer.open()?;
                self.out.push('{');
                let (mut count, start) = (0, self.out.len());
                while let Some(key) = self.lexer.key(count == 0)? {
                    count += 1;
                    let before = self.out.len();
                    if before > start {
                        self.out.push(',');
                    }
                    // A text always serializes.
                    self.out.push_str(&serde_json::to_string(&*key).unwrap_or_default());
                    self.out.push(':');
                    self.path.push(Step::Key(key.into_owned()));
                    if keep(self, count) {
                        self.value(keep)?;
                    } else {
                        self.out.truncate(before);
                        self.lexer.skip()?;
                    }
                    self.path.pop();
                }
                self.out.push('}');
            }
            _ => self.out.push_str(self.lexer.skip()?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_the_first_of_its_undeclared_members() {
        // Keys of one letter are not declared.
        let is_declared = |path: &[Step]| matches!(path.last(), Some(Step::Key(key)) if key.len() > 1);
        let text = r#" {"to":1.50, "a" : {"b":[], "in":{"c":"}"}}, "list":[{"d\"":null},{"e":1,"f":2}]}"#;
        let members = undeclared(text, &is_declared).unwrap();
        let numbers: Vec<_> = members.iter().map(|member| (member.path.len(), member.number)).collect();
        assert_eq!(numbers, [(1, 2), (2, 1), (3, 1), (3, 1), (3, 2)]);
        for (kept, expected, mark) in [
            (0, r#"{"to":1.50,"list":[{"d\"":null},{}]}"#, ""),
            (1, r#"{"to":1.50,"a":{"in":{}},"list":[{"d\"":null},{}]}"#, r#""a":"#),
            (2, r#"{"to":1.50,"a":{"b":[],"in":{}},"list":[{"d\"":null},{}]}"#, r#""b":"#),
            (4, r#"{"to":1.50,"a":{"b":[],"in":{"c":"}"}},"list":[{"d\"":null},{"e":1}]}"#, r#""e":"#),
            (5, r#"{"to":1.50,"a":{"b":[],"in":{"c":"}"}},"list":[{"d\"":null},{"e":1,"f":2}]}"#, r#""f":"#),
            (9, r#"{"to":1.50,"a":{"b":[],"in":{"c":"}"}},"list":[{"d\"":null},{"e":1,"f":2}]}"#, r#""f":"#),
        ] {
            let thinned = thin(text, &members, kept).unwrap();
            assert_eq!(thinned.text, expected);
            assert!(thinned.text[..thinned.mark].ends_with(mark), "{kept}");
        }
    }
}
