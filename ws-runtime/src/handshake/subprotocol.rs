//! Negotiates a subprotocol (RFC 6455 §1.9): the server chooses the first of its own that the client offers.

use http::{HeaderMap, header::SEC_WEBSOCKET_PROTOCOL};

use super::{
    Reject, SetupError, bearer,
    fields::{elements, is_token},
    problem::bad_request,
};

/// The maximum number of offered subprotocols. Each offer is compared with every other one, so this limit bounds the
/// cost.
const MAX_OFFERS: usize = 32;

/// The offered subprotocols in the client's order of preference. They are well-formed and unique.
#[derive(Debug, Default)]
pub(crate) struct Offers(Vec<String>);

impl Offers {
    /// Parses the offers for a route with subprotocols, in one pass over all lines.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Reject> {
        let mut offers = Self::default();
        for element in elements(headers, &SEC_WEBSOCKET_PROTOCOL) {
            offers.add(element).map_err(bad_request)?;
        }
        Ok(offers)
    }

    /// Parses the offers for a route without subprotocols, which does not validate them: malformed, repeated and excess
    /// offers are skipped.
    pub(crate) fn skim(headers: &HeaderMap) -> Self {
        let mut offers = Self::default();
        for element in elements(headers, &SEC_WEBSOCKET_PROTOCOL) {
            let _ = offers.add(element);
        }
        offers
    }

    fn add(&mut self, element: &[u8]) -> Result<(), &'static str> {
        if self.0.len() == MAX_OFFERS {
            return Err("at most 32 subprotocols may be offered");
        }
        // The elements must be tokens and unique (RFC 6455 §4.1 item 10).
        let token = Some(element).filter(|element| is_token(element));
        let Some(offer) = token.and_then(|token| std::str::from_utf8(token).ok()) else {
            return Err("`Sec-WebSocket-Protocol` must be a list of tokens");
        };
        if self.0.iter().any(|earlier| earlier == offer) {
            return Err("a subprotocol may be offered once");
        }
        self.0.push(offer.to_owned());
        Ok(())
    }

    /// Returns the first subprotocol of the server that was offered. Names are case-sensitive. If none was offered,
    /// returns `None`, or a rejection if one is required. A subprotocol that was not offered is never chosen (RFC 6455
    /// §4.2.2).
    pub(crate) fn choose(
        &self,
        served: &'static [&'static str],
        required: bool,
    ) -> Result<Option<&'static str>, Reject> {
        let chosen = served.iter().copied().find(|served| self.0.iter().any(|offer| offer == served));
        if required && chosen.is_none() {
            return Err(no_protocol());
        }
        Ok(chosen)
    }

    /// Returns what is wrong with the choice of a route's handler: it was not offered (RFC 6455 §4.2.2), or is none of
    /// the route's subprotocols although there are some.
    pub(super) fn fault(&self, chosen: &str, served: &[&str]) -> Option<&'static str> {
        // A token in place of a subprotocol is not an offer, and must not be sent back.
        if bearer::is_token(chosen) || self.0.iter().all(|offer| offer != chosen) {
            Some("`protocol` returned a subprotocol that the client did not offer")
        } else if !served.is_empty() && !served.contains(&chosen) {
            Some("`protocol` returned a subprotocol that is not one of the route's `protocols`")
        } else {
            None
        }
    }

    pub(super) fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// Rejects a client for want of a common subprotocol.
pub(crate) fn no_protocol() -> Reject {
    bad_request("none of the subprotocols that are spoken here was offered")
}

