//! Negotiation of the compression parameters (RFC 7692 §5 and §7.1), for both ends, as pure functions.

use std::fmt::Write;

use super::{
    Deflate, MalformedExtensions,
    deflater::{Deflating, Format},
    extensions::{Extension, extensions},
    settings::Side,
};
use crate::wire::Role;

/// The extension's registered name (RFC 7692 §7).
const NAME: &str = "permessage-deflate";

/// The negotiated parameters of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    server: Side,
    client: Side,
    level: u8,
    threshold: u32,
    /// True if the window of the server is as large as its settings permit.
    full: bool,
}

impl Agreed {
    fn new(settings: &Deflate, server: Side, client: Side) -> Self {
        let threshold = u32::try_from(settings.threshold).unwrap_or(u32::MAX);
        let full = server.bits >= settings.server.bits;
        Self { server, client, level: settings.level, threshold, full }
    }

    /// Returns the settings for outbound messages.
    pub(crate) fn outbound(&self, role: Role) -> Deflating {
        let side = if role == Role::Server { self.server } else { self.client };
        Deflating { format: Format::deflated(side.bits), level: self.level, takeover: side.takeover }
    }

    /// Returns the format of publishes for this client: the server's window or the smallest one. Thus each publish is
    /// compressed at most twice, for any windows of its receivers.
    pub(crate) fn published(&self) -> Format {
        if self.full { Format::deflated(self.server.bits) } else { Format::NARROW }
    }

    /// Returns the minimum length of messages that this end compresses, in bytes.
    pub(crate) fn threshold(&self) -> usize {
        self.threshold as usize
    }

    /// Returns how many bytes of earlier messages the peer's next message may refer to.
    pub(crate) fn inbound_window(&self, role: Role) -> usize {
        let side = if role == Role::Server { self.client } else { self.server };
        if side.takeover { 1 << side.bits } else { 0 }
    }
}

impl Deflate {
    /// Returns the settings for a message to several sockets.
    pub(crate) fn deflating(&self, format: Format) -> Deflating {
        Deflating { format, level: self.level, takeover: false }
    }
}

/// The server's response does not match the offer. The field is the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch(pub(crate) &'static str);

/// The parameters of one offer or response, all of them valid.
#[derive(Default)]
struct Parameters {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: Limit,
}

/// The value of `client_max_window_bits`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Limit {
    #[default]
    Missing,
    /// Present without a value: the client accepts any limit (RFC 7692 §7.1.2.2).
    Any,
    Most(u8),
}

impl Parameters {
    /// Returns `None` for an unknown parameter, a repeated one, or an invalid value (RFC 7692 §7.1).
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
                    std::mem::replace(&mut read.client_max_window_bits, limit) == Limit::Missing
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
            Limit::Missing => {}
        }
        text
    }
}

/// Parses a decimal from 8 to 15 without leading zeros (RFC 7692 §7.1.2).
fn bits(value: &[u8]) -> Option<u8> {
    match value {
        [digit @ b'8'..=b'9'] => Some(digit - b'0'),
        [b'1', digit @ b'0'..=b'5'] => Some(10 + digit - b'0'),
        _ => None,
    }
}

/// Server side: accepts the first offer, in the client's order, that it can meet, and returns the response. Other
/// offers are ignored (RFC 7692 §5.1).
pub(crate) fn answer<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    settings: &Deflate,
) -> Result<Option<(Agreed, String)>, MalformedExtensions> {
    let offers = extensions(lines)?;
    let offers = offers.iter().filter(|offer| offer.name == NAME.as_bytes());
    Ok(offers.filter_map(Parameters::read).find_map(|offer| accept(&offer, settings)))
}

fn accept(offer: &Parameters, settings: &Deflate) -> Option<(Agreed, String)> {
    let (mut server, mut client) = (settings.server, settings.client);
    // §7.1.1.1: the server must comply with the client's request.
    server.takeover &= !offer.server_no_context_takeover;
    // §7.1.1.2: the client's hint is binding, even if the response does not repeat it.
    client.takeover &= !offer.client_no_context_takeover;
    // §7.1.2.1: the response has the offered value or a lower one. An offer that the server cannot meet is declined.
    server.bits = server.bits.min(offer.server_max_window_bits.unwrap_or(15));
    if server.bits < Side::LEAST {
        return None;
    }
    match offer.client_max_window_bits {
        Limit::Most(most) => client.bits = client.bits.min(most),
        // §7.1.2.2: a client that did not offer the parameter must not be limited, so its context is not kept.
        Limit::Missing if client.bits < 15 => client = Side { bits: 15, takeover: false },
        Limit::Any | Limit::Missing => {}
    }
    let response = Parameters {
        server_no_context_takeover: !server.takeover,
        client_no_context_takeover: !client.takeover,
        server_max_window_bits: (offer.server_max_window_bits.is_some() || server.bits < 15)
            .then_some(server.bits),
        client_max_window_bits: if client.bits < 15 { Limit::Most(client.bits) } else { Limit::Missing },
    };
    Some((Agreed::new(settings, server, client), response.write()))
}

/// Client side: returns the offer.
#[cfg_attr(
    not(any(feature = "testing", fuzzing, test)),
    expect(dead_code, reason = "the client's side of the wire")
)]
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

/// Client side: checks the server's response to [`offer`].
#[cfg_attr(
    not(any(feature = "testing", fuzzing, test)),
    expect(dead_code, reason = "the client's side of the wire")
)]
pub(crate) fn confirm<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    settings: &Deflate,
) -> Result<Option<Agreed>, Mismatch> {
    let responses = extensions(lines).map_err(|MalformedExtensions| Mismatch("the response is malformed"))?;
    let response = match &responses[..] {
        [] => return Ok(None),
        [response] if response.name == NAME.as_bytes() => Parameters::read(response),
        _ => return Err(Mismatch("the response names an extension that was not offered")),
    };
    let response = response.ok_or(Mismatch("the response has an invalid parameter"))?;
    let (mut server, mut client) = (settings.server, settings.client);
    // RFC 7692 §7.1.1.1: the response must repeat the client's request.
    if !server.takeover && !response.server_no_context_takeover {
        return Err(Mismatch("the server keeps its context"));
    }
    server.takeover &= !response.server_no_context_takeover;
    client.takeover &= !response.client_no_context_takeover;
    // §7.1.2.1: the response has the offered value or a lower one. If the parameter is missing, the value is 15.
    let bits = response.server_max_window_bits.unwrap_or(15);
    if bits > server.bits {
        return Err(Mismatch("the server's window is larger than the requested one"));
    }
    server.bits = bits;
    let mut agreed = Agreed::new(settings, server, client);
    match response.client_max_window_bits {
        Limit::Missing => {}
        // §7.1.2.2: in a response, the parameter has a value, at most the offered one.
        Limit::Most(bits) if bits <= client.bits => {
            agreed.client.bits = bits.max(Side::LEAST);
            if bits < Side::LEAST {
                // zlib does not support this window. Not compressing is always permitted (§6).
                agreed.threshold = u32::MAX;
            }
        }
        _ => return Err(Mismatch("the client's window is not one that it offered")),
    }
    Ok(Some(agreed))
}

#[cfg(test)]
mod tests;
