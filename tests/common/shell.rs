//! The command as a shell starts it, and what its tests ask of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::folder;

pub fn diorama(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_diorama")).args(arguments).output().expect("the command starts")
}

pub fn model(name: &str) -> String {
    folder(name).display().to_string()
}

pub fn list(ids: &[u32]) -> String {
    ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// A folder of its own, empty.
pub fn scratch(what: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command").join(what.replace(' ', "-"));
    if dir.exists() {
        std::fs::remove_dir_all(&dir).expect("an old folder goes");
    }
    std::fs::create_dir_all(&dir).expect("a folder");
    dir
}

pub fn stdout(told: &Output) -> String {
    assert!(told.status.success(), "{told:?}");
    String::from_utf8(told.stdout.clone()).expect("text")
}

/// Exit code 1, nothing on standard output, one line on standard error that names the thing.
pub fn refused(what: &str, arguments: &[&str], substance: &[&str]) {
    let shown: String = arguments.join(" ").chars().take(120).collect();
    let told = diorama(arguments);
    let fault = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(1), "{what} ({shown}): {fault}");
    assert!(told.stdout.is_empty(), "{what} ({shown}): {}", String::from_utf8_lossy(&told.stdout));
    assert_eq!(fault.trim_end().lines().count(), 1, "{what} ({shown}): one line, not\n{fault}");
    assert!(!fault.contains("panicked"), "{what} ({shown}): {fault}");
    for part in substance {
        assert!(fault.contains(part), "{what} ({shown}): {part:?} is not in: {fault}");
    }
}
