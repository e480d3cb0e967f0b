//! The table of contents of a safetensors file, read without its numbers: so that a checkpoint that cannot run is refused before it is fetched.
//! huggingface/safetensors, README, "Format": eight bytes of the table's length (little-endian), the table in JSON, the numbers.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, Metadata, SafeTensorError, TensorInfo};

use super::damaged;
use crate::error::{Error, Result, shown};
use crate::graph::{Graph, Kind, Lens, NodeId, Stored};
use crate::tensor::shown_shape;

/// What the tables of a checkpoint's files say of its tensors.
#[derive(Default)]
pub struct Table {
    tensors: Vec<(String, TensorInfo)>,
}

impl Table {
    /// Adds the tensors of one file. `head` is its beginning, with the whole table; `size` the file's length in bytes.
    ///
    /// # Errors
    /// The table is not whole, is no table, or does not fit a file of this size.
    pub fn add(&mut self, file: &str, head: &[u8], size: u64) -> Result<()> {
        let read = || -> Result<Metadata, SafeTensorError> {
            let length =
                head.first_chunk::<8>().map(|length| u64::from_le_bytes(*length)).ok_or(SafeTensorError::HeaderTooSmall)?;
            let table = usize::try_from(length).ok().and_then(|length| head[8..].get(..length));
            let table = table.ok_or(SafeTensorError::InvalidHeaderLength)?;
            let metadata: Metadata = serde_json::from_slice(table).map_err(SafeTensorError::InvalidHeaderDeserialization)?;
            let fits = 8 + length + metadata.data_len() as u64 == size;
            fits.then_some(metadata).ok_or(SafeTensorError::MetadataIncompleteBuffer)
        };
        let metadata = read().map_err(|fault| damaged(file, head, size, fault))?;
        self.tensors.extend(metadata.tensors().into_iter().map(|(name, info)| (name, info.clone())));
        Ok(())
    }

    pub fn names(&self) -> Vec<String> {
        self.tensors.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Whether there is a tensor for each weight of a graph, of its shape and in a format that is read.
    ///
    /// # Errors
    /// The first tensor that is missing or misshapen, or stored in another format.
    pub fn check(&self, graph: &Graph) -> Result<()> {
        let listed: Vec<Listed> =
            self.tensors.iter().map(|(name, info)| Listed { name, dtype: info.dtype, shape: &info.shape }).collect();
        places(graph, &listed).map(drop)
    }
}

/// One tensor, as a table of contents has it.
pub(super) struct Listed<'t> {
    pub name: &'t str,
    pub dtype: Dtype,
    pub shape: &'t [usize],
}

/// Where the numbers of each weight node lie: the place of its tensor in the list. Of two tensors with one name the last counts.
pub(super) fn places(graph: &Graph, listed: &[Listed]) -> Result<Vec<(NodeId, Stored, usize)>> {
    let known: BTreeMap<&str, usize> = listed.iter().enumerate().map(|(place, tensor)| (tensor.name, place)).collect();
    let mut places = vec![];
    for (index, node) in graph.nodes.iter().enumerate() {
        let Kind::Weight { names, stored } = &node.kind else { continue };
        let place = names.iter().find_map(|name| known.get(name.as_str()).copied()).ok_or_else(|| {
            Error::Weights(format!(
                "\"{}\" is missing from the checkpoint; the file is incomplete or belongs to another architecture",
                names[0]
            ))
        })?;
        let Listed { name, dtype, shape } = listed[place];
        let want = stored.shape(&node.shape(&Lens::ONE));
        if shape != want {
            let (name, shape, want) = (shown(name), shown_shape(shape), shown_shape(&want));
            return Err(Error::Weights(format!(
                "\"{name}\" has shape {shape}, but config.json asks for {want}; config and checkpoint belong to different models"
            )));
        }
        if !matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16) {
            return Err(unread(name, dtype));
        }
        places.push((NodeId(index), *stored, place));
    }
    Ok(places)
}

/// A tensor in a format that is not read.
pub(super) fn unread(name: &str, dtype: Dtype) -> Error {
    let name = shown(name);
    Error::Weights(format!(
        "\"{name}\" is stored as {dtype:?}; F32, F16 and BF16 are read, so save the checkpoint as one of these"
    ))
}
