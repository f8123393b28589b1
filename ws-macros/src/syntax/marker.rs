//! The library's own markers on the methods of a block. They are read here and taken out, so that nobody imports them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Path;

/// `#[ws_fields]`, also by its full path: the arguments of a handler are the fields of its variant.
const FIELDS: &str = "ws_fields";

/// Whether an attribute of this path is a marker.
pub(crate) fn is_marker(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == FIELDS)
}

/// A block without the markers on its members.
pub(crate) fn unmarked(block: TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = block.into_iter().collect();
    if let Some(TokenTree::Group(members)) = trees.last_mut() {
        let mut kept = Group::new(members.delimiter(), without_markers(members.stream()));
        kept.set_span(members.span());
        *members = kept;
    }
    trees.into_iter().collect()
}

fn without_markers(members: TokenStream) -> TokenStream {
    let mut members = members.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(member) = members.next() {
        let is_hash = matches!(&member, TokenTree::Punct(mark) if mark.as_char() == '#');
        if is_hash && members.next_if(is_bracketed_marker).is_some() {
            continue;
        }
        kept.push(member);
    }
    kept.into_iter().collect()
}

/// `[ws_fields]`, or `[ws_runtime::ws_fields(…)]`.
fn is_bracketed_marker(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    let words = group.stream().into_iter().take_while(|tree| !matches!(tree, TokenTree::Group(_)));
    let last = words.filter_map(|tree| match tree {
        TokenTree::Ident(word) => Some(word),
        _ => None,
    });
    group.delimiter() == Delimiter::Bracket && last.last().is_some_and(|word| word == FIELDS)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    #[test]
    fn markers_are_taken_out_of_the_members_alone() {
        for (block, expected) in [
            ("impl A { #[ws_fields] fn a(&self) {} }", "impl A { fn a(&self) {} }"),
            (
                "#[x] impl A { #[y] #[ws_fields] /// b\n fn b(&self) {} }",
                "#[x] impl A { #[y] /// b\n fn b(&self) {} }",
            ),
            ("impl A { #[ws_runtime::ws_fields] #[::a::ws_fields(b)] fn a() {} }", "impl A { fn a() {} }"),
            ("impl A { fn a() { #[ws_fields] fn b() {} } }", "impl A { fn a() { #[ws_fields] fn b() {} } }"),
            (
                "impl A { #[cfg_attr(a, ws_fields)] #[ws_field] fn a() {} }",
                "impl A { #[cfg_attr(a, ws_fields)] #[ws_field] fn a() {} }",
            ),
        ] {
            let [block, expected] =
                [block, expected].map(|text| text.parse::<TokenStream>().expect("tokens"));
            assert_eq!(super::unmarked(block).to_string(), expected.to_string());
        }
    }
}
