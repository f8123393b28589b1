//! Tables of offers and responses.

use super::*;

const DEFAULT: Deflate = Deflate::new();
const TAKEOVER: Deflate = Deflate::new().server_no_context_takeover(false).client_no_context_takeover(false);
const SMALL: Deflate = TAKEOVER.server_max_window_bits(11).client_max_window_bits(10);

fn negotiate(lines: &[&str], settings: &Deflate) -> Result<Option<(Agreed, String)>, MalformedExtensions> {
    answer(lines.iter().map(|line| line.as_bytes()), settings)
}

/// Returns the parameters of the response, `none` if compression is declined, or `malformed` if the handshake fails.
fn response(lines: &[&str], settings: &Deflate) -> String {
    match negotiate(lines, settings) {
        Ok(Some((_, response))) => response.strip_prefix(NAME).expect("the name comes first").to_owned(),
        Ok(None) => "none".to_owned(),
        Err(MalformedExtensions) => "malformed".to_owned(),
    }
}

#[test]
fn each_offer_gets_the_expected_response() {
    const BOTH: &str = "; server_no_context_takeover; client_no_context_takeover";
    const BROWSER: &str = "permessage-deflate; client_max_window_bits";
    const CLIENT_10: &str = "; server_max_window_bits=11; client_max_window_bits=10";
    for (lines, settings, expected) in [
        // No offer, an empty one, and unknown extensions.
        (&[][..], DEFAULT, "none"),
        (&[""], DEFAULT, "none"),
        (&["x-webkit-deflate-frame, permessage-bzip2"], DEFAULT, "none"),
        (&["permessage_deflate", "permessage-deflate2"], DEFAULT, "none"),
        // By default the response disables context takeover in both directions.
        (&["permessage-deflate"], DEFAULT, BOTH),
        (&[BROWSER], DEFAULT, BOTH),
        (&["permessage-bzip2, permessage-deflate"], DEFAULT, BOTH),
        (&["permessage-bzip2", "permessage-deflate"], DEFAULT, BOTH),
        // If the settings permit takeover, the client decides.
        (&["permessage-deflate"], TAKEOVER, ""),
        (&[BROWSER], TAKEOVER, ""),
        (&["permessage-deflate; server_no_context_takeover"], TAKEOVER, "; server_no_context_takeover"),
        (&["permessage-deflate; client_no_context_takeover"], TAKEOVER, "; client_no_context_takeover"),
        (&["permessage-deflate; client_no_context_takeover; server_no_context_takeover"], TAKEOVER, BOTH),
        // The window of the server: the response has the requested value or a lower one.
        (&["permessage-deflate; server_max_window_bits=10"], TAKEOVER, "; server_max_window_bits=10"),
        (&["permessage-deflate; server_max_window_bits=15"], TAKEOVER, "; server_max_window_bits=15"),
        (&["permessage-deflate; server_max_window_bits=\"12\""], TAKEOVER, "; server_max_window_bits=12"),
        (&["permessage-deflate; client_max_window_bits; server_max_window_bits=13"], SMALL, CLIENT_10),
        (
            &["permessage-deflate; client_max_window_bits; server_max_window_bits=9"],
            SMALL,
            "; server_max_window_bits=9; client_max_window_bits=10",
        ),
        // The window of the client is limited only if the client offers it, and never above the offered value.
        (&["permessage-deflate; client_max_window_bits"], SMALL, CLIENT_10),
        (&["permessage-deflate; client_max_window_bits=15"], SMALL, CLIENT_10),
        (
            &["permessage-deflate; client_max_window_bits=9"],
            SMALL,
            "; server_max_window_bits=11; client_max_window_bits=9",
        ),
        (&["permessage-deflate; client_max_window_bits=8"], TAKEOVER, "; client_max_window_bits=8"),
        // Without that offer, the client's context is not kept.
        (&["permessage-deflate"], SMALL, "; client_no_context_takeover; server_max_window_bits=11"),
        // An offer that the server cannot meet is skipped, and the next one is considered.
        (&["permessage-deflate; server_max_window_bits=8"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=8, permessage-deflate"], DEFAULT, BOTH),
        (
            &[
                "permessage-deflate; server_max_window_bits=8",
                "permessage-deflate; server_max_window_bits=10",
            ],
            TAKEOVER,
            "; server_max_window_bits=10",
        ),
        (
            &["permessage-deflate; server_max_window_bits=12, permessage-deflate"],
            TAKEOVER,
            "; server_max_window_bits=12",
        ),
        // RFC 7692 §7.1: unknown and repeated parameters, and invalid values.
        (&["permessage-deflate; constructor"], DEFAULT, "none"),
        (&["permessage-deflate; Server_no_context_takeover"], DEFAULT, "none"),
        (&["permessage-deflate; server_no_context_takeover; server_no_context_takeover"], DEFAULT, "none"),
        (&["permessage-deflate; client_no_context_takeover; client_no_context_takeover"], DEFAULT, "none"),
        (&["permessage-deflate; client_max_window_bits; client_max_window_bits=9"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=9; server_max_window_bits=9"], DEFAULT, "none"),
        (&["permessage-deflate; server_no_context_takeover=1"], DEFAULT, "none"),
        (&["permessage-deflate; client_no_context_takeover=true"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=7"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=16"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=09"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=1e1"], DEFAULT, "none"),
        (&["permessage-deflate; server_max_window_bits=115"], DEFAULT, "none"),
        (&["permessage-deflate; client_max_window_bits=7"], DEFAULT, "none"),
        (&["permessage-deflate; client_max_window_bits=16"], DEFAULT, "none"),
        (&["permessage-deflate; client_max_window_bits=-9"], DEFAULT, "none"),
        (&["permessage-deflate; client_max_window_bits=99, permessage-deflate"], DEFAULT, BOTH),
        // RFC 6455 §9.1: malformed lists.
        (&["permessage-deflate; server_max_window_bits="], DEFAULT, "malformed"),
        (&["permessage-deflate;"], DEFAULT, "malformed"),
        (&["permessage-deflate client_max_window_bits"], DEFAULT, "malformed"),
        (&["permessage-deflate", ";"], DEFAULT, "malformed"),
    ] {
        assert_eq!(response(lines, &settings), expected, "{lines:?}");
    }
}

#[test]
fn client_accepts_every_response_of_the_server() {
    let bits = [9, 12, 15];
    let each = || {
        bits.into_iter().flat_map(move |server| {
            bits.into_iter().flat_map(move |client| {
                (0..4).map(move |flags| {
                    Deflate::new()
                        .server_max_window_bits(server)
                        .client_max_window_bits(client)
                        .server_no_context_takeover(flags & 1 > 0)
                        .client_no_context_takeover(flags & 2 > 0)
                })
            })
        })
    };
    for (ours, theirs) in each().flat_map(|ours| each().map(move |theirs| (ours, theirs))) {
        let offer = offer(&theirs);
        let Ok(Some((server, response))) = negotiate(&[&offer], &ours) else {
            panic!("{offer} was declined");
        };
        let client =
            confirm([response.as_bytes()], &theirs).map(|agreed| agreed.expect("the response is not empty"));
        let client = client.unwrap_or_else(|error| panic!("{offer} => {response}: {error:?}"));
        assert!(server.server.bits <= ours.server.bits.min(theirs.server.bits), "{offer} => {response}");
        assert!(server.client.bits <= ours.client.bits.min(theirs.client.bits), "{offer} => {response}");
        for from in [Role::Server, Role::Client] {
            let to = if from == Role::Server { Role::Client } else { Role::Server };
            let (sender, receiver) =
                if from == Role::Server { (&server, &client) } else { (&client, &server) };
            let Deflating { format, takeover, .. } = sender.outbound(from);
            let reach = if takeover { 1 << format.bits() } else { 0 };
            assert!(reach <= receiver.inbound_window(to), "{offer} => {response}, {from:?}");
        }
    }
}

#[test]
fn response_that_does_not_match_the_offer_is_rejected() {
    for (lines, settings, is_enabled) in [
        (&[][..], DEFAULT, Some(false)),
        (&["permessage-deflate; server_no_context_takeover"], DEFAULT, Some(true)),
        (&["permessage-deflate"], DEFAULT, None),
        (&["permessage-deflate"], TAKEOVER, Some(true)),
        (&["permessage-deflate, permessage-deflate"], TAKEOVER, None),
        (&["permessage-bzip2"], TAKEOVER, None),
        (&["permessage-deflate; server_max_window_bits=9"], TAKEOVER, Some(true)),
        (&["permessage-deflate; server_max_window_bits"], TAKEOVER, None),
        (&["permessage-deflate; server_max_window_bits=12"], SMALL, None),
        (&["permessage-deflate"], SMALL, None),
        (&["permessage-deflate; server_max_window_bits=11; client_max_window_bits=10"], SMALL, Some(true)),
        (&["permessage-deflate; server_max_window_bits=11; client_max_window_bits=11"], SMALL, None),
        (&["permessage-deflate; client_max_window_bits"], TAKEOVER, None),
        (&["permessage-deflate; client_max_window_bits=8"], TAKEOVER, Some(true)),
        (&["permessage-deflate; else"], TAKEOVER, None),
        (&["permessage-deflate; ="], TAKEOVER, None),
    ] {
        let confirmed = confirm(lines.iter().map(|line| line.as_bytes()), &settings);
        assert_eq!(confirmed.ok().map(|agreed| agreed.is_some()), is_enabled, "{lines:?}");
    }
}

/// zlib cannot compress with a window of 256 bytes, so the threshold disables compression.
#[test]
fn client_limited_to_eight_bits_does_not_compress() {
    let agreed = confirm([&b"permessage-deflate; client_max_window_bits=8"[..]], &TAKEOVER);
    let agreed = agreed.expect("the response matches").expect("compression is enabled");
    assert_eq!(agreed.threshold(), u32::MAX as usize);
}

/// Publishes use the server's own window or the smallest one, whatever windows the clients ask for.
#[test]
fn published_messages_use_at_most_two_formats() {
    for most in 9..=15 {
        let settings = Deflate::new().server_max_window_bits(most);
        let mut formats = Vec::new();
        for asked in 9..=15 {
            let offer = format!("permessage-deflate; server_max_window_bits={asked}");
            let (agreed, _) =
                answer([offer.as_bytes()], &settings).ok().flatten().expect("the offer is accepted");
            let (own, published) = (agreed.outbound(Role::Server).format, agreed.published());
            assert!(published.bits() <= own.bits(), "{asked} of {most}: the client cannot inflate it");
            assert_eq!(published == own, asked >= most || asked == 9, "{asked} of {most}");
            formats.push(published.bits());
        }
        formats.sort_unstable();
        formats.dedup();
        assert_eq!(formats, if most == 9 { vec![9] } else { vec![9, most] });
    }
}
