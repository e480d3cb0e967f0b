//! `cargo xtask fuzz`: damaged files, texts and requests, made at random from a seed; `tests/fuzz` makes them and holds the library to its bounds.

use std::process::Command;

use anyhow::Result;

use crate::shell::run;

#[derive(clap::Args)]
pub struct Options {
    /// How many inputs
    #[arg(long, default_value_t = 100_000)]
    inputs: u64,
    /// The same seed gives the same inputs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the input of this number, which is also written to a folder
    #[arg(long)]
    only: Option<u64>,
}

/// Fails where an input ends in a panic or a crash, or takes too much memory or time, or where what is said of it is too long.
pub fn fuzz(options: &Options) -> Result<()> {
    let mut command = command(options.inputs, options.seed);
    if let Some(only) = options.only {
        command.args(["--only", &only.to_string()]);
    }
    run(&mut command)
}

/// The same inputs every time, in about 20 s.
pub fn small() -> Command {
    command(5000, 1)
}

fn command(inputs: u64, seed: u64) -> Command {
    let mut command = Command::new("cargo");
    command.args(["test", "--release", "--test", "fuzz", "--", "--inputs", &inputs.to_string(), "--seed", &seed.to_string()]);
    command
}
