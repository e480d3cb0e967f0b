//! A model folder as Hugging Face publishes it, written whole or not at all.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use diorama::error::{Error, Result};
use diorama::json::parse;
use diorama::tensor::Tensor;
use serde_json::Value;

use super::tell::Bytes;

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

/// `model.safetensors`, with the mark of PyTorch's layout that `transformers` looks for.
///
/// # Errors
/// Two tensors under one name.
pub fn weights(tensors: &[Tensor]) -> Result<Vec<u8>> {
    let views = tensors.iter().map(|tensor| (tensor.name.as_str(), Bytes(tensor)));
    let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
    safetensors::serialize(views, Some(metadata))
        .map_err(|fault| Error::Weights(format!("model.safetensors cannot be made ({fault})")))
}

/// A `config.json` for these weights: with the class, where the file names none, and with f32 as the type of the numbers, which `transformers` reads them in.
///
/// # Errors
/// A file that is no JSON object.
pub fn config(text: &str, architecture: &str) -> Result<String> {
    let mut value = parse("config.json", text)?;
    let fields = value.as_object_mut().ok_or_else(|| Error::Config("config.json holds no object".into()))?;
    let named = fields.get("architectures").is_some_and(|classes| classes.get(0).is_some());
    if !named {
        fields.insert("architectures".into(), Value::from(vec![architecture]));
    }
    fields.remove("torch_dtype");
    fields.insert("dtype".into(), "float32".into());
    let told = serde_json::to_string_pretty(&value)
        .map_err(|fault| Error::Config(format!("config.json cannot be written ({fault})")))?;
    Ok(told + "\n")
}