/// Checks, at start-up, that a client can offer each subprotocol and that none is repeated.
pub(crate) fn check_protocols(served: &'static [&'static str]) -> Result<(), SetupError> {
    for (at, protocol) in served.iter().enumerate() {
        let is_offerable = is_token(protocol.as_bytes()) && !bearer::is_token(protocol);
        if !is_offerable || served[..at].contains(protocol) {
            return Err(SetupError::protocol(protocol));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn fields(lines: &[&str]) -> HeaderMap {
        let line = |line: &&str| HeaderValue::from_str(line).expect("the table contains valid header values");
        lines.iter().map(|text| (SEC_WEBSOCKET_PROTOCOL, line(text))).collect()
    }

    fn offers(lines: &[&str]) -> Result<Offers, Reject> {
        Offers::read(&fields(lines))
    }

    #[test]
    fn first_offered_protocol_of_the_server_is_chosen() {
        for (lines, chosen) in [
            (&["v1"][..], Some("v1")),
            (&["v1, v2"], Some("v2")),
            (&["v1", "v2"], Some("v2")),
            (&[" v1 ,\tv2 "], Some("v2")),
            (&["other, v1"], Some("v1")),
            (&["other"], None),
            (&["V2"], None),
            (&[""], None),
            (&[","], None),
            (&[" ", "\t,, ,"], None),
            (&["v1,"], Some("v1")),
            (&[",v1"], Some("v1")),
            (&["", "v1,, v2 ,"], Some("v2")),
            (&["v2.1"], None),
            (&[], None),
        ] {
            let offers = offers(lines).expect("the offers are well-formed");
            assert_eq!(offers.choose(&["v2", "v1"], false).ok(), Some(chosen), "{lines:?}");
            assert_eq!(offers.choose(&["v2", "v1"], true).ok(), chosen.map(Some), "{lines:?}, required");
            assert_eq!(offers.choose(&[], false).ok(), Some(None), "{lines:?}, none served");
        }
    }

    #[test]
    fn malformed_and_repeated_offers_are_rejected() {
        for lines in [&["v1 v2"][..], &["\"v1\""], &["v1;q=1"], &["ü"], &["v1, v1"], &["v1", "v2, v1"]] {
            assert!(offers(lines).is_err(), "{lines:?}");
        }
    }

    #[test]
    fn skimmed_offers_are_not_validated() {
        let many = (0..40).map(|n| format!("p{n}")).collect::<Vec<_>>().join(",");
        for (lines, skimmed) in [
            (&["v1, v1"][..], 1),
            (&["v1 v2, \"v1\", v1;q=1, ü, v2"], 1),
            (&["", ",,"], 0),
            (&["bearer.s3cret, v1"], 2),
            (&[&many], 32),
        ] {
            assert_eq!(Offers::skim(&fields(lines)).as_slice().len(), skimmed, "{lines:?}");
        }
    }

    #[test]
    fn more_than_32_offers_are_rejected() {
        let names = |count: usize| (0..count).map(|n| format!("p{n}")).collect::<Vec<_>>().join(",");
        assert_eq!(offers(&[&names(32)]).map(|offers| offers.as_slice().len()).ok(), Some(32));
        assert!(offers(&[&names(33)]).is_err());
        assert!(offers(&[&names(32), "one-more"]).is_err());
    }

    /// Inputs that kept other servers busy for minutes, because their run time was quadratic. With such a run time,
    /// this test would not finish.
    #[test]
    fn long_offers_are_parsed_in_linear_time() {
        for line in [format!("b{}x", " ".repeat(1 << 22)), "a,".repeat(1 << 21)] {
            assert!(offers(&[&line]).is_err());
            assert!(Offers::skim(&fields(&[&line])).as_slice().len() < 2);
        }
        assert!(offers(&[&",".repeat(1 << 22)]).is_ok());
    }

    #[test]
    fn served_protocols_must_be_unique_tokens() {
        assert!(check_protocols(&["v2", "v1", "V1"]).is_ok());
        assert!(check_protocols(&[]).is_ok());
        for served in [&["v1", "v1"][..], &["v 1"], &[""], &["v1,v2"], &["bearer.v1"]] {
            assert!(check_protocols(served).is_err(), "{served:?}");
        }
    }
}
