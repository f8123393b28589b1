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
    /// Whether the server's window is as large as its settings let it be.
    full: bool,
}

impl Agreed {
    fn new(settings: &Deflate, server: Side, client: Side) -> Self {
        let threshold = u32::try_from(settings.threshold).unwrap_or(u32::MAX);
        let full = server.bits >= settings.server.bits;
        Self { server, client, level: settings.level, threshold, full }
    }

    /// What this end sends.
    pub(crate) fn outbound(&self, role: Role) -> Deflating {
        let side = if role == Role::Server { self.server } else { self.client };
        Deflating { format: Format::deflated(side.bits), level: self.level, takeover: side.takeover }
    }

    /// In which format the server sends what it publishes: for its own window, or for the smallest. So a message is compressed
    /// at most twice, whatever windows its receivers asked for.
    pub(crate) fn published(&self) -> Format {
        if self.full { Format::deflated(self.server.bits) } else { Format::NARROW }
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
    client_max_window_bits: Limit,
}

/// What is said of the client's window.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Limit {
    #[default]
    Unsaid,
    /// A client may say that it can be limited, without saying to what.
    Any,
    Most(u8),
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
                (b"client_max_window_bits", value) => {
                    let limit = match value {
                        None => Limit::Any,
                        Some(value) => Limit::Most(bits(value)?),
                    };
                    std::mem::replace(&mut read.client_max_window_bits, limit) == Limit::Unsaid
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
            Limit::Most(bits) => {
                let _ = write!(text, "; client_max_window_bits={bits}");
            }
            Limit::Any => text.push_str("; client_max_window_bits"),
            Limit::Unsaid => {}
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
        Limit::Most(most) => client.bits = client.bits.min(most),
        // §7.1.2.2: a client that did not say that it can be limited may not be. What it sends is then not to be kept.
        Limit::Unsaid if client.bits < 15 => client = Side { bits: 15, takeover: false },
        Limit::Any | Limit::Unsaid => {}
    }
    let answer = Parameters {
        server_no_context_takeover: !server.takeover,
        client_no_context_takeover: !client.takeover,
        server_max_window_bits: (offer.server_max_window_bits.is_some() || server.bits < 15)
            .then_some(server.bits),
        client_max_window_bits: if client.bits < 15 { Limit::Most(client.bits) } else { Limit::Unsaid },
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
        client_max_window_bits: if bits < 15 { Limit::Most(bits) } else { Limit::Any },
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
        Limit::Unsaid => {}
        // §7.1.2.2: in an answer it has a value, no larger than the offered one.
        Limit::Most(bits) if bits <= client.bits => {
            agreed.client.bits = bits.max(Side::LEAST);
            if bits < Side::LEAST {
                // It can be kept to by not compressing: nothing obliges an end to (§6).
                agreed.threshold = u32::MAX;
            }
        }
        _ => return Err(Mismatch("a window for the client that it did not offer")),
    }
    Ok(Some(agreed))
}

#[cfg(test)]
mod tests;
