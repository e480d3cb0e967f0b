//! The static site: `www/`, `shaders/` and the WebAssembly module → `dist/`.
//!
//! Every address in it is relative, so it works from any host and under any path.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::shell::{run, say};
use crate::{notices, npm, publish, wasm};

/// Scripts that a page or another script names by address. The rest of `www/**/*.js` is reached through their imports.
const ENTRIES: [&str; 15] = [
    "moved.js",
    "unstarted.js",
    "early.js",
    "home.js",
    "explore.js",
    "train.js",
    "compare.js",
    "course.js",
    "blocks.js",
    "diorama.js",
    "worker.js",
    "asker.js",
    "embed.js",
    "frames.js",
    "sw.js",
];

/// Where this file is, an earlier build wrote the folder.
const PROOF: &str = "wasm/diorama_bg.wasm";

/// Builds everything into `out`; `base` is the address under which it will be found, where it is known.
pub fn build(out: &Path, base: Option<&str>, offline: Offline) -> Result<()> {
    let base = base.map(publish::base).transpose()?;
    check_replaceable(out)?;
    npm::ensure_packages(Path::new("."))?;
    wasm::build()?;
    assemble(out, offline)?;
    if let Some(base) = base {
        publish::publish(out, &base)?;
        // The pages have changed, and with them their marks.
        list(out, offline)?;
    }
    print_sizes(out)
}

/// Whether a visitor's browser keeps the site for use without a network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Offline {
    Kept,
    /// Every visit sees the newest files: for those who work on them.
    Never,
}

/// The list that the service worker keeps the site by (`www/sw.js`): each file with the SHA-256 of its bytes, which the worker compares with what
/// comes. All but the models, the texts for training and the notices is kept at the first visit, and of the models the one that the page opens with.
fn list(out: &Path, offline: Offline) -> Result<()> {
    let mut files = Vec::new();
    for entry in WalkDir::new(out).sort_by_file_name() {
        let entry = entry?;
        let file = entry.path().strip_prefix(out)?;
        if entry.file_type().is_file() && file != Path::new("sw.js") && file != Path::new("precache.js") {
            let mark: String = Sha256::digest(fs::read(entry.path())?).iter().map(|byte| format!("{byte:02x}")).collect();
            let later = file == Path::new(notices::FILE) || file.starts_with("data") || file.starts_with("models");
            let early = !later || file.starts_with("models/t5-tiny");
            files.push(json!({ "file": file.to_string_lossy().replace('\\', "/"), "mark": mark, "early": early }));
        }
    }
    let files = if offline == Offline::Kept { json!(files) } else { json!(null) };
    fs::write(out.join("precache.js"), format!("self.PRECACHE = {files};\n")).context("cannot write precache.js")
}

/// Bundles the scripts and copies the rest into `out`. The module must be in [`wasm::OUT`] already.
///
/// The new site is written beside the old one and then takes its place, so that a reader or a running test never meets half of it.
pub fn assemble(out: &Path, offline: Offline) -> Result<()> {
    check_replaceable(out)?;
    let (next, last) = (beside(out, "next"), beside(out, "last"));
    remove(&next)?;
    remove(&last)?;
    say("bundling the page");
    copy("www", &next, |file| !is_script(file) && !file.starts_with("www/wasm"))?;
    copy("shaders", &next.join("shaders"), |file| has_extension(file, "wgsl"))?;
    copy(wasm::OUT, &next.join("wasm"), |file| !has_extension(file, "ts"))?;
    bundle(&next)?;
    notices::write(&next)?;
    run(Command::new("node").arg("xtask/lessons.js").arg(&next)).context("a lesson's formula cannot be written")?;
    list(&next, offline)?;
    if out.exists() {
        fs::rename(out, &last)?;
    }
    fs::rename(&next, out)?;
    remove(&last)
}

/// Leaves a packed form beside each file of a built site that becomes smaller by it.
pub fn compress(out: &Path) -> Result<()> {
    say("packing the files with brotli and gzip");
    run(Command::new("node").arg("xtask/compress.js").arg(out)).context("the files could not be packed")
}

/// Prints the files of the first load and the models, in bytes.
pub fn print_sizes(out: &Path) -> Result<()> {
    println!("{:>12} {:>12}  file", "bytes", "gzip");
    for row in sizes(out)? {
        println!("{:>12} {:>12}  {}", row.raw, row.gzip, row.file.display());
    }
    say(format!("the site is in {}", out.display()));
    Ok(())
}

