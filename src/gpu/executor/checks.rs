//! What must hold before a pass is recorded.

use super::{Executor, is_weight};
use crate::error::{Error, Result};
use crate::graph::{Kind, Lens, NodeId, Stage};
use crate::pass::Pass;
use crate::tensor::size;

impl Executor {
    /// Every input of the stages is there, as long as it should be.
    pub(super) fn complete(&self, pass: &Pass) -> Result<()> {
        for (index, node) in self.graph.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Input) {
            let want = size(&node.shape(&pass.lens));
            match pass.inputs.get(NodeId(index)) {
                Some(data) if data.len() != want => {
                    return Err(Error::Input(format!("\"{}\" has {} numbers; these lengths want {want}", node.name, data.len())));
                }
                None if pass.computes(&self.graph, NodeId(index)) => {
                    return Err(Error::Input(format!("\"{}\" is missing", node.name)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What the pass looks back at was computed, at the same lengths.
    pub(super) fn follows(&self, pass: &Pass) -> Result<()> {
        let Lens { batch, past, .. } = pass.lens;
        if past > 0 {
            let (tokens, sequences) = self.last.target.map_or((0, batch), |last| (last.past + last.target, last.batch));
            if past > tokens || batch != sequences {
                let message =
                    format!("a step after {past} tokens of {batch} sequences cannot follow {tokens} tokens of {sequences}");
                return Err(Error::Input(message));
            }
        }
        self.last.reorder.check()?;

        let lengths = |lens: &Lens| (lens.batch, lens.source);
        let same_source = self.last.source.as_ref().is_some_and(|source| lengths(source) == lengths(&pass.lens));
        let runs = |stage| pass.stages.contains(&stage);
        if self.crosses && runs(Stage::Target) && !runs(Stage::Source) && !same_source {
            return Err(Error::Input("a step of the decoder needs its source to be read first, at the same lengths".into()));
        }
        for read in &pass.reads {
            let node = self.graph.node(read.node);
            // What the source computed is there until another text's source is read; what the text keeps stays.
            let there = self.last.source_pass == self.source_passes || self.kept.contains(&read.node);
            let kept = is_weight(node) || (node.stage == Stage::Source && same_source && there);
            if !runs(node.stage) && !kept {
                return Err(Error::Input(format!("\"{}\" is not computed by this pass or the one before", read.name)));
            }
        }
        Ok(())
    }
}
