//! All that training changes: taken off a device, put back, and as tensors to be saved.

use super::Trainer;
use crate::device::Device;
use crate::error::{Error, Result};
use crate::graph::{Kind, Lens, NodeId};
use crate::ops::record::NUMBERS;
use crate::tensor::Tensor;
use crate::train::update::named;

/// All that training changes, to go on from.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Steps done.
    pub step: usize,
    /// Weights and the optimizer's states, by their nodes.
    pub(super) numbers: Vec<(NodeId, Vec<f32>)>,
}

/// What is appended to a weight's name where the weight itself lies beside the average that took its place.
const RAW: &str = "raw";

impl Trainer {
    /// All that training changes, as it is now. A step that was found to have gone wrong on the way is told by the next [`Trainer::advance`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn snapshot(&mut self, device: &mut Device) -> Result<Snapshot> {
        self.hear(device).await?;
        let nodes: Vec<NodeId> = self.graph.weights().chain(self.update.states.iter().copied()).collect();
        let numbers = device.numbers(&nodes).await?;
        let numbers = nodes.into_iter().zip(numbers).collect();
        Ok(Snapshot { step: self.done(), numbers })
    }

    /// Goes back to a snapshot, on whatever device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn restore(&mut self, device: &mut Device, snapshot: &Snapshot) -> Result<()> {
        for (id, numbers) in &snapshot.numbers {
            device.renew(*id, numbers.clone())?;
        }
        device.renew(self.update.record, vec![0.0; NUMBERS])?;
        self.go_to(snapshot.step);
        Ok(())
    }

    /// The weights of a snapshot, by node.
    pub fn weights(&self, snapshot: &Snapshot) -> Vec<(NodeId, Vec<f32>)> {
        let weight = |id: NodeId| matches!(self.graph.node(id).kind, Kind::Weight { .. });
        snapshot.numbers.iter().filter(|(id, _)| weight(*id)).cloned().collect()
    }

    /// The same with their averages in the place of the weights that learn, where averages are kept and there was a step.
    pub fn averages(&self, snapshot: &Snapshot) -> Vec<(NodeId, Vec<f32>)> {
        let mut weights = self.weights(snapshot);
        if snapshot.step > 0 {
            for (id, numbers) in &mut weights {
                let state = self.update.averages.iter().find(|(weight, _)| weight == id);
                let average = state.and_then(|(_, state)| snapshot.numbers.iter().find(|(id, _)| id == state));
                average.into_iter().for_each(|(_, average)| numbers.clone_from(average));
            }
        }
        weights
    }

    /// What the optimizer remembers of each weight in a snapshot, in the layout of the graph: `NAME.mean` and `NAME.square` of AdamW, `NAME.momentum` of SGD.
    /// Where averages are kept, also `NAME.average`, and `NAME.raw`, the weight from which training goes on.
    pub fn states(&self, snapshot: &Snapshot) -> Vec<Tensor> {
        let tensor = |(id, numbers): &(NodeId, Vec<f32>)| {
            let node = self.graph.node(*id);
            let raw = self.update.averages.iter().any(|(weight, _)| weight == id);
            let name = if raw { format!("{}.{RAW}", named(node)) } else { node.name.clone() };
            let kept = raw || node.kind == Kind::State;
            let shape = node.shape(&Lens::ONE);
            kept.then(|| Tensor { name, axes: node.axes.clone(), shape, data: numbers.clone() })
        };
        snapshot.numbers.iter().filter_map(tensor).collect()
    }

    /// Goes on from a state that [`Trainer::states`] gave, after `step` steps. Weights that lie there beside their averages are taken over, too.
    ///
    /// # Errors
    /// A state that is missing, of another shape, or not finite; [`Error::DeviceLost`].
    pub fn resume(&mut self, device: &mut Device, step: usize, states: &[Tensor]) -> Result<()> {
        let sound = |state: &&Tensor| state.data.iter().all(|number| number.is_finite());
        let found = |name: &str, id: NodeId| {
            let shape = self.graph.node(id).shape(&Lens::ONE);
            states.iter().find(|state| state.name == name && state.shape == shape)
        };
        let missing = |name: &str| {
            Error::Weights(format!(
                "the optimizer's state of \"{name}\" is missing, misshapen or not finite; go on with the settings that it was written with, or remove optimizer.safetensors to begin anew"
            ))
        };
        let mut renewed = vec![];
        for id in &self.update.states {
            let name = &self.graph.node(*id).name;
            renewed.push((*id, found(name, *id).filter(sound).ok_or_else(|| missing(name))?));
        }
        for id in &self.update.learning {
            let name = format!("{}.{RAW}", named(self.graph.node(*id)));
            if let Some(raw) = found(&name, *id) {
                renewed.push((*id, Some(raw).filter(sound).ok_or_else(|| missing(&name))?));
            }
        }
        for (id, state) in renewed {
            device.renew(id, state.data.clone())?;
        }
        self.go_to(step);
        Ok(())
    }
}
