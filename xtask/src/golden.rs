//! `cargo xtask golden`: computes the reference activations anew with Hugging Face transformers and compares them with `tests/goldens`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use safetensors::{Dtype, SafeTensors};

use crate::shell::{run, say};

const KEPT: &str = "tests/goldens";
const FRESH: &str = "target/goldens";
const VENV: &str = "target/venv";

#[derive(clap::Args)]
pub struct Options {
    /// A Python that has training/requirements.txt installed; without it one is made in target/venv (a download of gigabytes)
    #[arg(long)]
    python: Option<PathBuf>,
    /// Replace tests/goldens by what was computed
    #[arg(long)]
    update: bool,
}

/// Without `--update`, fails where a file, a tensor or a number differs by more than [`close`] allows.
pub fn golden(options: &Options) -> Result<()> {
    let python = match &options.python {
        Some(python) => python.clone(),
        None => ensure_venv()?,
    };
    if Path::new(FRESH).exists() {
        fs::remove_dir_all(FRESH)?;
    }
    fs::create_dir_all(FRESH)?;
    for script in scripts()? {
        say(format!("{} computes the reference", script.display()));
        run(Command::new(&python).arg(script).args(["--out", FRESH]))?;
    }
    if options.update {
        return replace();
    }
    let (fresh, kept) = (files(Path::new(FRESH))?, files(Path::new(KEPT))?);
    let mut differences: Vec<String> =
        fresh.symmetric_difference(&kept).map(|file| format!("only on one side: {}", file.display())).collect();
    for file in fresh.intersection(&kept) {
        differences.extend(compare(&Path::new(FRESH).join(file), &Path::new(KEPT).join(file))?);
    }
    ensure!(
        differences.is_empty(),
        "{KEPT} differs from the reference (`--update` replaces it):\n  {}",
        differences.join("\n  ")
    );
    say(format!("{} files in {KEPT} agree with the reference", kept.len()));
    Ok(())
}

/// `training/golden*.py`, the one that writes the checkpoints first.
fn scripts() -> Result<Vec<PathBuf>> {
    let files = fs::read_dir("training")?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_golden = |name: &str| name.starts_with("golden") && name.ends_with(".py");
    let mut scripts: Vec<PathBuf> =
        files.into_iter().filter(|file| file.file_name().and_then(|name| name.to_str()).is_some_and(is_golden)).collect();
    scripts.sort_by_key(|file| file.to_string_lossy().len());
    ensure!(!scripts.is_empty(), "training/ holds no golden*.py");
    Ok(scripts)
}

fn ensure_venv() -> Result<PathBuf> {
    let python = Path::new(VENV).join("bin/python");
    let marker = Path::new(VENV).join("installed-requirements.txt");
    let wanted = fs::read_to_string("training/requirements.txt").context("cannot read training/requirements.txt")?;
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    say(format!("installing training/requirements.txt into {VENV}"));
    run(Command::new("python3").args(["-m", "venv", VENV]))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--requirement", "training/requirements.txt"]))?;
    fs::write(marker, wanted)?;
    Ok(python)
}

fn replace() -> Result<()> {
    if Path::new(KEPT).exists() {
        fs::remove_dir_all(KEPT)?;
    }
    for file in files(Path::new(FRESH))? {
        let target = Path::new(KEPT).join(&file);
        fs::create_dir_all(target.parent().expect("a file lies in a folder"))?;
        fs::copy(Path::new(FRESH).join(&file), target)?;
    }
    say(format!("{KEPT} is replaced; look at the difference before you commit it"));
    Ok(())
}

fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.insert(entry.path().strip_prefix(folder)?.to_owned());
        }
    }
    Ok(files)
}

/// What differs between two files: tensors by their numbers, other files byte by byte.
fn compare(fresh: &Path, kept: &Path) -> Result<Vec<String>> {
    let (a, b) = (fs::read(fresh)?, fs::read(kept)?);
    if kept.extension().is_none_or(|extension| extension != "safetensors") {
        return Ok(if a == b { vec![] } else { vec![format!("{}: other bytes", kept.display())] });
    }
    let (a, b) = (SafeTensors::deserialize(&a)?, SafeTensors::deserialize(&b)?);
    let names: BTreeSet<&str> = a.names().into_iter().chain(b.names()).collect();
    let mut differences = Vec::new();
    for name in names {
        let place = format!("{}: {name}", kept.display());
        match (a.tensor(name), b.tensor(name)) {
            (Ok(a), Ok(b)) if a.shape() != b.shape() || a.dtype() != b.dtype() => {
                differences.push(format!("{place}: {:?} {:?} now, {:?} {:?} kept", a.dtype(), a.shape(), b.dtype(), b.shape()));
            }
            (Ok(a), Ok(b)) if a.dtype() == Dtype::F32 => {
                let (a, b) = (floats(a.data()), floats(b.data()));
                differences.extend(close(&a, &b).map(|difference| format!("{place}: {difference}")));
            }
            (Ok(a), Ok(b)) if a.data() == b.data() => {}
            (Ok(_), Ok(_)) => differences.push(format!("{place}: other numbers")),
            (Err(_), Err(_)) => bail!("{place}: cannot be read"),
            _ => differences.push(format!("{place}: only on one side")),
        }
    }
    Ok(differences)
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four bytes"))).collect()
}

/// The project's bound on numbers: max |Δ| ≤ 1e-4 × max(1, max |x|). A NaN is a difference.
fn close(a: &[f32], b: &[f32]) -> Option<String> {
    let scale = b.iter().fold(1.0_f32, |scale, x| scale.max(x.abs()));
    let worst = a
        .iter()
        .zip(b)
        .map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() })
        .fold(0.0, |worst: f32, delta| if delta.is_nan() { f32::INFINITY } else { worst.max(delta) });
    (worst > 1e-4 * scale).then(|| format!("max |Δ| = {worst:e}, allowed {:e}", 1e-4 * scale))
}

#[cfg(test)]
mod tests {
    use super::close;

    #[test]
    fn the_bound_scales_and_notices_nan() {
        assert!(close(&[1.0, 2.0], &[1.0, 2.00009]).is_none());
        assert!(close(&[1.0, 2.0], &[1.0, 2.001]).is_some());
        assert!(close(&[1000.0], &[1000.05]).is_none());
        assert!(close(&[f32::NAN], &[1.0]).is_some());
        assert!(close(&[1.0], &[f32::NAN]).is_some());
    }
}
