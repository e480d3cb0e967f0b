//! A fuzz of all that comes from outside: a model's files, texts and ids, interventions. Each input is a sound one, damaged at random; it must give an
//! answer or one short sentence, in little time and memory.
//!
//! `cargo xtask fuzz --inputs N --seed S` runs it. An input follows from the seed and its number alone. The inputs are tried in a second process of
//! this program (`slice`), so that the end of that process, by a stack that overflows for instance, is one more fault and names its input.

mod bases;
mod configs;
mod containers;
#[path = "../../src/command/folder.rs"]
#[allow(dead_code)] // the fuzz opens tokenizers by themselves
mod folder;
mod heap;
mod inputs;
mod interventions;
mod kind;
mod mutate;
mod random;
mod slice;
mod tokenizers;
mod watch;

use std::process::ExitCode;

use clap::Parser;

/// Tries damaged inputs on the library.
#[derive(Parser)]
pub struct Arguments {
    /// How many inputs
    #[arg(long, default_value_t = 3000)]
    inputs: u64,
    /// The same seed gives the same inputs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only the input of this number, which is also written to a folder
    #[arg(long)]
    only: Option<u64>,
    /// In the second process: the numbers that it tries, FIRST..END
    #[arg(long, hide = true, value_parser = slice::range)]
    slice: Option<std::ops::Range<u64>>,
}

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn main() -> ExitCode {
    let Arguments { inputs, seed, only, slice } = Arguments::parse();
    if let Some(numbers) = slice {
        slice::run(seed, numbers);
        return ExitCode::SUCCESS;
    }
    let numbers = only.map_or(0..inputs, |only| only..only + 1);
    if let Some(only) = only {
        println!("input {only} is written to {}", slice::keep(seed, only).display());
    }
    match watch::watch(seed, numbers) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
