//! A route as a whole: what the attribute and the block say must fit together.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::{
    attributes, contract,
    handlers::{self, Found},
    options, parameters, places, target, variants,
};
use crate::{
    diagnostics::Diagnostics,
    model::{Arm, Contract, Handler, Options, Route, Served, Target, Variants},
    syntax::{Arguments, Block, Item, Keys, Subject},
    vocabulary::Kind,
};

/// `#[ws_route]`.
pub(crate) fn route(arguments: Arguments, item: Item, errors: &mut Diagnostics) -> Option<Route> {
    let Arguments { tokens, span, subject, keys, given } = arguments;
    if subject.is_none() {
        errors.at(span, "a route begins with its path\nhelp: write `#[ws_route(\"/chat\")]`, or name a contract: `#[ws_route(ChatApi)]`");
    }
    let options = options::read(&keys, errors);
    let (mut target, block) = target::block(item, keys.root.value().cloned(), errors)?;
    let attributes = block.as_ref().map(|block| block.attributes.clone()).unwrap_or_default();
    let has_block = block.is_some();
    let found = block.map(|block: Block| handlers::read(block, errors)).unwrap_or_default();
    let served = match subject {
        Some(Subject::Contract(named)) => {
            places::serving(&named, &given, found.any_arm, errors);
            Served::Named(named)
        }
        other => {
            let literal = match other {
                Some(Subject::Path(literal)) => Some(literal),
                _ => None,
            };
            let mut own = contract::read(literal.as_ref(), &keys, &target.generics, errors);
            own.docs = attributes::docs(&attributes);
            contract::name_params(&mut own, named(tokens, &target, &found));
            target.demands = parameters::demands(&own, &target.generics);
            check_protocols(&own, &options, &keys, errors);
            if has_block {
                check_body(&keys, &found, errors);
            }
            Served::Own(Box::new(own))
        }
    };
    let variants = dispatch(&keys, found.arms, errors);
    Some(Route { target, served, options, handlers: found.handlers, variants })
}

/// Everything of the user's that is written out beside the block, where a generated name could shadow it.
fn named(arguments: TokenStream, target: &Target, found: &Found) -> TokenStream {
    let mut named = arguments;
    named.extend(target.self_type.to_token_stream());
    named.extend(target.generics.to_token_stream());
    named.extend(target.generics.where_clause.to_token_stream());
    let types = |handler: &Handler| {
        [&handler.first, &handler.second, &handler.output]
            .into_iter()
            .flatten()
            .map(ToTokens::to_token_stream)
            .collect::<TokenStream>()
    };
    named.extend(found.handlers.iter().map(types));
    named.extend(found.arms.iter().map(|arm| types(&arm.handler)));
    named
}

fn check_protocols(contract: &Contract, options: &Options, keys: &Keys, errors: &mut Diagnostics) {
    if let Some(place) = keys.require_protocol.span()
        && options.require_protocol
        && contract.protocols.is_empty()
        && keys.protocols.span().is_none()
    {
        errors.at(place, "`require_protocol` needs something to require\nhelp: add `protocols = [\"v1\"]`");
    }
}

fn check_body(keys: &Keys, found: &Found, errors: &mut Diagnostics) {
    if let Some(place) = keys.body.span()
        && !found.any_arm
        && !found.unreadable
        && !found.kinds.contains(&Kind::Message)
    {
        let body = keys
            .body
            .value()
            .map_or_else(|| "Body".to_owned(), |body| body.to_token_stream().to_string().replace(' ', ""));
        errors.at(
            place,
            format!(
                "`body` is given, but no handler takes messages\n\
                 help: write `async fn message(&self, ws: &Socket<Self>, body: {body})`, or leave `body` out"
            ),
        );
    }
}

/// The one `match`: each variant of `body` to its handler.
fn dispatch(keys: &Keys, arms: Vec<Arm>, errors: &mut Diagnostics) -> Option<Variants> {
    let first = arms.first()?;
    let Some(body) = keys.body.value() else {
        if keys.body.span().is_none() {
            let name = &first.handler.name;
            errors.at(
                name.span(),
                format!(
                    "`{name}` handles a variant of `body`, and no `body` is given\n\
                     help: add `body = Say`, the enum; other methods go to an impl block without an attribute"
                ),
            );
        }
        return None;
    };
    let path = variants::path(body, errors)?;
    Some(Variants { body: body.clone(), path, arms })
}
