//! Bounds on types of the contract that depend on parameters of the block.

use syn::{Generics, Type};

use super::mentions::names;
use crate::model::{Contract, ContractBound, Params, Role};

/// Returns a bound for each type of the contract that names a parameter.
pub(super) fn read(contract: &Contract, generics: &Generics) -> Vec<ContractBound> {
    let params = match &contract.params {
        Params::Given(params) => Some(&**params),
        Params::None | Params::Unknown | Params::Inline(_) => None,
    };
    let types = [
        (params, Role::Part),
        (contract.query.given(), Role::Part),
        (contract.header.given(), Role::Part),
        (contract.cookie.given(), Role::Part),
        (contract.body.given(), Role::Body),
        (contract.response.given(), Role::Response),
    ];
    let open = |ty: &Type| generics.type_params().any(|parameter| names(ty, &parameter.ident.to_string()));
    types
        .into_iter()
        .filter_map(|(ty, role)| ty.filter(|ty| open(ty)).map(|ty| ContractBound { ty: ty.clone(), role }))
        .collect()
}
