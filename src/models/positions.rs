//! Where tokens stand, as numbers for the graph.

use crate::graph::NodeId;

/// How a model learns where a token stands, where the graph cannot tell by itself.
#[derive(Clone, Debug)]
pub enum Positions {
    /// Rows of a table: 0, 1, 2, …
    Counted { node: NodeId },
    /// RoBERTa's: tokens count from `pad` + 1, padding stays at `pad`.
    AfterPadding { node: NodeId, pad: u32 },
    /// Angles for `rope`: position × frequency, in radians for each pair of a head's numbers.
    Rotary { node: NodeId, frequencies: Vec<f32> },
}

impl Positions {
    /// The input node that the numbers are for.
    pub fn node(&self) -> NodeId {
        match self {
            Positions::Counted { node } | Positions::AfterPadding { node, .. } | Positions::Rotary { node, .. } => *node,
        }
    }

    /// The node's numbers for these rows of ids, whose tokens stand at `places`.
    pub fn numbers(&self, rows: &[&[u32]], places: &[u32]) -> Vec<f32> {
        match self {
            Positions::Counted { .. } => rows.iter().flat_map(|_| places.iter().map(|place| *place as f32)).collect(),
            Positions::AfterPadding { pad, .. } => rows.iter().flat_map(|row| after_padding(row, *pad)).collect(),
            Positions::Rotary { frequencies, .. } => places.iter().flat_map(|place| rotations(*place, frequencies)).collect(),
        }
    }
}

/// RoBERTa's positions (fairseq's `make_positions`): tokens count on from `pad`, padding stays at `pad`.
fn after_padding(row: &[u32], pad: u32) -> Vec<f32> {
    let mut tokens = 0;
    let place = |id: &u32| {
        tokens += (*id != pad) as u32;
        pad.saturating_add(if *id == pad { 0 } else { tokens }) as f32
    };
    row.iter().map(place).collect()
}

/// The cosines of a position's angles, then their sines. Angles are products in f32, as the reference computes them.
fn rotations(position: u32, frequencies: &[f32]) -> Vec<f32> {
    let angles = || frequencies.iter().map(move |frequency| (position as f32 * frequency) as f64);
    angles().map(|angle| angle.cos() as f32).chain(angles().map(|angle| angle.sin() as f32)).collect()
}
