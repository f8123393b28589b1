//! The compared servers and their commands.

use std::{ffi::OsString, path::Path};

use crate::command::Command;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    BunRaw,
    Ours,
    Elysia,
    NodeWs,
    Axum,
    FastWebSockets,
    Tungstenite,
}

impl Peer {
    /// The peers in the order of the columns.
    pub(crate) const ALL: [Self; 7] = [
        Self::BunRaw,
        Self::Ours,
        Self::Elysia,
        Self::NodeWs,
        Self::Axum,
        Self::FastWebSockets,
        Self::Tungstenite,
    ];
    /// The peer whose figures are the base of the ratios.
    pub(crate) const BASE: Self = Self::BunRaw;

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BunRaw => "bun-raw",
            Self::Ours => "ours",
            Self::Elysia => "elysia",
            Self::NodeWs => "node-ws",
            Self::Axum => "axum",
            Self::FastWebSockets => "fastwebsockets",
            Self::Tungstenite => "tungstenite",
        }
    }

    /// Returns true if the peer has typed messages and rooms, which the two frame libraries lack.
    pub(crate) fn is_framework(self) -> bool {
        !matches!(self, Self::FastWebSockets | Self::Tungstenite)
    }

    /// Returns the program and its arguments.
    pub(crate) fn program(self, command: &Command) -> Vec<OsString> {
        let bun = || command.scripts.join("node_modules/.bin/bun").into_os_string();
        let script = |name| command.scripts.join(name).into_os_string();
        let binary = |folder: &Path, name| vec![folder.join(name).into_os_string()];
        match self {
            Self::BunRaw => vec![bun(), script("bun-raw.js")],
            Self::Ours => vec![command.ours.clone().into_os_string()],
            Self::Elysia => vec![bun(), script("elysia.js")],
            Self::NodeWs => vec!["node".into(), script("node-ws.js")],
            Self::Axum => binary(&command.binaries, "peer-axum"),
            Self::FastWebSockets => binary(&command.binaries, "peer-fastwebsockets"),
            Self::Tungstenite => binary(&command.binaries, "peer-tungstenite"),
        }
    }
}
