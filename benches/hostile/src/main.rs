//! Measures the effect of hostile clients on the other clients of a server. benches/README.md explains the method.
//!
//!     benches/hostile/run [--secs 4] [--only ours,axum] [--attacks echoes,fragments] [--counts 2,8,50]

mod attack;
mod client;
mod frame;
mod probe;
mod server;

use std::{env, error::Error, path::PathBuf, thread, time::Duration};

use self::{
    attack::{ATTACKS, Attack},
    probe::Report,
    server::{Peer, Server},
};

type Failure = Box<dyn Error + Send + Sync>;

/// The command line.
struct Wanted {
    time: Duration,
    peers: Vec<Peer>,
    attacks: Vec<String>,
    counts: Vec<usize>,
    binaries: PathBuf,
    scripts: PathBuf,
}

impl Wanted {
    fn read() -> Result<Self, Failure> {
        let mut wanted = Self {
            time: Duration::from_secs(4),
            peers: vec![Peer::Ours, Peer::Axum, Peer::NodeWs],
            attacks: Vec::new(),
            counts: vec![2, 8, 50],
            binaries: PathBuf::new(),
            scripts: PathBuf::new(),
        };
        let mut arguments = env::args().skip(1);
        while let Some(option) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{option} needs a value"))?;
            let list = || value.split(',');
            match option.as_str() {
                "--secs" => wanted.time = Duration::from_secs_f64(value.parse()?),
                "--only" => wanted.peers = list().map(Peer::named).collect::<Result<_, _>>()?,
                "--attacks" => wanted.attacks = list().map(str::to_owned).collect(),
                "--counts" => wanted.counts = list().map(str::parse).collect::<Result<_, _>>()?,
                "--binaries" => wanted.binaries = value.into(),
                "--scripts" => wanted.scripts = value.into(),
                _ => return Err(format!("{option} is not an option").into()),
            }
        }
        Ok(wanted)
    }

    fn wants(&self, attack: &Attack) -> bool {
        self.attacks.is_empty() || self.attacks.iter().any(|name| name == attack.name)
    }
}

fn main() -> Result<(), Failure> {
    let wanted = Wanted::read()?;
    println!(
        "| server | attack | hostile | p50 | p99 | max | new p99 | new max | others lost | memory above idle | shutdown |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for &peer in &wanted.peers {
        row(&wanted, peer, None, 0);
        for attack in ATTACKS.iter().filter(|attack| wanted.wants(attack) && attack.suits(peer)) {
            for &count in &wanted.counts {
                row(&wanted, peer, Some(attack), count);
            }
        }
    }
    Ok(())
}

/// Prints one row. If the measurement failed, the row contains the reason.
fn row(wanted: &Wanted, peer: Peer, attack: Option<&'static Attack>, count: usize) {
    let name = attack.map_or("none", |attack| attack.name);
    match measure(wanted, peer, attack, count) {
        Ok(report) => println!("| {} | {name} | {count} | {report} |", peer.name()),
        Err(error) => println!("| {} | {name} | {count} | failed: {error} |", peer.name()),
    }
}

fn measure(
    wanted: &Wanted,
    peer: Peer,
    attack: Option<&'static Attack>,
    count: usize,
) -> Result<Report, Failure> {
    let mut server = Server::start(peer, &wanted.binaries, &wanted.scripts)?;
    // The server warms up before the measurement.
    client::connect(server.address, "/echo", false)?;
    thread::sleep(Duration::from_millis(300));
    let idle = server.resident()?;
    let attackers = attack.map(|attack| attack.start(server.address, count));
    thread::sleep(Duration::from_millis(300));
    let report = probe::run(&server, wanted.time, idle);
    // The attack continues while the server shuts down.
    let shutdown = server.shut_down()?;
    if let Some(attackers) = attackers {
        attackers.stop();
    }
    Ok(report?.ended_in(shutdown))
}
