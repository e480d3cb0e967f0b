//! The first process: it lets a second one try the inputs, sees it end, and reports.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::kind::{self, KINDS};
use crate::slice;

/// An input that says nothing for so long is ended. Far beyond the second that it may take: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// After so many faults the rest is not tried.
const MOST_FAULTS: usize = 40;

/// Tries the inputs; how many of them were faulty. The last lines are as of `cargo test`: one test for each kind of input.
pub fn watch(seed: u64, numbers: Range<u64>) -> usize {
    let start = Instant::now();
    let mut faults: BTreeMap<u64, String> = BTreeMap::new();
    let mut answered = 0;
    let mut next = numbers.start;
    while next < numbers.end && faults.len() < MOST_FAULTS {
        next = part(seed, next..numbers.end, &mut faults, &mut answered);
    }
    let (tried, seconds) = (next - numbers.start, start.elapsed().as_secs_f64());
    println!("{tried} inputs of seed {seed} in {seconds:.1} s; of {answered} nothing was refused");
    for (number, fault) in &faults {
        println!("\ninput {number} ({}): {fault}", kind::of(*number).name);
        println!("  its files: {}", slice::keep(seed, *number).display());
        println!("  again: cargo xtask fuzz --seed {seed} --only {number}");
    }
    let faulty = |name: &str| faults.keys().any(|number| kind::of(*number).name == name);
    let tried = KINDS
        .iter()
        .enumerate()
        .filter(|(index, _)| numbers.clone().take(KINDS.len()).any(|n| n % KINDS.len() as u64 == *index as u64));
    let outcomes: Vec<bool> = tried
        .map(|(_, kind)| (kind.name, !faulty(kind.name)))
        .inspect(|(name, sound)| {
            println!("test fuzz of {name} ... {}", if *sound { "ok" } else { "FAILED" });
        })
        .map(|(_, sound)| sound)
        .collect();
    let failed = outcomes.iter().filter(|sound| !**sound).count();
    println!("test result: {}. {} passed; {failed} failed", if failed == 0 { "ok" } else { "FAILED" }, outcomes.len() - failed);
    faults.len()
}

/// One second process, until it is through or has ended by itself: the number to go on with.
fn part(seed: u64, numbers: Range<u64>, faults: &mut BTreeMap<u64, String>, answered: &mut u64) -> u64 {
    let program = std::env::current_exe().expect("this program has a path");
    let slice = format!("{}..{}", numbers.start, numbers.end);
    let mut command = Command::new(program);
    command.args(["--seed", &seed.to_string(), "--slice", &slice]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("this program starts a second time");
    let lines = BufReader::new(child.stdout.take().expect("it was asked for")).lines();
    let (told, heard) = channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| told.send(line)));
    let mut begun = numbers.start;
    loop {
        match heard.recv_timeout(PATIENCE) {
            Ok(line) => match line.split_once(' ') {
                Some(("begin", number)) => begun = number.parse().expect("a number"),
                Some(("answered", _)) => *answered += 1,
                Some(("fault", fault)) => drop(faults.insert(begun, fault.into())),
                _ => {}
            },
            Err(RecvTimeoutError::Timeout) => {
                child.kill().ok();
                child.wait().ok();
                faults.insert(begun, format!("no answer within {} s", PATIENCE.as_secs()));
                return begun + 1;
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.wait().expect("it has ended");
                if status.success() {
                    return numbers.end;
                }
                faults.insert(begun, format!("the process ended ({status})"));
                return begun + 1;
            }
        }
        if faults.len() >= MOST_FAULTS {
            child.kill().ok();
            child.wait().ok();
            return begun + 1;
        }
    }
}
