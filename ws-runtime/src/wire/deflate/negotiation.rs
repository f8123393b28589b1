//! What two ends agree on (RFC 7692 §5 and §7.1), both ends' halves, as pure rules.

use std::fmt::Write;

use super::{
    Deflate, Malformed,
    deflater::{Deflating, Format},
    extensions::{Extension, extensions},
    settings::Side,
};
use crate::wire::Role;

/// The extension's registered name (RFC 7692 §7).
const NAME: &str = "permessage-deflate";

/// What both ends agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    server: Side,
    client: Side,
    level: u8,
    threshold: u32,
}

impl Agreed {
    fn new(settings: &Deflate, server: Side, client: Side) -> Self {
        let threshold = u32::try_from(settings.threshold).unwrap_or(u32::MAX);
        Self { server, client, level: settings.level, threshold }
    }

    /// What this end sends.
    pub(crate) fn outbound(&self, role: Role) -> Deflating {
        let side = if role == Role::Server { self.server } else { self.client };
        Deflating { format: Format::deflated(side.bits), level: self.level, takeover: side.takeover }
    }

    /// From how many bytes on this end compresses a message.
    pub(crate) fn threshold(&self) -> usize {
        self.threshold as usize
    }

    /// How many bytes of the peer's earlier messages its next one may refer to.
    pub(crate) fn inbound_window(&self, role: Role) -> usize {
        let side = if role == Role::Server { self.client } else { self.server };
        if side.takeover { 1 << side.bits } else { 0 }
    }
}

impl Deflate {
    /// How a message is compressed for several sockets.
    pub(crate) fn deflating(&self, format: Format) -> Deflating {
        Deflating { format, level: self.level, takeover: false }
    }
}

/// The server's answer is not one to what was offered; the sentence says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch(pub(crate) &'static str);

/// The parameters of one offer or answer, each well-formed.
#[derive(Default)]
struct Parameters {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    /// A client may say that it can be limited, without saying to what.
    client_max_window_bits: Option<Option<u8>>,
}

impl Parameters {
    /// RFC 7692 §7.1: `None` for an unknown parameter, one that stands twice, and a value that may not be.
    fn read(extension: &Extension<'_>) -> Option<Self> {
        let mut read = Self::default();
        for (name, value) in &extension.parameters {
            let is_first = match (*name, value) {
                (b"server_no_context_takeover", None) => {
                    !std::mem::replace(&mut read.server_no_context_takeover, true)
                }
                (b"client_no_context_takeover", None) => {
                    !std::mem::replace(&mut read.client_no_context_takeover, true)
                }
                (b"server_max_window_bits", Some(value)) => {
                    read.server_max_window_bits.replace(bits(value)?).is_none()
                }
                (b"client_max_window_bits", None) => read.client_max_window_bits.replace(None).is_none(),
                (b"client_max_window_bits", Some(value)) => {
                    read.client_max_window_bits.replace(Some(bits(value)?)).is_none()
                }
                _ => false,
            };
            if !is_first {
                return None;
            }
        }
        Some(read)
    }

    fn write(&self) -> String {
        let mut text = NAME.to_owned();
        if self.server_no_context_takeover {
            text.push_str("; server_no_context_takeover");
        }
        if self.client_no_context_takeover {
            text.push_str("; client_no_context_takeover");
        }
        if let Some(bits) = self.server_max_window_bits {
            let _ = write!(text, "; server_max_window_bits={bits}");
        }
        match self.client_max_window_bits {
            Some(Some(bits)) => {
                let _ = write!(text, "; client_max_window_bits={bits}");
            }
            Some(None) => text.push_str("; client_max_window_bits"),
            None => {}
        }
        text
    }
}

/// RFC 7692 §7.1.2: a decimal from 8 to 15, without a leading zero.
fn bits(value: &[u8]) -> Option<u8> {
    match value {
        [digit @ b'8'..=b'9'] => Some(digit - b'0'),
        [b'1', digit @ b'0'..=b'5'] => Some(10 + digit - b'0'),
        _ => None,
    }
}

