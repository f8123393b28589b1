//! Runs the phases of an attribute; the only place that sees all of them.

use proc_macro2::TokenStream;

use crate::{
    diagnostics::Diagnostics,
    expand, lower,
    model::Lowered,
    span,
    syntax::{Arguments, Item, Marker, unmarked},
};

/// `#[ws_route]`: the block as it was written but for bounds in its head, the route of a connection and the library's own markers,
/// what is wrong with it, and the implementations beside it.
///
/// With anything wrong the implementations are those that other code needs to see, so that one mistake stays one error; for
/// its sake alone a block that borrows is written as if it did not, and one of a type that cannot be a route is written for no type.
pub(crate) fn route(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let read = Item::read(&item);
    let is_block = read.is_block();
    let item = if read.has_markers() { unmarked(item) } else { item };
    let route = lower::route(Arguments::read(arguments, &mut errors), read, &mut errors);
    let (item, beside) = match route {
        None => (item, None),
        Some(Lowered::Right(route)) => (expand::block(&route.target, item), Some(expand::route(&route))),
        Some(Lowered::Foreign(generics)) => (expand::foreign(&generics, item, errors.take_last()), None),
        Some(Lowered::Wrong(stub)) => {
            let cause = stub.has_unknown().then(|| errors.take_last()).flatten();
            let item = match &stub.borrowed {
                Some(names) => expand::outlasting(&stub, names, item),
                None => item,
            };
            let item = if is_block { expand::block(&stub.target, item) } else { item };
            (item, Some(expand::stub(&stub, cause.as_ref())))
        }
    };
    let allow = is_block.then(expand::allow);
    [allow, Some(item), errors.into_tokens(), beside].into_iter().flatten().collect()
}

/// `#[ws_contract]`: the struct as it was written, what is wrong with it, and its contract beside it.
pub(crate) fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let read = Item::read(&item);
    let stated = lower::contract(Arguments::read(arguments, &mut errors), read, &mut errors);
    let beside = stated.as_ref().map(|stated| {
        let cause = stated.contract.has_unknown().then(|| errors.take_last()).flatten();
        expand::contract(stated, cause.as_ref())
    });
    [Some(item), errors.into_tokens(), beside].into_iter().flatten().collect()
}

/// A marker on an item that is not in a block with `#[ws_route]`.
pub(crate) fn misplaced_marker(marker: Marker, item: TokenStream) -> TokenStream {
    let (mut errors, name) = (Diagnostics::default(), marker.name());
    errors.at(
        span::here(),
        format!(
            "`#[{name}]` is only for handlers of variants\n\
             help: put it on a `fn message_bid` in a block with `#[ws_route]`"
        ),
    );
    [Some(item), errors.into_tokens()].into_iter().flatten().collect()
}
