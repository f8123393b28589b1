//! Entry points of the attributes. They run the four phases in order.

use proc_macro2::TokenStream;

use crate::{
    diagnostics::Diagnostics,
    expand, lower,
    model::Lowered,
    span,
    syntax::{Arguments, Item, Marker, unmarked},
};

/// Expands `#[ws_route]` to the block, the errors, and the implementations. The block stays as written, except that its
/// head may get bounds, connections of another route get `Self`, and the markers are removed.
///
/// If there is an error, only the implementations that other code needs are emitted, so that one mistake causes one
/// error. For the same reason, a block that borrows is emitted with `'static`, and the block of a type that cannot be a
/// route is emitted for a placeholder type.
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
                Some(names) => expand::without_lifetimes(&stub, names, item),
                None => item,
            };
            let item = if is_block { expand::block(&stub.target, item) } else { item };
            (item, Some(expand::stub(&stub, cause.as_ref())))
        }
    };
    let allow = is_block.then(expand::allow);
    [allow, Some(item), errors.into_tokens(), beside].into_iter().flatten().collect()
}

/// Expands `#[ws_contract]` to the unchanged struct, the errors, and the contract.
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

/// Reports a marker on an item outside of a block with `#[ws_route]`.
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
