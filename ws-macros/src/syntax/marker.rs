//! The markers on methods of a block. The attribute parses and removes them, so that users need not import them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Attribute, Meta, Path, Token, punctuated::Punctuated};

/// A marker on the handler of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// `#[ws_fields]`: the arguments of the handler are the fields of the variant.
    Fields,
    /// `#[ws_variant(HTTPPing)]`: names the variant.
    Variant,
}

impl Marker {
    const ALL: [Self; 2] = [Self::Fields, Self::Variant];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fields => "ws_fields",
            Self::Variant => "ws_variant",
        }
    }

    /// Returns the marker with this path, which may be qualified; `None` for other attributes.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let last = path.segments.last()?;
        Self::ALL.into_iter().find(|marker| last.ident == marker.name())
    }

    /// Returns the marker that an attribute applies conditionally, as in `#[cfg_attr(test, ws_fields)]`; `None` for
    /// other attributes.
    pub(crate) fn conditional(attribute: &Attribute) -> Option<Self> {
        if !attribute.path().is_ident("cfg_attr") {
            return None;
        }
        let list = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
        list.iter().skip(1).find_map(|applied| Self::of(applied.path()))
    }
}

/// Returns true if an attribute is a marker, or applies one conditionally.
pub(crate) fn is_marker(attribute: &Attribute) -> bool {
    Marker::of(attribute.path()).or_else(|| Marker::conditional(attribute)).is_some()
}

/// Returns the block without the markers on its members. A conditional marker is an error, so the whole `cfg_attr` is
/// removed.
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

/// Returns true for `[ws_fields]`, `[ws_runtime::ws_variant(…)]`, and `[cfg_attr(…, ws_fields)]`.
fn is_bracketed_marker(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    if group.delimiter() != Delimiter::Bracket {
        return false;
    }
    let (mut last, mut arguments) = (None, None);
    for tree in group.stream() {
        match tree {
            TokenTree::Ident(word) => last = Some(word),
            TokenTree::Group(group) => {
                arguments = Some(group.stream());
                break;
            }
            _ => {}
        }
    }
    let Some(last) = last else { return false };
    let named = |word: &dyn Fn(&str) -> bool| Marker::ALL.iter().any(|marker| word(marker.name()));
    named(&|name| last == name)
        || last == "cfg_attr"
            && arguments
                .into_iter()
                .flatten()
                .any(|tree| matches!(&tree, TokenTree::Ident(word) if named(&|name| word == name)))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    #[test]
    fn markers_are_removed_from_members_only() {
        for (block, expected) in [
            ("impl A { #[ws_fields] fn a(&self) {} }", "impl A { fn a(&self) {} }"),
            (
                "#[x] impl A { #[y] #[ws_fields] /// b\n fn b(&self) {} }",
                "#[x] impl A { #[y] /// b\n fn b(&self) {} }",
            ),
            ("impl A { #[ws_runtime::ws_fields] #[::a::ws_fields(b)] fn a() {} }", "impl A { fn a() {} }"),
            ("impl A { #[ws_variant(HTTP)] #[ws_fields] fn a(b: u8) {} }", "impl A { fn a(b: u8) {} }"),
            ("impl A { fn a() { #[ws_fields] fn b() {} } }", "impl A { fn a() { #[ws_fields] fn b() {} } }"),
            ("impl A { #[cfg_attr(a, ws_fields)] #[b] fn a() {} }", "impl A { #[b] fn a() {} }"),
            (
                "impl A { #[cfg_attr(a, inline)] #[ws_field] fn a() {} }",
                "impl A { #[cfg_attr(a, inline)] #[ws_field] fn a() {} }",
            ),
        ] {
            let [block, expected] =
                [block, expected].map(|text| text.parse::<TokenStream>().expect("tokens"));
            assert_eq!(super::unmarked(block).to_string(), expected.to_string());
        }
    }
}
