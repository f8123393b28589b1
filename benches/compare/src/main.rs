//! Compares servers: starts each on a CPU of its own, drives it from another, and prints what it cost as Markdown.
//!
//! `benches/compare/run` builds and pins everything and then runs this; benches/README.md says what is measured and how.

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

/// Whatever kept a run from a result. It is printed, and the run counts as none.
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
    // A hole in the table is a failure, so that nobody takes it for a result.
    if results.iter().flatten().flatten().all(Option::is_some) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The samples of a case, for each of its runs in the order of the rounds. The rounds are interleaved, so that what the
/// machine does meanwhile befalls all alike.
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

/// One server, started for this run and ended with it.
fn once(run: &Run, command: &Command) -> Result<Sample, Failure> {
    let server = Server::start(&run.peer.program(command), run.cpus)?;
    load::drive(run.load, run.path, &server, command.time)
}
