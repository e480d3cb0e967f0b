//! A snapshot as a safetensors file: weights and what the optimizer remembers, under the names of the graph's nodes, in its layout.

use super::{Snapshot, Trainer};
use crate::error::{Error, Result};
use crate::graph::{Kind, Lens, NodeId};
use crate::tensor::Tensor;
use crate::weights::{Checkpoint, safetensors_file};

const FILE: &str = "the snapshot";

impl Trainer {
    /// The file of a snapshot.
    ///
    /// # Errors
    /// None that a snapshot of this trainer can have.
    pub fn packed(&self, snapshot: &Snapshot) -> Result<Vec<u8>> {
        Trainer::packed_together(&[("", self, snapshot)])
    }

    /// The file of snapshots of several trainers at one step, the names of each behind a prefix of its own.
    ///
    /// # Errors
    /// As of [`Trainer::packed`].
    pub fn packed_together(all: &[(&str, &Trainer, &Snapshot)]) -> Result<Vec<u8>> {
        let mut tensors = vec![];
        for (prefix, trainer, snapshot) in all {
            tensors.extend(snapshot.numbers.iter().map(|(id, numbers)| {
                let (name, shape) = (trainer.packed_name(*id), trainer.graph.node(*id).shape(&Lens::ONE));
                Tensor { name: format!("{prefix}{name}"), axes: vec![], shape, data: numbers.clone() }
            }));
        }
        let step = all.first().map_or(0, |(_, _, snapshot)| snapshot.step);
        safetensors_file(FILE, &tensors, &[("step", &step.to_string())])
    }

    /// The snapshot that was packed, of this trainer or another of the same model and optimizer.
    ///
    /// # Errors
    /// A damaged file; a number that is missing or of another shape.
    pub fn unpacked(&self, bytes: &[u8]) -> Result<Snapshot> {
        self.unpacked_from("", bytes)
    }

    /// The same, behind a prefix.
    ///
    /// # Errors
    /// As of [`Trainer::unpacked`].
    pub fn unpacked_from(&self, prefix: &str, bytes: &[u8]) -> Result<Snapshot> {
        let step = Checkpoint::metadata(bytes, "step").and_then(|step| step.parse().ok());
        let step = step
            .ok_or_else(|| Error::Weights("the snapshot is damaged: it does not say after how many steps it was taken".into()))?;
        let tensors = Checkpoint::open(&[(FILE, bytes)])?.tensors()?;
        let fits = |id: NodeId| {
            let (name, shape) = (format!("{prefix}{}", self.packed_name(id)), self.graph.node(id).shape(&Lens::ONE));
            let found = tensors.iter().find(|tensor| tensor.name == name && tensor.shape == shape);
            let missing = || {
                Error::Weights(format!("the snapshot has no \"{name}\" of shape {shape:?}; it is of another model or optimizer"))
            };
            found.map(|tensor| (id, tensor.data.clone())).ok_or_else(missing)
        };
        let nodes = self.graph.weights().chain(self.update.states.iter().copied());
        Ok(Snapshot { step, numbers: nodes.map(fits).collect::<Result<_>>()? })
    }

    /// Several weights may lie in one tensor of a checkpoint and have its name: the number of the node tells them apart.
    fn packed_name(&self, id: NodeId) -> String {
        let node = self.graph.node(id);
        match node.kind {
            Kind::State => node.name.clone(),
            _ => format!("{}.{}", id.0, node.name),
        }
    }
}