/// One file of the site.
pub struct Size {
    pub file: PathBuf,
    pub raw: usize,  // bytes
    pub gzip: usize, // bytes
}

/// The sizes of all files but the texts of models, shaders and lessons, which load one by one.
pub fn sizes(out: &Path) -> Result<Vec<Size>> {
    let mut rows = Vec::new();
    for entry in WalkDir::new(out).sort_by_file_name() {
        let entry = entry?;
        let file = entry.path().strip_prefix(out)?;
        if entry.file_type().is_file() && !file.starts_with("shaders") && !file.starts_with("lessons") {
            let bytes = fs::read(entry.path())?;
            rows.push(Size { file: file.to_owned(), raw: bytes.len(), gzip: gzip_length(&bytes)? });
        }
    }
    Ok(rows)
}

fn gzip_length(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn bundle(out: &Path) -> Result<()> {
    let entries: Vec<PathBuf> = ENTRIES.iter().map(|entry| Path::new("www").join(entry)).filter(|entry| entry.exists()).collect();
    if entries.is_empty() {
        bail!("www/ has none of the scripts {}", ENTRIES.join(", "));
    }
    let files = fs::read_dir("www")?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let styles = files.into_iter().filter(|file| has_extension(file, "css"));
    let mut command = Command::new("node");
    command.arg("xtask/bundle.js").arg(out).arg(notices::BUNDLED).args(entries).args(styles);
    run(&mut command).context("esbuild could not bundle the page")
}

fn is_script(file: &Path) -> bool {
    has_extension(file, "js") || has_extension(file, "ts")
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|own| own == extension)
}

fn copy(from: &str, to: &Path, wanted: impl Fn(&Path) -> bool) -> Result<()> {
    for entry in WalkDir::new(from).into_iter().filter_entry(|entry| !is_hidden(entry)) {
        let entry = entry?;
        if entry.file_type().is_file() && wanted(entry.path()) {
            let target = to.join(entry.path().strip_prefix(from)?);
            fs::create_dir_all(target.parent().expect("a file lies in a folder"))?;
            fs::copy(entry.path(), &target).with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn is_hidden(entry: &walkdir::DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn beside(out: &Path, suffix: &str) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}-{suffix}"))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// A build replaces the whole folder; somebody else's folder must not be lost that way.
fn check_replaceable(out: &Path) -> Result<()> {
    if out.file_name().is_none() {
        bail!("--out must name a folder of its own, and {} does not", out.display());
    }
    let empty = fs::read_dir(out).map_or(!out.exists(), |mut entries| entries.next().is_none());
    if !empty && !out.join(PROOF).exists() {
        bail!("{} is not empty and not an earlier build of this site; it stays as it is", out.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_with_the_hash_of_their_bytes() {
        let site = tempfile::tempdir().unwrap();
        fs::write(site.path().join("a.txt"), "abc").unwrap();
        list(site.path(), Offline::Kept).unwrap();
        let listed = fs::read_to_string(site.path().join("precache.js")).unwrap();
        // FIPS 180-4's first example.
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(listed, format!("self.PRECACHE = [{{\"early\":true,\"file\":\"a.txt\",\"mark\":\"{hash}\"}}];\n"));
    }

    #[test]
    fn texts_for_training_and_further_models_are_kept_when_they_are_used() {
        let site = tempfile::tempdir().unwrap();
        for file in ["data/stories.en.txt", "models/gpt2-tiny/config.json", "models/t5-tiny/config.json"] {
            fs::create_dir_all(site.path().join(file).parent().unwrap()).unwrap();
            fs::write(site.path().join(file), "abc").unwrap();
        }
        list(site.path(), Offline::Kept).unwrap();
        let listed = fs::read_to_string(site.path().join("precache.js")).unwrap();
        let early: Vec<bool> = listed.split("\"early\":").skip(1).map(|rest| rest.starts_with("true")).collect();
        assert_eq!(early, [false, false, true], "{listed}");
    }

    #[test]
    fn only_an_earlier_build_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site");
        assert!(check_replaceable(&out).is_ok());
        fs::create_dir(&out).unwrap();
        assert!(check_replaceable(&out).is_ok());
        fs::write(out.join("thesis.txt"), "mine").unwrap();
        assert!(check_replaceable(&out).is_err());
        fs::create_dir(out.join("wasm")).unwrap();
        fs::write(out.join(PROOF), "").unwrap();
        assert!(check_replaceable(&out).is_ok());
        assert!(check_replaceable(Path::new("/")).is_err());
    }
}
