//! Removes the bodies of functions from an item before it is parsed, because only their heads are needed.
//!
//! This saves time: the parser copies every token at every depth, and bodies may be long.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Returns the item with empty function bodies. The result is parsed, but never emitted.
pub(super) fn strip(tokens: &TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    if let Some(TokenTree::Group(block)) = trees.last_mut()
        && block.delimiter() == Delimiter::Brace
    {
        *block = group(block, without_bodies(block.stream()));
    }
    trees.into_iter().collect()
}

/// Returns the members with empty bodies. Braces that are not followed by a new member belong to a type, as in `Row<{ N
/// }>`, and are kept.
fn without_bodies(members: TokenStream) -> TokenStream {
    let mut members = members.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(mut member) = members.next() {
        if let TokenTree::Group(body) = &mut member
            && body.delimiter() == Delimiter::Brace
            && begins_a_member(members.peek())
        {
            *body = group(body, TokenStream::new());
        }
        kept.push(member);
    }
    kept.into_iter().collect()
}

fn begins_a_member(next: Option<&TokenTree>) -> bool {
    match next {
        None | Some(TokenTree::Ident(_)) => true,
        Some(TokenTree::Punct(mark)) => mark.as_char() == '#',
        Some(_) => false,
    }
}

fn group(old: &Group, content: TokenStream) -> Group {
    let mut new = Group::new(old.delimiter(), content);
    new.set_span(old.span());
    new
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    #[test]
    fn function_bodies_are_emptied_and_type_braces_kept() {
        for (item, expected) in [
            ("impl A { fn a(&self) { { 1 } } }", "impl A { fn a(&self) {} }"),
            (
                "impl A { fn a() -> Row<{ N }> { 1 } #[x] fn b() { 2 } }",
                "impl A { fn a() -> Row<{ N }> {} #[x] fn b() {} }",
            ),
            (
                "impl A<{ 1 }> { const B: Row<{ 2 }, { 3 }> = Row { n: 4 }; }",
                "impl A<{ 1 }> { const B: Row<{ 2 }, { 3 }> = Row { n: 4 }; }",
            ),
            (
                "impl A { fn a() where [u8; { 1 }]: B { 2 } m! { 3 } pub fn b() {} }",
                "impl A { fn a() where [u8; { 1 }]: B {} m! {} pub fn b() {} }",
            ),
            ("struct A;", "struct A;"),
        ] {
            let [item, expected] = [item, expected].map(|text| text.parse::<TokenStream>().expect("tokens"));
            assert_eq!(super::strip(&item).to_string(), expected.to_string());
        }
    }
}
