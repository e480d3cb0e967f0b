//! Whole inputs: one text or several in a pass, and passes that differ by their interventions alone.

use std::cmp::Reverse;
use std::slice;

use web_time::Instant;

use super::engine::{Engine, assemble};
use super::input::{Input, Prompt};
use crate::capture::{Aims, Extent, Intervention, Trace, select};
use crate::error::Result;
use crate::graph::{Dim, Graph, Lens, NodeId, Stage};
use crate::pass::{Read, Rows, rows};
use crate::tensor::Tensor;

impl Engine {
    /// One pass over a whole input.
    pub async fn run(&mut self, input: &Input, capture: &[String]) -> Result<Trace> {
        self.run_with(input, capture, &[]).await
    }

    /// The same, with some hooks changed on the way.
    pub async fn run_with(&mut self, input: &Input, capture: &[String], interventions: &[Intervention]) -> Result<Trace> {
        Ok(self.run_each(input, capture, interventions, &[vec![]]).await?.remove(0))
    }

    /// A pass for each of these variants: each has interventions of its own behind the common ones.
    pub async fn run_each(
        &mut self,
        input: &Input,
        capture: &[String],
        common: &[Intervention],
        variants: &[Vec<Intervention>],
    ) -> Result<Vec<Trace>> {
        Ok(self.run_all(slice::from_ref(input), capture, common, variants).await?.into_iter().flatten().collect())
    }

    /// Several texts in one pass: a trace for each, of its own lengths, as if it had been read alone. In an intervention the axis `batch` counts them.
    pub async fn run_batch(
        &mut self,
        inputs: &[Input],
        capture: &[String],
        interventions: &[Intervention],
    ) -> Result<Vec<Trace>> {
        Ok(self.run_all(inputs, capture, interventions, &[vec![]]).await?.remove(0))
    }

    /// A pass over all texts for each variant, and of each pass a trace for each text. Shorter texts are padded on the right. What the variants have in common is computed
    /// once: the one that changes the latest node is a whole pass, and each other one begins at the first node that it changes.
    ///
    /// # Errors
    /// No text, or one that the model cannot read; a hook that is not there; interventions that do not fit, or after which numbers are no longer finite.
    pub async fn run_all(
        &mut self,
        inputs: &[Input],
        capture: &[String],
        common: &[Intervention],
        variants: &[Vec<Intervention>],
    ) -> Result<Vec<Vec<Trace>>> {
        let mut prompts = inputs.iter().map(|input| input.prompt(&self.model)).collect::<Result<Vec<Prompt>>>()?;
        let own = prompts.iter().map(|prompt| prompt.lens()).collect::<Vec<Lens>>();
        let longest = |length: fn(&Lens) -> usize| own.iter().map(length).max().unwrap_or(0);
        let (source, target) = (longest(|lens| lens.source), longest(|lens| lens.target));
        prompts.iter_mut().for_each(|prompt| prompt.pad(source, target, self.model.special.pad));
        let prompts: Vec<&Prompt> = prompts.iter().collect();
        let new: Vec<&[u32]> = prompts.iter().map(|prompt| &prompt.target.ids[..]).collect();

        let heads =
            self.model.outputs.iter().map(|&node| Read { name: self.graph().node(node).name.clone(), node, rows: Rows::All });
        let mut reads: Vec<Read> = heads.collect();
        let n_heads = reads.len();
        reads.extend(select(self.graph(), capture, &[Stage::Source, Stage::Target])?);
        let mut ordered = vec![];
        for (place, variant) in variants.iter().enumerate() {
            let first = Aims::find(self.graph(), variant, Extent::Whole)?.first().unwrap_or(NodeId(usize::MAX));
            ordered.push((first, place, Aims::find(self.graph(), &[common, variant].concat(), Extent::Whole)?));
        }
        // The latest first: then all that comes before the next one's first change is as it would be without one.
        ordered.sort_by_key(|(first, ..)| Reverse(*first));
        let mut traces: Vec<Vec<Trace>> = variants.iter().map(|_| vec![]).collect();
        let mut turn = Instant::now();
        for (done, (first, place, aims)) in ordered.iter().enumerate() {
            self.device.rest(&mut turn, done, ordered.len()).await?;
            let mut pass = assemble(&self.model, &self.limits, &prompts, &new, 0, reads.clone())?;
            pass.from = (done > 0).then_some(*first);
            let tensors = self.compute(None, pass, aims).await?;
            traces[*place] = match &own[..] {
                [_] => vec![trace(tensors, n_heads)],
                several => {
                    let of_text = |(text, lens): (usize, &Lens)| {
                        let cut =
                            reads.iter().zip(&tensors).map(|(read, tensor)| cut(self.graph(), read.node, tensor, text, lens));
                        trace(cut.collect(), n_heads)
                    };
                    several.iter().enumerate().map(of_text).collect()
                }
            };
        }
        Ok(traces)
    }
}

fn trace(mut tensors: Vec<Tensor>, n_heads: usize) -> Trace {
    let activations = tensors.split_off(n_heads);
    Trace { logits: tensors, activations }
}

/// What belongs to one text of a batch, without its padding.
fn cut(graph: &Graph, node: NodeId, tensor: &Tensor, text: usize, lens: &Lens) -> Tensor {
    let of_axis = |dim: &Dim| if *dim == Dim::Batch { vec![text] } else { (0..dim.at(lens)).collect() };
    let at: Vec<Vec<usize>> = graph.node(node).dims.iter().map(of_axis).collect();
    let columns = at.last().map_or(&[][..], Vec::as_slice);
    let numbers =
        rows(&tensor.shape, &at).into_iter().flat_map(|row| columns.iter().map(move |column| tensor.data[row + column]));
    Tensor {
        name: tensor.name.clone(),
        axes: tensor.axes.clone(),
        shape: at.iter().map(Vec::len).collect(),
        data: numbers.collect(),
    }
}
