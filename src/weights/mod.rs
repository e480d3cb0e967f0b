//! Safetensors files (f32, f16, bf16) under Hugging Face names → the numbers of a graph's weight nodes.

mod table;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};

use crate::error::{Error, Result, shown, shown_longer};
use crate::graph::{Graph, Kind, Lens, NodeId, Stored};
use crate::pass::Parameters;
use crate::tensor::{Tensor, size};
pub use table::Table;
use table::{Listed, places, unread};
pub use written::{Bytes, config_file, model_file, safetensors_file};

/// The tensors of a checkpoint, still as they lie in its files.
pub struct Checkpoint<'a> {
    tensors: Vec<(String, TensorView<'a>)>,
}

impl<'a> Checkpoint<'a> {
    /// Reads the headers of all files of a checkpoint: `(file name, bytes)`.
    pub fn open(files: &[(&str, &'a [u8])]) -> Result<Self> {
        let mut tensors = vec![];
        for (file, bytes) in files {
            let parsed = SafeTensors::deserialize(bytes).map_err(|fault| damaged(file, bytes, bytes.len() as u64, fault))?;
            tensors.extend(parsed.tensors());
        }
        Ok(Checkpoint { tensors })
    }

    /// The metadata of one file under a key; none where it has none.
    pub fn metadata(bytes: &[u8], key: &str) -> Option<String> {
        let (_, read) = SafeTensors::read_metadata(bytes).ok()?;
        read.metadata().as_ref()?.get(key).cloned()
    }

    pub fn names(&self) -> Vec<String> {
        self.tensors.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The same without copies: of a tensor that may be tied to another, where both hold the same bytes. `tied`: each with its source.
    pub fn distinct_names(&self, tied: &[(&str, &str)]) -> Vec<String> {
        let known = self.by_name();
        let same = |a: &TensorView, b: &TensorView| a.dtype() == b.dtype() && a.shape() == b.shape() && a.data() == b.data();
        let is_copy = |name: &str| {
            tied.iter().filter(|(target, _)| *target == name).any(|(target, source)| {
                known.get(target).zip(known.get(source)).is_some_and(|(target, source)| same(target, source))
            })
        };
        known.keys().filter(|name| !is_copy(name)).map(|name| name.to_string()).collect()
    }

    /// Every tensor of the files, in f32. Their axes have no names.
    pub fn tensors(&self) -> Result<Vec<Tensor>> {
        let tensor = |(name, view): &(String, TensorView)| {
            let data = to_f32(name, view)?;
            Ok(Tensor { name: name.clone(), axes: vec![], shape: view.shape().to_vec(), data })
        };
        self.tensors.iter().map(tensor).collect()
    }

    /// The numbers of each weight node, in f32.
    ///
    /// # Errors
    /// What [`Table::check`] refuses, before any number is read; numbers that are not finite.
    pub fn parameters(&self, graph: &Graph) -> Result<Parameters> {
        let listed: Vec<Listed> =
            self.tensors.iter().map(|(name, view)| Listed { name, dtype: view.dtype(), shape: view.shape() }).collect();
        let mut parameters = Parameters::new();
        for (node, stored, place) in places(graph, &listed)? {
            let (name, view) = &self.tensors[place];
            let shape = graph.node(node).shape(&Lens::ONE);
            parameters.insert(node, Arc::new(stored.take(to_f32(name, view)?, &shape)));
        }
        Ok(parameters)
    }

    /// Where several files hold a tensor of one name, the last one's.
    fn by_name(&self) -> BTreeMap<&str, &TensorView<'a>> {
        self.tensors.iter().map(|(name, view)| (name.as_str(), view)).collect()
    }
}

/// Numbers for weight nodes, as tensors of a checkpoint: under the first of a node's names that `known` has, in the layout in which the checkpoint
/// stores them. Parts of one tensor that have no numbers are 0.
pub fn stored(graph: &Graph, numbers: &[(NodeId, Vec<f32>)], known: &[String]) -> Vec<Tensor> {
    let mut tensors: Vec<Tensor> = vec![];
    for (id, numbers) in numbers {
        let node = graph.node(*id);
        let Kind::Weight { names, stored } = &node.kind else { continue };
        let name = names.iter().find(|name| known.contains(name)).unwrap_or(&names[0]);
        let (shape, whole) = (node.shape(&Lens::ONE), stored.shape(&node.shape(&Lens::ONE)));
        let at = tensors.iter().position(|tensor| tensor.name == *name).unwrap_or_else(|| {
            tensors.push(Tensor { name: name.clone(), axes: vec![], data: vec![0.0; size(&whole)], shape: whole });
            tensors.len() - 1
        });
        stored.put(numbers, &shape, &mut tensors[at].data);
    }
    tensors
}

impl Stored {
    /// Writes a node's numbers where [`Stored::take`] finds them.
    fn put(self, numbers: &[f32], shape: &[usize], tensor: &mut [f32]) {
        match (self, shape) {
            (Stored::Part { index, of }, _) => {
                let part = tensor.len() / of;
                tensor[index * part..][..part].copy_from_slice(numbers);
            }
            (Stored::TransposedPart { index, of }, [out, width]) => {
                for (o, row) in numbers.chunks_exact(*width).enumerate() {
                    row.iter().enumerate().for_each(|(i, number)| tensor[i * out * of + index * out + o] = *number);
                }
            }
            _ => tensor.copy_from_slice(numbers),
        }
    }

    /// The shape of the checkpoint's tensor, where the node has `shape`: \[out in\] or \[out\].
    fn shape(self, shape: &[usize]) -> Vec<usize> {
        match (self, shape) {
            (Stored::Part { of, .. }, [out, rest @ ..]) => [&[out * of], rest].concat(),
            (Stored::TransposedPart { of, .. }, [out, width]) => vec![*width, out * of],
            _ => shape.to_vec(),
        }
    }

    /// The node's numbers out of the tensor's.
    fn take(self, numbers: Vec<f32>, shape: &[usize]) -> Vec<f32> {
        match (self, shape) {
            (Stored::Part { index, of }, _) => {
                let part = numbers.len() / of;
                numbers[index * part..][..part].to_vec()
            }
            (Stored::TransposedPart { index, of }, [out, width]) => {
                let column = |o: usize| (0..*width).map(move |i| i * out * of + index * out + o);
                (0..*out).flat_map(column).map(|at| numbers[at]).collect()
            }
            _ => numbers,
        }
    }
}

fn to_f32(name: &str, view: &TensorView) -> Result<Vec<f32>> {
    let bytes = view.data();
    let pairs = || bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let numbers: Vec<f32> = match view.dtype() {
        Dtype::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F16 => pairs().map(|bits| f16::from_bits(bits).to_f32()).collect(),
        Dtype::BF16 => pairs().map(|bits| bf16::from_bits(bits).to_f32()).collect(),
        other => return Err(unread(name, other)),
    };
    if numbers.iter().all(|number| number.is_finite()) {
        Ok(numbers)
    } else {
        let name = shown(name);
        Err(Error::Weights(format!("\"{name}\" holds infinities or NaNs; the checkpoint is damaged")))
    }
}

/// Why a file is not readable, in words for the person who chose it. `head` is its beginning, `size` its length in bytes.
fn damaged(file: &str, head: &[u8], size: u64, fault: SafeTensorError) -> Error {
    let claimed = head.first_chunk::<8>().map(|length| u64::from_le_bytes(*length));
    let reason = match (fault, claimed) {
        (_, None) => format!("has only {size} bytes"),
        (SafeTensorError::HeaderTooLarge | SafeTensorError::InvalidHeaderLength, Some(claimed)) => {
            format!("claims a header of {claimed} bytes but has {size} bytes in all")
        }
        (SafeTensorError::MetadataIncompleteBuffer, _) => {
            format!("ends early or has bytes left over: its {size} bytes do not fit its table of contents")
        }
        (fault, _) => format!("has an unreadable table of contents ({})", shown_longer(fault)),
    };
    let file = shown(file);
    Error::Weights(format!("{file} {reason}; it is truncated or not a safetensors file, fetch it again"))
}
