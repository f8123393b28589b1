//! Decodes the four typed parts of a request.

use http::HeaderName;

use super::{RawRequest, SetupError};
use crate::{
    codec::{Invalid, On, Pairs, Part, PartPlan},
    contract::{Contract, Parts},
};

/// The decoding plans of the four parts, built before the server listens.
pub(crate) struct PartPlans {
    pub(crate) params: PartPlan,
    pub(crate) query: PartPlan,
    pub(crate) header: PartPlan,
    pub(crate) cookie: PartPlan,
}

impl PartPlans {
    /// Builds the plans. Fails for types that no request could match.
    pub(crate) fn of<C: Contract>() -> Result<Self, SetupError> {
        let plans = Self {
            params: C::Params::plan().map_err(SetupError::schema("params"))?,
            query: C::Query::plan().map_err(SetupError::schema("query"))?,
            header: C::Header::plan().map_err(SetupError::schema("header"))?,
            cookie: C::Cookie::plan().map_err(SetupError::schema("cookie"))?,
        };
        compare_captures(C::PATHS, &plans.params)?;
        check_header_names(&plans.header)?;
        Ok(plans)
    }
}

/// Decodes the four parts in the order in which a request contains them. Returns the error of the first invalid part.
pub(crate) fn read_parts<C: Contract>(request: &RawRequest, plans: &PartPlans) -> Result<Parts<C>, Invalid> {
    Ok(Parts {
        params: C::Params::read(&plans.params, &Pairs::decoded(On::Params, request.captures()))?,
        query: C::Query::read(&plans.query, &request.query_pairs())?,
        header: C::Header::read(&plans.header, &Pairs::headers(request.headers()))?,
        cookie: C::Cookie::read(&plans.cookie, &request.cookie_pairs())?,
    })
}

/// Checks that captures and fields of `params` have the same names. A field without a capture could never be read, and
/// a capture without a field was probably forgotten. If there are
/// several paths, each must have the captures that a field requires.
fn compare_captures(paths: &'static [&'static str], params: &PartPlan) -> Result<(), SetupError> {
    let has = |path, field: &str| captures(path).any(|capture| capture == field);
    for field in params.names() {
        let lacking = paths.iter().copied().find(|path| !has(path, field));
        match lacking {
            Some(path) if paths.iter().all(|path| !has(path, field)) => {
                return Err(SetupError::not_captured(path, field));
            }
            Some(path) if params.requires(field) => return Err(SetupError::not_in_every_path(path, field)),
            _ => {}
        }
    }
    for path in paths {
        if let Some(capture) = captures(path).find(|capture| params.names().all(|field| field != *capture)) {
            return Err(SetupError::not_read(path, capture));
        }
    }
    Ok(())
}

/// Returns the names between the braces of a path, without the star of a tail. A doubled brace is a literal brace.
fn captures(path: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('{')?;
            if let Some(plain) = after.strip_prefix('{') {
                rest = plain;
                continue;
            }
            let (name, after) = after.split_once('}')?;
            rest = after;
            return Some(name.strip_prefix('*').unwrap_or(name));
        }
    })
}