/// The server's half: takes the first of the client's offers that it can take, in the client's order, and returns what the
/// answer says. What it cannot take, it passes over (RFC 7692 §5.1).
pub(crate) fn answer<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    settings: &Deflate,
) -> Result<Option<(Agreed, String)>, Malformed> {
    let offers = extensions(lines)?;
    let offers = offers.iter().filter(|offer| offer.name == NAME.as_bytes());
    Ok(offers.filter_map(Parameters::read).find_map(|offer| accept(&offer, settings)))
}

fn accept(offer: &Parameters, settings: &Deflate) -> Option<(Agreed, String)> {
    let (mut server, mut client) = (settings.server, settings.client);
    // §7.1.1.1: what the client asks of the server, the server does.
    server.takeover &= !offer.server_no_context_takeover;
    // §7.1.1.2: what the client says of itself is so, be it answered or not.
    client.takeover &= !offer.client_no_context_takeover;
    // §7.1.2.1: the answer is the same or less; an offer that cannot be met is declined.
    server.bits = server.bits.min(offer.server_max_window_bits.unwrap_or(15));
    if server.bits < Side::LEAST {
        return None;
    }
    match offer.client_max_window_bits {
        Some(most) => client.bits = client.bits.min(most.unwrap_or(15)),
        // §7.1.2.2: a client that did not say that it can be limited may not be. What it sends is then not to be kept.
        None if client.bits < 15 => client = Side { bits: 15, takeover: false },
        None => {}
    }
    let answer = Parameters {
        server_no_context_takeover: !server.takeover,
        client_no_context_takeover: !client.takeover,
        server_max_window_bits: (offer.server_max_window_bits.is_some() || server.bits < 15)
            .then_some(server.bits),
        client_max_window_bits: (client.bits < 15).then_some(Some(client.bits)),
    };
    Some((Agreed::new(settings, server, client), answer.write()))
}

/// The client's half: what it offers.
pub(crate) fn offer(settings: &Deflate) -> String {
    let Side { bits, .. } = settings.client;
    let offer = Parameters {
        server_no_context_takeover: !settings.server.takeover,
        client_no_context_takeover: !settings.client.takeover,
        server_max_window_bits: (settings.server.bits < 15).then_some(settings.server.bits),
        client_max_window_bits: Some((bits < 15).then_some(bits)),
    };
    offer.write()
}

