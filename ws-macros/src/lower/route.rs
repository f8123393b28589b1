//! Checks a route as a whole: the arguments of the attribute and the block must match.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::{
    attributes,
    borrow::made_static_in,
    connection, contract, contract_bounds,
    handlers::{self, FoundHandlers},
    key_homes,
    mentions::{mentions, names},
    options,
    target::{self, Site},
    variants,
};
use crate::{
    diagnostics::Diagnostics,
    lifetimes::Selection,
    model::{Arm, Contract, Handler, Lowered, Options, Route, Served, Stub, Target, Variants},
    render,
    syntax::{Arguments, Block, Item, Keys, Subject},
    vocabulary::HandlerKind,
};

/// Lowers `#[ws_route]`. All parts that could be parsed are checked, even if others have mistakes. Returns `None` if
/// there is no type to implement the traits for.
pub(crate) fn route(arguments: Arguments, item: Item, errors: &mut Diagnostics) -> Option<Lowered> {
    let Arguments { tokens, span, subject, keys, given, is_complete } = arguments;
    if subject.is_none() {
        errors.at(span, "expected a path or a contract as the first argument\nhelp: write `#[ws_route(\"/chat\")]` or `#[ws_route(ChatApi)]`");
    }
    let options = options::read(&keys, errors);
    let Site { mut target, is_foreign, borrowed, generics, item: block } =
        target::block(item, keys.root.value().cloned(), errors);
    let docs = block.as_ref().map(|block| attributes::docs(&block.attributes)).unwrap_or_default();
    let has_block = block.is_some();
    let mut block: Option<Block> = block;
    let connections = block.as_mut().map(|block| connection::read(block, errors)).unwrap_or_default();
    if let Some(target) = &mut target {
        target.with_self = connections.methods;
        target.routes = connections.routes;
    }
    let found = block.map(|block| handlers::read(block, keys.body.value(), errors)).unwrap_or_default();
    let served = match subject {
        Some(Subject::Contract(named)) => {
            key_homes::serving(&named, &given, found.any_arm, errors);
            Served::Named(named)
        }
        other => {
            let paths = match other {
                Some(Subject::Paths(paths)) => Some(paths),
                _ => None,
            };
            let mut own = contract::read(paths.as_ref(), &keys, is_complete, docs, &generics, errors);
            if let Some(target) = &mut target {
                contract::name_params(&mut own, |name| is_named(name, &tokens, target, &found));
                target.contract_bounds = contract_bounds::read(&own, &generics);
            }
            check_protocols(&own, &options, &keys, errors);
            if has_block {
                check_body(&keys, &found, errors);
            }
            Served::Own(Box::new(own))
        }
    };
    if is_foreign {
        return Some(Lowered::Foreign(Box::new(generics)));
    }
    let is_shared = check_data(&found, errors);
    let (target, mut handlers) = (target?, found.handlers);
    let variants = dispatch(&keys, found.arms, &target, errors);
    let keeps_request = keys.keep_request.value().copied().unwrap_or(!is_complete);
    if errors.is_clean() && found.unread.is_none() {
        return Some(Lowered::Right(Box::new(Route {
            target,
            served,
            keeps_request,
            options,
            handlers,
            variants,
        })));
    }
    handlers.retain(|handler| handler.kind == HandlerKind::BeforeHandle && is_shared);
    if let Some(names) = &borrowed {
        for output in handlers.iter_mut().filter_map(|handler| handler.output.as_mut()) {
            *output = made_static_in(output, Selection::Named(names));
        }
    }
    Some(Lowered::Wrong(Box::new(Stub {
        target,
        borrowed,
        served,
        keeps_request,
        unread: found.unread,
        unknown_data: handlers.is_empty() && found.kinds.contains(&HandlerKind::BeforeHandle),
        before_handle: handlers,
    })))
}

/// Returns true if the user's tokens contain the name, so that a generated item of that name would shadow the user's.
fn is_named(name: &str, arguments: &TokenStream, target: &Target, found: &FoundHandlers) -> bool {
    let Target { self_type, generics, .. } = target;
    let types = |handler: &Handler| {
        let kinds = [&handler.first, &handler.second, &handler.output];
        kinds.into_iter().flatten().any(|ty| names(ty, name))
    };
    mentions(arguments, name)
        || names(self_type, name)
        || target.routes.iter().any(|ty| names(ty, name))
        || (!generics.params.is_empty() && mentions(&generics.to_token_stream(), name))
        || generics.where_clause.as_ref().is_some_and(|bounds| mentions(&bounds.to_token_stream(), name))
        || found.handlers.iter().any(types)
        || found.arms.iter().any(|arm| types(&arm.handler) || arm.content.types().any(|ty| names(ty, name)))
}

fn check_protocols(contract: &Contract, options: &Options, keys: &Keys, errors: &mut Diagnostics) {
    if let Some(place) = keys.require_protocol.span()
        && options.require_protocol
        && contract.protocols.is_empty()
        && keys.protocols.span().is_none()
    {
        errors.at(place, "`require_protocol` needs `protocols`\nhelp: add `protocols = [\"v1\"]`");
    }
}

/// Returns true if the name of the data's type is not known to be wrong; otherwise the mistake is reported. The
/// compiler would report a wrong one for each future that holds the connection.
fn check_data(found: &FoundHandlers, errors: &mut Diagnostics) -> bool {
    let before_handle = found.handlers.iter().filter(|handler| handler.kind == HandlerKind::BeforeHandle);
    let mut outputs = before_handle.filter_map(|handler| handler.output.as_ref());
    let Some(output) = outputs.find(|output| names(output, "Rc")) else { return true };
    errors
        .on(output, "the data of a connection must be `Send` and `Sync`, which `Rc` is not\nhelp: use `Arc`");
    false
}

fn check_body(keys: &Keys, found: &FoundHandlers, errors: &mut Diagnostics) {
    if let Some(place) = keys.body.span()
        && !found.kinds.is_empty()
        && !found.any_arm
        && found.unread.is_none()
        && !found.kinds.contains(&HandlerKind::Message)
    {
        let body = keys.body.value().map_or_else(|| "Body".to_owned(), render::code);
        errors.at(
            place,
            format!(
                "`body` is set, but no handler takes messages\n\
                 help: write `async fn message(&self, ws: &Socket<Self>, body: {body})`, or remove `body`"
            ),
        );
    }
}

/// Creates the dispatch of each variant of `body` to its handler; `None` if there are no such handlers, or if `body` is
/// missing.
fn dispatch(keys: &Keys, arms: Vec<Arm>, target: &Target, errors: &mut Diagnostics) -> Option<Variants> {
    let first = arms.first()?;
    let Some(body) = keys.body.value() else {
        if keys.body.span().is_none() {
            let name = &first.handler.name;
            errors.at(
                name.span(),
                format!(
                    "`{name}` handles a variant of `body`, but `body` is not set\n\
                     help: add the enum, as in `body = Say`; move other methods to an impl block without the attribute"
                ),
            );
        }
        return None;
    };
    let path = variants::path(body, errors)?;
    let alias = variants::alias(&path, body, target);
    Some(Variants { body: body.clone(), path, alias, arms })
}
