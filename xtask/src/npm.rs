//! The locked npm packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::{output, run, say};

const OLDEST_NODE: u32 = 20;

/// Installs exactly what `package-lock.json` in `folder` names, unless that has been done.
pub fn ensure_packages(folder: &Path) -> Result<()> {
    check_node()?;
    let lock_file = folder.join("package-lock.json");
    let lock = fs::read_to_string(&lock_file).with_context(|| format!("cannot read {}", lock_file.display()))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read_to_string(&installed).is_ok_and(|previous| previous == lock) {
        return Ok(());
    }
    say(format!("installing the npm packages locked in {}", lock_file.display()));
    // No package here needs its install script, and what does not run cannot do harm.
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-fund", "--no-audit"]).current_dir(folder))?;
    fs::write(installed, lock)?;
    Ok(())
}

fn check_node() -> Result<()> {
    let version =
        output(Command::new("node").arg("--version")).context("Node is needed: https://nodejs.org, version 20 or later")?;
    match major(&version) {
        Some(number) if number >= OLDEST_NODE => Ok(()),
        _ => bail!("Node {OLDEST_NODE} or later is needed; this one is {version}"),
    }
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_major_version() {
        assert_eq!(super::major("v20.20.2"), Some(20));
        assert_eq!(super::major("v8.1.0"), Some(8));
        assert_eq!(super::major("20"), None);
    }

    /// A lock file that names a mirror would send everybody else there.
    #[test]
    fn locks_name_no_registry_of_their_own() {
        let root = crate::shell::root();
        for lock in ["package-lock.json", "xtask/bench/package-lock.json"] {
            let text = std::fs::read_to_string(root.join(lock)).unwrap();
            assert!(text.contains("\"integrity\"") && !text.contains("\"resolved\""), "{lock}");
        }
        let text = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
        let sources = text.lines().filter(|line| line.starts_with("source = "));
        let others: Vec<&str> =
            sources.filter(|line| *line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"").collect();
        assert!(others.is_empty(), "{others:?}");
    }
}
