//! `cargo xtask test`: everything that checks the project, in an order in which the quick answers come first.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::shell::{run, run_reading, say};
use crate::wasm::Toolchain;
use crate::{fuzz, npm, site, system, wasm};

/// One step. `run` counts the tests it has run; a step that is one check by itself counts as one.
struct Step {
    name: &'static str,
    what: &'static str,
    needs: &'static [&'static str],
    run: fn() -> Result<Count>,
}

/// In the order in which they run; a step stands after what it needs.
const STEPS: [Step; 14] = [
    Step { name: "system", what: "browsers, Vulkan driver, rustfmt and clippy are there", needs: &[], run: system_parts },
    Step { name: "fmt", what: "rustfmt", needs: &["system"], run: fmt },
    Step { name: "clippy", what: "clippy, native", needs: &["system"], run: clippy },
    Step { name: "clippy-wasm", what: "clippy, wasm32", needs: &["system"], run: clippy_wasm },
    Step { name: "xtask", what: "tests of xtask", needs: &[], run: xtask },
    Step { name: "rust", what: "tests of the library and the command, CPU and GPU", needs: &["system"], run: rust },
    Step { name: "fuzz", what: "some thousand damaged inputs, the same every time", needs: &[], run: fuzz },
    Step { name: "npm", what: "the locked npm packages", needs: &[], run: npm },
    Step { name: "prettier", what: "format of the scripts and styles", needs: &["npm"], run: prettier },
    Step { name: "wasm", what: "the WebAssembly module", needs: &[], run: wasm_module },
    Step { name: "site", what: "the static site", needs: &["npm", "wasm"], run: static_site },
    Step { name: "types", what: "types of the scripts", needs: &["npm", "wasm"], run: types },
    Step { name: "unit", what: "unit tests of the scripts", needs: &["npm", "wasm"], run: unit },
    Step { name: "browser", what: "browser tests, Chromium and Firefox", needs: &["system", "site"], run: browser },
];

/// What a step has found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
    /// Lines that name what failed.
    failures: Vec<String>,
}

impl Count {
    fn one_passed() -> Count {
        Count { passed: 1, ..Count::default() }
    }

    fn one_failed(why: String) -> Count {
        Count { failed: 1, failures: vec![why], ..Count::default() }
    }

    fn name_failure(&mut self, line: &str) {
        if !self.failures.iter().any(|known| known == line) {
            self.failures.push(line.to_owned());
        }
    }
}

pub fn step_names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the steps named in `only` and what they need, or all. The last line sums up; an error means that something failed.
pub fn test(only: &[String]) -> Result<()> {
    let wanted = with_needs(only);
    let mut done: Vec<(&Step, Count, Duration)> = Vec::new();
    for step in STEPS.iter().filter(|step| wanted.contains(&step.name)) {
        println!("\n=== {}: {} ===", step.name, step.what);
        let start = Instant::now();
        let broken = step.needs.iter().find(|need| done.iter().any(|(step, count, _)| step.name == **need && count.failed > 0));
        let result = match broken {
            Some(need) => Err(anyhow::anyhow!("not run, because it needs {need}")),
            None => (step.run)(),
        };
        let count = result.unwrap_or_else(|error| {
            println!("{}: {error:#}", step.name);
            Count::one_failed(format!("{error:#}"))
        });
        done.push((step, count, start.elapsed()));
    }
    println!("\n{:>8} {:>8} {:>9}  step", "passed", "failed", "seconds");
    for (step, count, time) in &done {
        println!("{:>8} {:>8} {:>9.1}  {}", count.passed, count.failed, time.as_secs_f64(), step.name);
    }
    let passed: u32 = done.iter().map(|(_, count, _)| count.passed).sum();
    let failed: u32 = done.iter().map(|(_, count, _)| count.failed).sum();
    for (step, count, _) in done.iter().filter(|(_, count, _)| count.failed > 0) {
        println!("\nfailed in {}:", step.name);
        count.failures.iter().for_each(|failure| println!("  {failure}"));
    }
    println!("\n{passed} passed, {failed} failed");
    if failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn with_needs(only: &[String]) -> Vec<&'static str> {
    let mut wanted: Vec<&str> = Vec::new();
    // From the last step to the first, so that needs of needs are found.
    for step in STEPS.iter().rev() {
        if only.is_empty() || wanted.contains(&step.name) || only.iter().any(|name| name == step.name) {
            wanted.push(step.name);
            wanted.extend(step.needs);
        }
    }
    wanted
}

fn system_parts() -> Result<Count> {
    system::ensure_test_packages()?;
    system::ensure_rust_components()?;
    Ok(Count::one_passed())
}

