//! The second process: makes inputs, tries them, and holds each to its bounds.

use std::io::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::bases::Bases;
use crate::heap;
use crate::kind::{self, Files, Kind, Said};
use crate::random::Random;

const LONGEST: Duration = Duration::from_secs(1);

/// How often a slow input is tried: others may have had the processor.
const TRIES: usize = 3;

/// An input may take twice its files, and this.
const MOST_MEMORY: usize = 32 << 20; // bytes

const LONGEST_SENTENCE: usize = 600; // characters

/// FIRST..END
pub fn range(text: &str) -> Result<Range<u64>, String> {
    let (first, end) = text.split_once("..").ok_or("no ..")?;
    let number = |text: &str| text.parse().map_err(|_| format!("{text} is no number"));
    Ok(number(first)?..number(end)?)
}

/// Tries the inputs of these numbers. For the first process it writes "begin NUMBER", and then "answered" where nothing was refused, or "fault …" where there is one, a line each.
pub fn run(seed: u64, numbers: Range<u64>) {
    std::panic::set_hook(Box::new(|panic| *PANIC.lock().expect("nobody panics with it") = panic.to_string()));
    let mut bases = Bases::read();
    let dir = workplace().join(format!("at {}", std::process::id()));
    for number in numbers {
        say(&format!("begin {number}"));
        let kind = kind::of(number);
        let files = made(&bases, seed, number);
        write(&dir, &files);
        match fault(kind, &mut bases, &files, &dir) {
            Ok(said) if said.is_empty() => say("answered in full"),
            Ok(_) => {}
            Err(fault) => say(&format!("fault {}", fault.replace('\n', " ⏎ "))),
        }
    }
    std::fs::remove_dir_all(&dir).ok();
}

/// Writes an input's files where they stay; their folder.
pub fn keep(seed: u64, number: u64) -> PathBuf {
    let dir = workplace().join(format!("seed {seed} input {number}"));
    write(&dir, &made(&Bases::read(), seed, number));
    dir
}

static PANIC: Mutex<String> = Mutex::new(String::new());

fn made(bases: &Bases, seed: u64, number: u64) -> Files {
    (kind::of(number).make)(bases, &mut Random::of(seed, number))
}

/// What the library said of an input, or what is wrong with its answer.
fn fault(kind: &Kind, bases: &mut Bases, files: &Files, dir: &Path) -> Result<Said, String> {
    let mut shortest = Duration::MAX;
    for _ in 0..TRIES {
        let before = heap::begin();
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (kind.try_out)(bases, files, dir)));
        shortest = shortest.min(start.elapsed());
        let taken = heap::peak() - before;
        let Ok(said) = outcome else {
            bases.forget_engines(); // it may be half changed
            return Err(format!("a panic: {}", PANIC.lock().expect("nobody panics with it")));
        };
        if let Some(fault) = too_long(&said) {
            return Err(fault);
        }
        let given: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        if taken > 2 * given + MOST_MEMORY {
            return Err(format!("{} MiB of memory for {given} bytes of files", taken >> 20));
        }
        if shortest <= LONGEST {
            return Ok(said);
        }
    }
    Err(format!("{:.1} s", shortest.as_secs_f64()))
}

fn too_long(said: &Said) -> Option<String> {
    let sentence = said.iter().find(|sentence| sentence.chars().count() > LONGEST_SENTENCE)?;
    let beginning: String = sentence.chars().take(300).collect();
    Some(format!("a sentence of {} characters: {beginning}…", sentence.chars().count()))
}

fn workplace() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz")
}

/// Into a folder that holds nothing else.
fn write(dir: &Path, files: &Files) {
    std::fs::remove_dir_all(dir).ok();
    std::fs::create_dir_all(dir).expect("a folder");
    files.iter().for_each(|(name, bytes)| std::fs::write(dir.join(name), bytes).expect("a file"));
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the first process listens");
}
