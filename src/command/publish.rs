//! A model folder as Hugging Face publishes it, written whole or not at all.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use diorama::error::{Error, Result};

/// Refuses a place where a folder would hide what is there already.
///
/// # Errors
/// A file, or a folder that is not empty.
pub fn vacant(dir: &Path) -> Result<()> {
    let taken = |what: &str| Err(Error::Input(format!("{} {what}; choose another --out", dir.display())));
    match fs::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                taken("exists and is not empty")
            } else {
                Ok(())
            }
        }
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(()),
        Err(fault) if fault.kind() == ErrorKind::NotADirectory => taken("is a file, or lies in one"),
        Err(fault) => taken(&format!("cannot be read ({fault})")),
    }
}

/// Writes the files into a new folder beside `dir`, and gives it that name once all of them are on the disk.
///
/// # Errors
/// A file that cannot be written, e.g. on a full disk; nothing is left behind then.
pub fn folder(dir: &Path, files: &[(&str, Vec<u8>)]) -> Result<()> {
    vacant(dir)?;
    let unwritten = |fault: std::io::Error| {
        Error::Input(format!("{} cannot be written ({fault}); free some space or choose another --out", dir.display()))
    };
    let partial = beside(dir).map_err(unwritten)?;
    let write = || {
        for (name, bytes) in files {
            let mut file = File::create(partial.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        // Some systems do not rename onto a folder, not even onto an empty one.
        if dir.exists() {
            fs::remove_dir(dir)?;
        }
        fs::rename(&partial, dir)
    };
    write().map_err(|fault| {
        // What went wrong is told; that the rest could not be removed, too, would say nothing more.
        let _ = fs::remove_dir_all(&partial);
        unwritten(fault)
    })
}

/// A new folder for what is not yet whole, on the same disk.
fn beside(dir: &Path) -> std::io::Result<PathBuf> {
    let named = std::path::absolute(dir)?;
    let name = named.file_name().ok_or(ErrorKind::InvalidFilename)?;
    let parent = named.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent)?;
    let partial = parent.join(format!(".{}.{}.partial", name.to_string_lossy(), std::process::id()));
    fs::create_dir(&partial)?;
    Ok(partial)
}