fn fmt() -> Result<Count> {
    one(Command::new("cargo").args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<Count> {
    one(Command::new("cargo").args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn clippy_wasm() -> Result<Count> {
    let toolchain = Toolchain::ensure()?;
    match toolchain {
        Toolchain::Rustup => one(toolchain.cargo("clippy").args(["--", "-D", "warnings"])),
        Toolchain::Debian { .. } => {
            say("Debian's compiler comes without clippy: the compiler's own warnings are checked instead");
            one(toolchain.cargo("check").env("RUSTFLAGS", format!("{} -D warnings", wasm::flags())))
        }
    }
}

fn xtask() -> Result<Count> {
    cargo_test(&["--package", "xtask"])
}

fn rust() -> Result<Count> {
    cargo_test(&["--package", "diorama", "--release"])
}

fn fuzz() -> Result<Count> {
    counted(&mut fuzz::small(), count_cargo)
}

fn npm() -> Result<Count> {
    npm::ensure_packages(Path::new("."))?;
    Ok(Count::one_passed())
}

fn wasm_module() -> Result<Count> {
    wasm::build()?;
    Ok(Count::one_passed())
}

fn static_site() -> Result<Count> {
    site::assemble(Path::new("dist"), site::Offline::Kept)?;
    site::print_sizes(Path::new("dist"))?;
    Ok(Count::one_passed())
}

fn prettier() -> Result<Count> {
    one(Command::new("node").args(["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."]))
}

fn types() -> Result<Count> {
    one(Command::new("node").args(["node_modules/typescript/bin/tsc", "--project", "tsconfig.json"]))
}

fn unit() -> Result<Count> {
    node_test("tests/www/unit", 2)
}

fn browser() -> Result<Count> {
    // One file at a time: two browsers at once on a software adapter only wait for each other.
    node_test("tests/www/browser", 1)
}

fn one(command: &mut Command) -> Result<Count> {
    run(command).map(|()| Count::one_passed())
}

fn cargo_test(arguments: &[&str]) -> Result<Count> {
    let mut command = Command::new("cargo");
    command.args(["test", "--no-fail-fast"]).args(arguments);
    // Mesa's Vulkan layers grumble where no desktop session has set it.
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    }
    counted(&mut command, count_cargo)
}

/// Runs the `*.test.js` files of a folder. (Node 20 takes a folder, later versions do not: files work in all.)
fn node_test(folder: &str, at_once: u32) -> Result<Count> {
    let mut files: Vec<PathBuf> =
        walkdir::WalkDir::new(folder).into_iter().map(|entry| Ok(entry?.into_path())).collect::<Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.js"));
    files.sort();
    ensure!(!files.is_empty(), "{folder} holds no *.test.js");
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec", "--test-timeout=600000"]);
    command.arg(format!("--test-concurrency={at_once}")).args(files);
    counted(&mut command, count_node)
}

/// Runs a test runner and adds up what its summary lines say. A runner that fails without a failed test, or that ran none, has failed.
fn counted(command: &mut Command, count: fn(&str, &mut Count)) -> Result<Count> {
    let mut sum = Count::default();
    let succeeded = run_reading(command, |line| count(line, &mut sum))?;
    if !succeeded && sum.failed == 0 {
        sum.failed = 1;
        sum.name_failure("the test runner itself: see its output above");
    }
    if sum == Count::default() {
        bail!("no test has run");
    }
    Ok(sum)
}

/// `test result: ok. 5 passed; 0 failed; 0 ignored; …`. An ignored test counts as failed: nothing here is skipped.
fn count_cargo(line: &str, sum: &mut Count) {
    if line.starts_with("test ") && (line.ends_with("... FAILED") || line.contains("... ignored")) {
        sum.name_failure(line);
    }
    let Some(result) = line.strip_prefix("test result: ") else { return };
    let words: Vec<&str> = result.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        match (pair[0].parse::<u32>(), pair[1]) {
            (Ok(number), "passed") => sum.passed += number,
            (Ok(number), "failed" | "ignored") => sum.failed += number,
            _ => {}
        }
    }
}

/// `ℹ pass 5`. A test that is skipped, cancelled or to do counts as failed: nothing here is skipped.
fn count_node(line: &str, sum: &mut Count) {
    if let Some(name) = line.trim_start().strip_prefix("✖ ").filter(|name| *name != "failing tests:") {
        sum.name_failure(name);
    }
    let mut words = line.split_whitespace().skip_while(|word| matches!(*word, "ℹ" | "#"));
    let (Some(kind), Some(Ok(number)), None) = (words.next(), words.next().map(str::parse::<u32>), words.next()) else { return };
    match kind {
        "pass" => sum.passed += number,
        "fail" | "skipped" | "cancelled" | "todo" => sum.failed += number,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(count: fn(&str, &mut Count), lines: &[&str]) -> Count {
        let mut sum = Count::default();
        lines.iter().for_each(|line| count(line, &mut sum));
        sum
    }

    #[test]
    fn counts_cargos_tests() {
        let lines = [
            "test a ... ok",
            "test b ... FAILED",
            "test c ... ignored",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s",
        ];
        let failures = vec!["test b ... FAILED".to_owned(), "test c ... ignored".to_owned()];
        assert_eq!(counted(count_cargo, &lines), Count { passed: 4, failed: 3, failures });
    }

    #[test]
    fn counts_nodes_tests() {
        let lines = [
            "✔ a (1ms)",
            "✖ b (2ms)",
            "ℹ pass 4",
            "ℹ fail 1",
            "ℹ skipped 1",
            "ℹ duration_ms 12.5",
            "pass it on to 3",
            "✖ failing tests:",
            "✖ b (2ms)",
        ];
        let failures = vec!["b (2ms)".to_owned()];
        assert_eq!(counted(count_node, &lines), Count { passed: 4, failed: 2, failures });
    }

    #[test]
    fn a_step_brings_what_it_needs() {
        let wanted = with_needs(&["browser".to_owned()]);
        for name in ["browser", "system", "site", "npm", "wasm"] {
            assert!(wanted.contains(&name), "{name}");
        }
        assert!(!wanted.contains(&"rust"));
        assert_eq!(with_needs(&[]).iter().filter(|name| **name == "rust").count(), 1);
    }

    #[test]
    fn needs_stand_before_the_step() {
        for (index, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(STEPS[..index].iter().any(|earlier| earlier.name == *need), "{} needs {need}", step.name);
            }
        }
    }
}
