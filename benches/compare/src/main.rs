//! Compares servers: starts each on a separate CPU, puts it under load from another one, and prints its cost as
//! Markdown.
//!
//! `benches/compare/run` builds all servers in pinned versions, then runs this program. benches/README.md explains the
//! measurements.

mod cases;
mod command;
mod load;
mod peer;
mod server;
mod statistics;
mod table;

use std::process::ExitCode;

use self::{
    cases::{Case, Run},
    command::Command,
    load::Sample,
    server::Server,
};

/// The reason why a run has no result. It is printed, and the run is not counted.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let command = match Command::read(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(failure) => {
            eprintln!("compare: {failure}");
            return ExitCode::FAILURE;
        }
    };
    let cases = cases::chosen(&command);
    let results: Vec<_> = cases.iter().map(|case| measure(case, &command)).collect();
    table::print(&cases, &results);
    // If a result is missing, the program fails, so that the table is not mistaken for a complete one.
    if results.iter().flatten().flatten().all(Option::is_some) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Returns the samples of a case for each of its runs, in the order of the rounds. Rounds are interleaved, so that
/// changes of the machine's speed affect all runs equally.
fn measure(case: &Case, command: &Command) -> Vec<Vec<Option<Sample>>> {
    let mut samples = vec![Vec::new(); case.runs.len()];
    for round in 1..=command.rounds {
        for (run, samples) in case.runs.iter().zip(&mut samples) {
            eprint!("{} {round}/{}: {} ", case.name, command.rounds, run.label);
            let sample = once(run, command);
            match &sample {
                Ok(Sample { cost, per_second, .. }) => eprintln!("{cost:.3} ({per_second:.0}/s)"),
                Err(failure) => eprintln!("failed: {failure}"),
            }
            samples.push(sample.ok());
        }
    }
    samples
}

/// Measures one server, which is started for this run and stopped after it.
fn once(run: &Run, command: &Command) -> Result<Sample, Failure> {
    let server = Server::start(&run.peer.program(command), run.cpus)?;
    load::drive(run.load, run.path, &server, command.time)
}
