//! The command line.

use std::{path::PathBuf, time::Duration};

use crate::{Failure, peer::Peer};

pub(crate) struct Command {
    pub(crate) rounds: usize,
    /// Duration of a run.
    pub(crate) time: Duration,
    /// Peers to run. The base of the ratios always runs.
    pub(crate) peers: Vec<Peer>,
    /// Names of the cases to run; all cases if empty.
    pub(crate) cases: Vec<String>,
    /// Path of our server.
    pub(crate) ours: PathBuf,
    /// Directory of the peers in Rust.
    pub(crate) binaries: PathBuf,
    /// Directory of the peers in JavaScript and of their packages.
    pub(crate) scripts: PathBuf,
}

impl Command {
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut command = Self {
            rounds: 5,
            time: Duration::from_secs(2),
            peers: Peer::ALL.to_vec(),
            cases: Vec::new(),
            ours: PathBuf::new(),
            binaries: PathBuf::new(),
            scripts: PathBuf::new(),
        };
        while let Some(option) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--rounds" => command.rounds = value.parse()?,
                "--secs" => command.time = Duration::try_from_secs_f64(value.parse()?)?,
                "--only" => command.peers = peers(&value)?,
                "--cases" => command.cases = value.split(',').map(str::to_owned).collect(),
                "--ours" => command.ours = value.into(),
                "--binaries" => command.binaries = value.into(),
                "--scripts" => command.scripts = value.into(),
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        let known = crate::cases::names();
        if let Some(unknown) = command.cases.iter().find(|case| !known.contains(&case.as_str())) {
            return Err(format!("there is no case {unknown:?}, but {}", known.join(", ")).into());
        }
        Ok(command)
    }

    pub(crate) fn wants(&self, case: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|wanted| wanted == case)
    }
}

fn peers(names: &str) -> Result<Vec<Peer>, Failure> {
    let mut peers = vec![Peer::BASE];
    for name in names.split(',') {
        let Some(peer) = Peer::ALL.into_iter().find(|peer| peer.name() == name) else {
            return Err(
                format!("there is no peer {name:?}, but {}", Peer::ALL.map(Peer::name).join(", ")).into()
            );
        };
        if !peers.contains(&peer) {
            peers.push(peer);
        }
    }
    Ok(peers)
}