/// Checks that a header can have the name of each field. Header names are case-insensitive and stored in lower case.
/// Proxies drop names with `_`, so a `_` in the name of a field was most likely meant as `-` and lacks a `rename`.
fn check_header_names(header: &PartPlan) -> Result<(), SetupError> {
    let matches_none =
        |name: &str| name.contains('_') || HeaderName::from_lowercase(name.as_bytes()).is_err();
    match header.names().find(|name| matches_none(name)) {
        Some(name) => Err(SetupError::header_name(name)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::{
        contract::Endpoint,
        handshake::{Handshake, Reject, RejectOutcome, subprotocol::Offers},
        message::Message,
    };

    #[derive(Deserialize, JsonSchema, Debug, PartialEq)]
    struct Seat {
        room: String,
        seat: u32,
    }

    #[derive(Deserialize, JsonSchema, Debug, PartialEq)]
    struct Join {
        name: String,
    }

    #[derive(Deserialize, JsonSchema, Debug, PartialEq)]
    struct Client {
        #[serde(rename = "x-version")]
        version: u32,
    }

    #[derive(Deserialize, JsonSchema, Debug, PartialEq)]
    struct Session {
        session: String,
    }

    #[derive(Deserialize, JsonSchema)]
    struct Underscored {
        #[serde(rename = "x_version")]
        _version: u32,
    }

    #[derive(Deserialize, JsonSchema)]
    struct Capital {
        #[serde(rename = "X-Version")]
        _version: u32,
    }

    macro_rules! contract {
        ($name:ident, $path:literal, $params:ty, $query:ty, $header:ty, $cookie:ty) => {
            struct $name;

            impl Contract for $name {
                const PATH: &'static str = $path;
                type Params = $params;
                type Query = $query;
                type Header = $header;
                type Cookie = $cookie;
                type Body = Message;
                type Response = Message;
            }
        };
    }

    contract!(Game, "/{room}/{seat}", Seat, Join, Client, Session);
    contract!(Bare, "/bare", (), (), (), ());
    contract!(Tail, "/{room}/{{x}}/{*seat}", Seat, (), (), ());
    contract!(Short, "/{room}", Seat, (), (), ());
    contract!(Long, "/{room}/{seat}/{row}", Seat, (), (), ());
    contract!(Misspelt, "/{room}/{saet}", Seat, (), (), ());
    contract!(Unread, "/{room}", (), (), (), ());
    contract!(UnderscoredHeader, "/", (), (), Underscored, ());
    contract!(CapitalHeader, "/", (), (), Capital, ());

    impl Endpoint for Game {
        type Contract = Self;
        type Data = ();
    }

    /// Returns a request with the four parts as sent.
    fn request([seat, name, version, cookie]: [&str; 4]) -> RawRequest {
        let request = Request::get(format!("/lobby/{seat}?{name}"))
            .header("x-version", version)
            .header("cookie", cookie);
        let parts = request.body(()).expect("the request is well-formed").into_parts().0;
        let captures = vec![("room".to_owned(), "lob%62y".to_owned()), ("seat".to_owned(), seat.to_owned())];
        RawRequest::new(parts, captures, Some(([127, 0, 0, 1], 9).into())).expect("the captures are UTF-8")
    }

    const VALID: [&str; 4] = ["7", "name=ada", "3", "session=s"];

    fn plans<C: Contract>() -> PartPlans {
        PartPlans::of::<C>().expect("the contract can be served")
    }

    #[test]
    fn each_part_is_decoded_into_its_type() {
        let parts = read_parts::<Game>(&request(VALID), &plans::<Game>()).expect("the request is valid");
        let handshake = Handshake::<Game>::new(request(VALID), parts, Offers::default(), Some("v1"));
        assert_eq!(*handshake.params(), Seat { room: "lobby".to_owned(), seat: 7 });
        assert_eq!(*handshake.query(), Join { name: "ada".to_owned() });
        assert_eq!(*handshake.header(), Client { version: 3 });
        assert_eq!(*handshake.cookie(), Session { session: "s".to_owned() });
        assert_eq!(handshake.headers()["x-version"], "3");
        assert_eq!(handshake.uri(), "/lobby/7?name=ada");
        let (parts, request, protocol) = handshake.into_parts();
        assert_eq!(
            (parts.params.seat, request.remote_addr().map(|address| address.port()), protocol),
            (7, Some(9), Some("v1"))
        );
    }

    #[test]
    fn changes_of_transform_are_decoded() {
        let mut request = request(["x", "", "x", ""]);
        request.captures_mut()[1].1 = "8".to_owned();
        request.query_mut().push(("name".to_owned(), "50%41".to_owned()));
        request.headers_mut().insert("x-version", 4.into());
        request.cookies_mut().push(("session".to_owned(), "t".to_owned()));
        let parts = read_parts::<Game>(&request, &plans::<Game>()).expect("the changed request is valid");
        assert_eq!((parts.params.seat, parts.header.version), (8, 4));
        assert_eq!((parts.query.name.as_str(), parts.cookie.session.as_str()), ("50%41", "t"));
    }

    #[test]
    fn first_invalid_part_is_reported_without_its_value() {
        for (parts, on) in [
            (["hunter2", "", "hunter2", ""], "params"),
            (["7", "nam=hunter2", "hunter2", ""], "query"),
            (["7", "name=a", "hunter2", ""], "header"),
            (["7", "name=a", "3", "sessio=hunter2"], "cookie"),
        ] {
            let Err(invalid) = read_parts::<Game>(&request(parts), &plans::<Game>()) else {
                panic!("{parts:?} was accepted");
            };
            let RejectOutcome::Response(response) = Reject::from(invalid).into_refusal() else {
                panic!("{parts:?} was rejected with a close frame");
            };
            assert_eq!(response.status(), 422, "{parts:?}");
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            let body: serde_json::Value = serde_json::from_slice(response.body()).expect("the body is JSON");
            assert_eq!(
                (&body["type"], &body["on"], &body["status"]),
                (&"validation".into(), &on.into(), &422.into())
            );
            assert!(!body.to_string().contains("hunter2"), "{body}");
        }
    }

    #[test]
    fn captures_and_params_must_have_equal_names() {
        let error_of =
            |plans: Result<PartPlans, SetupError>| plans.map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(error_of(PartPlans::of::<Bare>()), Ok(()));
        assert_eq!(error_of(PartPlans::of::<Tail>()), Ok(()));
        let not_captured = |path, field| {
            Err(format!(
                "`params` has the field `{field}`, but the path `{path}` has no capture of that name"
            ))
        };
        let not_read = |path, capture| {
            Err(format!("the path `{path}` captures `{capture}`, but `params` has no field of that name"))
        };
        assert_eq!(error_of(PartPlans::of::<Short>()), not_captured("/{room}", "seat"));
        assert_eq!(error_of(PartPlans::of::<Misspelt>()), not_captured("/{room}/{saet}", "seat"));
        assert_eq!(error_of(PartPlans::of::<Long>()), not_read("/{room}/{seat}/{row}", "row"));
        assert_eq!(error_of(PartPlans::of::<Unread>()), not_read("/{room}", "room"));
    }

    #[test]
    fn field_names_that_match_no_header_are_rejected() {
        for (plans, name) in [
            (PartPlans::of::<UnderscoredHeader>(), "x_version"),
            (PartPlans::of::<CapitalHeader>(), "X-Version"),
        ] {
            let error = plans.map(|_| ()).expect_err("no request could match").to_string();
            assert!(error.starts_with(&format!("the field `{name}` of `header`")), "{error}");
        }
    }

    #[test]
    fn setup_error_is_at_most_32_bytes() {
        assert!(size_of::<SetupError>() <= 32);
    }
}
