//! `--intervene FILE.json`: interventions on hooks, their activations from other hooks of the same pass or in safetensors files beside it.

use std::path::Path;

use diorama::capture::Intervention;
use diorama::error::{Error, Result, shown_longer, written};
use diorama::weights::Checkpoint;

/// The interventions of a file; none where none is named. A `from` is a file's path, relative to this one, or else a hook's name.
pub fn read(file: Option<&Path>) -> Result<Vec<Intervention>> {
    let Some(file) = file else { return Ok(vec![]) };
    let unread = |path: &Path, fault| Error::Intervention(format!("{} cannot be read ({fault})", shown_longer(path.display())));
    let json = std::fs::read_to_string(file).map_err(|fault| unread(file, fault))?;
    Intervention::read(&json, &mut |from| {
        let Some(name) = from.as_str() else {
            return Err(Error::Intervention(format!(
                "from is {}; it must be the path of a safetensors file or the name of an earlier hook",
                written(from)
            )));
        };
        let path = file.parent().unwrap_or(Path::new("")).join(name);
        if !name.ends_with(".safetensors") && !path.exists() {
            return Ok(None);
        }
        let bytes = std::fs::read(&path).map_err(|fault| unread(&path, fault))?;
        Checkpoint::open(&[(name, &bytes)])?.tensors().map(Some)
    })
}
