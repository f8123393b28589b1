//! Checks the item under an attribute, and finds the type that gets the implementations.

use quote::quote_spanned;
use syn::{Attribute, GenericParam, Generics, Path, Type};

use super::{
    attributes::{allowed, conditions},
    borrow::{self, Borrow, made_static_in},
    foreign,
};
use crate::{
    diagnostics::Diagnostics,
    lifetimes::Selection,
    model::Target,
    render,
    syntax::{Block, Item, Structure},
};

/// The usable parts of the item. Missing parts have been reported.
pub(super) struct Site<T> {
    /// The type that gets the implementations; `None` if there is none.
    pub(super) target: Option<Target>,
    /// True for a block that the compiler also rejects, because its type cannot have inherent methods.
    pub(super) is_foreign: bool,
    /// Names of the lifetimes that the item borrows for; `None` if it does not borrow.
    pub(super) borrowed: Option<Vec<String>>,
    pub(super) generics: Generics,
    /// The item; `None` if it is not of the expected kind.
    pub(super) item: Option<T>,
}

/// Checks the item of `#[ws_route]`, which must be an inherent impl block. If another item defines a type, that type
/// gets the implementations of a stub.
pub(super) fn block(item: Item, root: Option<Path>, errors: &mut Diagnostics) -> Site<Block> {
    match item {
        Item::Block(block) => {
            let second = block.attributes.iter().find(|attribute| is_route(attribute));
            if let Some(second) = second {
                errors.on(
                    second.path(),
                    "duplicate `#[ws_route]`: a type can be one route only\n\
                     help: write a struct for each route, and share state in an `Arc`",
                );
                // The other attribute reads the handlers and generates the implementations.
                return Site {
                    target: None,
                    is_foreign: false,
                    borrowed: None,
                    generics: block.generics,
                    item: None,
                };
            }
            if let Some(place) = block.of_trait {
                errors.at(
                    place,
                    "expected an inherent impl block, found the impl of a trait\n\
                     help: move the handlers to an inherent impl block, and put `#[ws_route]` on it",
                );
            }
            if let Some(way) =
                foreign::remedy(&block.self_type, &block.generics).filter(|_| block.of_trait.is_none())
            {
                let found = render::code(&block.self_type);
                errors.on(
                    &block.self_type,
                    format!("a route must be a type of your own, found `{found}`\nhelp: {way}"),
                );
                return Site {
                    target: None,
                    is_foreign: true,
                    borrowed: None,
                    generics: block.generics,
                    item: None,
                };
            }
            let borrowed = borrowed(&block.generics, Some(&block.self_type), errors);
            let (generics, self_type) = match &borrowed {
                None => (block.generics.clone(), block.self_type.clone()),
                Some(names) => without_lifetimes(&block.generics, &block.self_type, names),
            };
            let target = Target {
                root,
                keyword: block.span,
                end: block.end,
                generics,
                self_type,
                conditions: conditions(&block.attributes),
                allowed: allowed(&block.attributes),
                contract_bounds: Vec::new(),
                with_self: Vec::new(),
                routes: Vec::new(),
            };
            let generics = block.generics.clone();
            // Methods of a trait impl are defined by the trait.
            let inherent = block.of_trait.is_none();
            Site {
                target: Some(target),
                is_foreign: false,
                borrowed: borrowed.filter(|_| inherent),
                generics,
                item: inherent.then_some(*block),
            }
        }
        Item::Struct(structure) => {
            errors.at(
                structure.span,
                format!(
                    "expected an impl block, found a struct\n\
                     help: put `#[ws_route]` on `impl {}`",
                    structure.name
                ),
            );
            Site { item: None, ..of_structure(&structure, root, errors) }
        }
        Item::Other { keyword, span } => {
            errors.at(
                span,
                format!("expected an impl block, found {}\nhelp: {}", article(&keyword), item_help(&keyword)),
            );
            Site {
                target: None,
                is_foreign: false,
                borrowed: None,
                generics: Generics::default(),
                item: None,
            }
        }
    }
}

