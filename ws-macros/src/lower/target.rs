//! Which item an attribute may stand on, and which type gets the implementations.

use syn::{Generics, Path, Type};

use super::attributes::conditions;
use crate::{
    diagnostics::Diagnostics,
    model::Target,
    syntax::{Block, Item, Structure},
};

/// `#[ws_route]`'s item: an inherent impl block. For anything else the type is still found, if it has one.
pub(super) fn block(
    item: Item,
    root: Option<Path>,
    errors: &mut Diagnostics,
) -> Option<(Target, Option<Block>)> {
    match item {
        Item::Block(block) => {
            let second = block.attributes.iter().find(|attribute| attribute.path().is_ident("ws_route"));
            if let Some(second) = second {
                // The other one writes the implementations.
                errors.on(
                    second.path(),
                    "a type has one route, and this is its second\n\
                     help: two routes are two structs that share what they need in an `Arc`",
                );
                return None;
            }
            if let Some(place) = block.of_trait {
                errors.at(
                    place,
                    "expected an inherent impl block, found the impl of a trait\n\
                     help: put the handlers into an impl block of their own, and `#[ws_route]` on that",
                );
            }
            check_lifetimes(&block.generics, errors)?;
            let target = Target {
                root,
                generics: block.generics.clone(),
                self_type: block.self_type.clone(),
                conditions: conditions(&block.attributes),
                demands: Vec::new(),
            };
            let inherent = block.of_trait.is_none();
            Some((target, inherent.then_some(*block)))
        }
        Item::Struct(structure) => {
            errors.at(
                structure.span,
                format!(
                    "expected an impl block, found a struct\n\
                     help: put `#[ws_route]` on `impl {}`, where the handlers are",
                    structure.name
                ),
            );
            Some((structure_target(&structure, root), None))
        }
        Item::Other { keyword, span } => {
            errors.at(
                span,
                format!("expected an impl block, found {}\nhelp: {}", article(&keyword), way(&keyword)),
            );
            None
        }
    }
}

/// `#[ws_contract]`'s item: a struct.
pub(super) fn structure(
    item: Item,
    root: Option<Path>,
    errors: &mut Diagnostics,
) -> Option<(Target, Option<Structure>)> {
    match item {
        Item::Struct(structure) => {
            check_lifetimes(&structure.generics, errors)?;
            Some((structure_target(&structure, root), Some(structure)))
        }
        Item::Block(block) => {
            errors.at(
                block.span,
                "expected a struct, found an impl block\n\
                 help: the contract of a block with handlers is stated by `#[ws_route]`",
            );
            None
        }
        Item::Other { keyword, span } => {
            errors.at(
                span,
                format!(
                    "expected a struct, found {}\n\
                     help: a contract is stated on a struct that names it: `struct ChatApi;`",
                    article(&keyword)
                ),
            );
            None
        }
    }
}

fn structure_target(structure: &Structure, root: Option<Path>) -> Target {
    let (name, (_, arguments, _)) = (&structure.name, structure.generics.split_for_impl());
    Target {
        root,
        generics: structure.generics.clone(),
        self_type: Type::Verbatim(quote::quote!(#name #arguments)),
        conditions: conditions(&structure.attributes),
        demands: Vec::new(),
    }
}

/// A server keeps its routes until it ends, so they can borrow from nothing. One that does gets no implementations.
fn check_lifetimes(generics: &Generics, errors: &mut Diagnostics) -> Option<()> {
    for parameter in generics.lifetimes() {
        let lifetime = &parameter.lifetime;
        errors.at(
            lifetime.apostrophe,
            format!(
                "a route cannot borrow: `{lifetime}` ends before the server does\n\
                 help: own the data, or share it in an `Arc`",
            ),
        );
    }
    generics.lifetimes().next().is_none().then_some(())
}

fn article(keyword: &str) -> String {
    match keyword {
        "fn" => "a function".to_owned(),
        "mod" => "a module".to_owned(),
        "impl" => "an impl block that cannot be read".to_owned(),
        "item" => "another item".to_owned(),
        "enum" | "extern" | "use" => format!("an `{keyword}`"),
        _ => format!("a `{keyword}`"),
    }
}

fn way(keyword: &str) -> &'static str {
    match keyword {
        "fn" => {
            "a route is a type, and a handler one of its methods: \
             `struct Chat;` and `#[ws_route(\"/chat\")] impl Chat { fn message(&self) {} }`"
        }
        "trait" => "handlers are found by name, they need no trait: put `#[ws_route]` on `impl Chat`",
        _ => "put `#[ws_route]` on the impl block where the handlers are",
    }
}