/// The client's half: what follows from the server's answer to [`offer`].
pub(crate) fn confirm<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    settings: &Deflate,
) -> Result<Option<Agreed>, Mismatch> {
    let answers =
        extensions(lines).map_err(|Malformed| Mismatch("the answer does not keep to the grammar"))?;
    let answer = match &answers[..] {
        [] => return Ok(None),
        [answer] if answer.name == NAME.as_bytes() => Parameters::read(answer),
        _ => return Err(Mismatch("an extension that was not offered")),
    };
    let answer = answer.ok_or(Mismatch("a parameter that may not be"))?;
    let (mut server, mut client) = (settings.server, settings.client);
    // RFC 7692 §7.1.1.1: what the client asked for is in the answer.
    if !server.takeover && !answer.server_no_context_takeover {
        return Err(Mismatch("the server would take its context over"));
    }
    server.takeover &= !answer.server_no_context_takeover;
    client.takeover &= !answer.client_no_context_takeover;
    // §7.1.2.1: the same or less; without an answer, it is as if 15 had been said.
    let bits = answer.server_max_window_bits.unwrap_or(15);
    if bits > server.bits {
        return Err(Mismatch("the server's window is larger than asked for"));
    }
    server.bits = bits;
    let mut agreed = Agreed::new(settings, server, client);
    match answer.client_max_window_bits {
        None => {}
        // §7.1.2.2: in an answer it has a value, no larger than the offered one.
        Some(Some(bits)) if bits <= client.bits => {
            agreed.client.bits = bits.max(Side::LEAST);
            if bits < Side::LEAST {
                // It can be kept to by not compressing: nothing obliges an end to (§6).
                agreed.threshold = u32::MAX;
            }
        }
        Some(_) => return Err(Mismatch("a window for the client that it did not offer")),
    }
    Ok(Some(agreed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: Deflate = Deflate::new();
    const TAKEOVER: Deflate =
        Deflate::new().server_no_context_takeover(false).client_no_context_takeover(false);
    const SMALL: Deflate = TAKEOVER.server_max_window_bits(11).client_max_window_bits(10);

    fn answered(lines: &[&str], settings: &Deflate) -> Result<Option<(Agreed, String)>, Malformed> {
        answer(lines.iter().map(|line| line.as_bytes()), settings)
    }

    /// The answer without the extension's name, `no` for none, `malformed` for a field that fails the handshake.
    fn told(lines: &[&str], settings: &Deflate) -> String {
        match answered(lines, settings) {
            Ok(Some((_, answer))) => answer.strip_prefix(NAME).expect("it begins with the name").to_owned(),
            Ok(None) => "no".to_owned(),
            Err(Malformed) => "malformed".to_owned(),
        }
    }

    #[test]
    fn each_offer_has_its_answer() {
        const BOTH: &str = "; server_no_context_takeover; client_no_context_takeover";
        const BROWSER: &str = "permessage-deflate; client_max_window_bits";
        const CLIENT_10: &str = "; server_max_window_bits=11; client_max_window_bits=10";
        for (lines, settings, answer) in [
            // Nothing, and nothing that is known.
            (&[][..], DEFAULT, "no"),
            (&[""], DEFAULT, "no"),
            (&["x-webkit-deflate-frame, permessage-bzip2"], DEFAULT, "no"),
            (&["permessage_deflate", "permessage-deflate2"], DEFAULT, "no"),
            // The default takes no context over, whatever is offered.
            (&["permessage-deflate"], DEFAULT, BOTH),
            (&[BROWSER], DEFAULT, BOTH),
            (&["permessage-bzip2, permessage-deflate"], DEFAULT, BOTH),
            (&["permessage-bzip2", "permessage-deflate"], DEFAULT, BOTH),
            // With takeover, the client has the word.
            (&["permessage-deflate"], TAKEOVER, ""),
            (&[BROWSER], TAKEOVER, ""),
            (&["permessage-deflate; server_no_context_takeover"], TAKEOVER, "; server_no_context_takeover"),
            (&["permessage-deflate; client_no_context_takeover"], TAKEOVER, "; client_no_context_takeover"),
            (&["permessage-deflate; client_no_context_takeover; server_no_context_takeover"], TAKEOVER, BOTH),
            // The server's window: what is asked for is answered with it, or with less.
            (&["permessage-deflate; server_max_window_bits=10"], TAKEOVER, "; server_max_window_bits=10"),
            (&["permessage-deflate; server_max_window_bits=15"], TAKEOVER, "; server_max_window_bits=15"),
            (&["permessage-deflate; server_max_window_bits=\"12\""], TAKEOVER, "; server_max_window_bits=12"),
            (&["permessage-deflate; client_max_window_bits; server_max_window_bits=13"], SMALL, CLIENT_10),
            (
                &["permessage-deflate; client_max_window_bits; server_max_window_bits=9"],
                SMALL,
                "; server_max_window_bits=9; client_max_window_bits=10",
            ),
            // The client's: it can be told only where it says so, and is never told more than it said.
            (&["permessage-deflate; client_max_window_bits"], SMALL, CLIENT_10),
            (&["permessage-deflate; client_max_window_bits=15"], SMALL, CLIENT_10),
            (
                &["permessage-deflate; client_max_window_bits=9"],
                SMALL,
                "; server_max_window_bits=11; client_max_window_bits=9",
            ),
            (&["permessage-deflate; client_max_window_bits=8"], TAKEOVER, "; client_max_window_bits=8"),
            (&["permessage-deflate"], SMALL, "; client_no_context_takeover; server_max_window_bits=11"),
            // What cannot be met is passed over, and the next one taken.
            (&["permessage-deflate; server_max_window_bits=8"], DEFAULT, "no"),
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
            // RFC 7692 §7.1: what is not known, stands twice or has another value than it may.
            (&["permessage-deflate; constructor"], DEFAULT, "no"),
            (&["permessage-deflate; Server_no_context_takeover"], DEFAULT, "no"),
            (&["permessage-deflate; server_no_context_takeover; server_no_context_takeover"], DEFAULT, "no"),
            (&["permessage-deflate; client_no_context_takeover; client_no_context_takeover"], DEFAULT, "no"),
            (&["permessage-deflate; client_max_window_bits; client_max_window_bits=9"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits=9; server_max_window_bits=9"], DEFAULT, "no"),
            (&["permessage-deflate; server_no_context_takeover=1"], DEFAULT, "no"),
            (&["permessage-deflate; client_no_context_takeover=true"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits=7"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits=16"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits=09"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits=1e1"], DEFAULT, "no"),
            (&["permessage-deflate; server_max_window_bits=115"], DEFAULT, "no"),
            (&["permessage-deflate; client_max_window_bits=7"], DEFAULT, "no"),
            (&["permessage-deflate; client_max_window_bits=16"], DEFAULT, "no"),
            (&["permessage-deflate; client_max_window_bits=-9"], DEFAULT, "no"),
            (&["permessage-deflate; client_max_window_bits=99, permessage-deflate"], DEFAULT, BOTH),
            // RFC 6455 §9.1: what is no list.
            (&["permessage-deflate; server_max_window_bits="], DEFAULT, "malformed"),
            (&["permessage-deflate;"], DEFAULT, "malformed"),
            (&["permessage-deflate client_max_window_bits"], DEFAULT, "malformed"),
            (&["permessage-deflate", ";"], DEFAULT, "malformed"),
        ] {
            assert_eq!(told(lines, &settings), answer, "{lines:?}");
        }
    }

    #[test]
    fn both_ends_understand_the_answer_alike() {
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
            let Ok(Some((server, answer))) = answered(&[&offer], &ours) else {
                panic!("{offer} was not taken");
            };
            let client =
                confirm([answer.as_bytes()], &theirs).map(|agreed| agreed.expect("there is an answer"));
            let client = client.unwrap_or_else(|why| panic!("{offer} was answered by {answer}: {why:?}"));
            assert!(server.server.bits <= ours.server.bits.min(theirs.server.bits), "{offer}: {answer}");
            assert!(server.client.bits <= ours.client.bits.min(theirs.client.bits), "{offer}: {answer}");
            for from in [Role::Server, Role::Client] {
                let to = if from == Role::Server { Role::Client } else { Role::Server };
                let (sender, receiver) =
                    if from == Role::Server { (&server, &client) } else { (&client, &server) };
                let Deflating { format, takeover, .. } = sender.outbound(from);
                let reach = if takeover { 256 << format.index() } else { 0 };
                assert!(reach <= receiver.inbound_window(to), "{offer} was answered by {answer}: {from:?}");
            }
        }
    }

    #[test]
    fn an_answer_that_is_none_to_the_offer_is_refused() {
        for (lines, settings, taken) in [
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
            (
                &["permessage-deflate; server_max_window_bits=11; client_max_window_bits=10"],
                SMALL,
                Some(true),
            ),
            (&["permessage-deflate; server_max_window_bits=11; client_max_window_bits=11"], SMALL, None),
            (&["permessage-deflate; client_max_window_bits"], TAKEOVER, None),
            (&["permessage-deflate; client_max_window_bits=8"], TAKEOVER, Some(true)),
            (&["permessage-deflate; else"], TAKEOVER, None),
            (&["permessage-deflate; ="], TAKEOVER, None),
        ] {
            let confirmed = confirm(lines.iter().map(|line| line.as_bytes()), &settings);
            assert_eq!(confirmed.ok().map(|agreed| agreed.is_some()), taken, "{lines:?}");
        }
    }

    /// zlib cannot compress in a window of 256 bytes, so what is sent is not compressed.
    #[test]
    fn a_client_that_is_told_eight_bits_compresses_nothing() {
        let agreed = confirm([&b"permessage-deflate; client_max_window_bits=8"[..]], &TAKEOVER);
        let agreed = agreed.expect("it is an answer").expect("and says so");
        assert_eq!(agreed.threshold(), u32::MAX as usize);
    }
}