/// Checks the item of `#[ws_contract]`, a struct.
pub(super) fn structure(item: Item, root: Option<Path>, errors: &mut Diagnostics) -> Site<Structure> {
    match item {
        Item::Struct(structure) => {
            let site = of_structure(&structure, root, errors);
            Site { item: Some(structure), ..site }
        }
        Item::Block(block) => {
            errors.at(
                block.span,
                "expected a struct, found an impl block\n\
                 help: put `#[ws_route]` on an impl block: it declares the contract too",
            );
            Site { target: None, is_foreign: false, borrowed: None, generics: block.generics, item: None }
        }
        Item::Other { keyword, span } => {
            errors.at(
                span,
                format!(
                    "expected a struct, found {}\n\
                     help: put `#[ws_contract]` on a struct, as in `struct ChatApi;`",
                    article(&keyword)
                ),
            );
            Site {
                target: None,
                is_foreign: false,
                borrowed: None,
                generics: Generics::default(),
                item: None,
            }
        }
    }
}

/// Returns true for another `#[ws_route]`, with or without a path before its name.
fn is_route(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|name| name.ident == "ws_route")
}

fn of_structure<T>(structure: &Structure, root: Option<Path>, errors: &mut Diagnostics) -> Site<T> {
    let (name, (_, arguments, _)) = (&structure.name, structure.generics.split_for_impl());
    let self_type = Type::Verbatim(quote_spanned!(name.span()=> #name #arguments));
    let (generics, self_type) = match borrowed(&structure.generics, None, errors) {
        None => (structure.generics.clone(), self_type),
        Some(names) => without_lifetimes(&structure.generics, &self_type, &names),
    };
    let (conditions, allowed) = (conditions(&structure.attributes), allowed(&structure.attributes));
    let target = Target {
        root,
        keyword: structure.span,
        end: structure.span,
        generics,
        self_type,
        conditions,
        allowed,
        contract_bounds: Vec::new(),
        with_self: Vec::new(),
        routes: Vec::new(),
    };
    // The struct may borrow, but the implementations may not.
    Site {
        target: Some(target),
        is_foreign: false,
        borrowed: None,
        generics: structure.generics.clone(),
        item: None,
    }
}

/// Reports a route that borrows, because the server keeps its routes until it ends. Returns the names of the lifetimes
/// that the block declares; `None` if it does not borrow.
fn borrowed(generics: &Generics, self_type: Option<&Type>, errors: &mut Diagnostics) -> Option<Vec<String>> {
    let declared = generics.lifetimes().map(|parameter| Borrow {
        place: parameter.lifetime.apostrophe,
        written: parameter.lifetime.to_string(),
    });
    let mut found: Vec<Borrow> = declared.collect();
    if found.is_empty() {
        found.extend(self_type.and_then(borrow::find));
    }
    for Borrow { place, written } in &found {
        errors.at(
            *place,
            format!(
                "a route cannot borrow, because the server outlives `{written}`\n\
                 help: own the data, or share it in an `Arc`",
            ),
        );
    }
    let names = generics.lifetimes().map(|parameter| parameter.lifetime.ident.to_string());
    (!found.is_empty()).then(|| names.collect())
}

/// Returns the type with `'static` in place of all lifetimes.
fn without_lifetimes(generics: &Generics, self_type: &Type, names: &[String]) -> (Generics, Type) {
    let mut generics = generics.clone();
    let bounds = generics.where_clause.take();
    generics.params = generics
        .params
        .into_iter()
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        .collect();
    let mut generics: Generics = made_static_in(&generics, Selection::Named(names));
    generics.where_clause = bounds.map(|bounds| made_static_in(&bounds, Selection::Named(names)));
    (generics, made_static_in(self_type, Selection::All))
}

fn article(keyword: &str) -> String {
    match keyword {
        "fn" => "a function".to_owned(),
        "mod" => "a module".to_owned(),
        "impl" => "an impl block that cannot be parsed".to_owned(),
        "item" => "another item".to_owned(),
        "enum" | "extern" | "use" => format!("an `{keyword}`"),
        _ => format!("a `{keyword}`"),
    }
}

fn item_help(keyword: &str) -> &'static str {
    match keyword {
        "fn" => {
            "write the handler as a method of a type: \
             `struct Chat;` and `#[ws_route(\"/chat\")] impl Chat { fn message(&self) {} }`"
        }
        "trait" => "put `#[ws_route]` on `impl Chat`: handlers are found by name and need no trait",
        _ => "put `#[ws_route]` on the impl block that has the handlers",
    }
}
