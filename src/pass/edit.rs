//! `edit`: x\[j\] = v, x\[j\] · v or x\[j\] + v, at the places j that a reader chose, as soon as x is computed and before anything reads it.
//!
//! x \[…\], v one number, one for each place, another node of the same shape, whose number at the same place is taken, or the mask of dropout. `shaders/edit.wgsl` is its twin on a GPU. Not an op: it changes a node, and is none.

use super::dropped::Dropped;
use crate::graph::NodeId;
use crate::ops::{Dispatch, groups};

/// Some numbers of one computed node, changed in a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub node: NodeId,
    /// For each axis of the node, the indices that are meant, each once.
    pub at: Vec<Vec<usize>>,
    pub change: Change,
    pub with: Values,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One number for all places, or one for each: in the order of the axes, the last varying fastest.
    Numbers(Vec<f32>),
    /// Those of a node that the pass computes before, of the same shape, at the same places.
    Node(NodeId),
    /// 0 where a number is dropped, and what keeps the mean elsewhere.
    Dropped(Dropped),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Set,
    Scale,
    Add,
}

impl Change {
    pub fn of(self, x: f32, value: f32) -> f32 {
        match self {
            Change::Set => value,
            Change::Scale => x * value,
            Change::Add => x + value,
        }
    }
}

impl Edit {
    /// The node whose numbers it takes.
    pub fn source(&self) -> Option<NodeId> {
        match self.with {
            Values::Node(id) => Some(id),
            Values::Numbers(_) | Values::Dropped(_) => None,
        }
    }

    /// The reference: `x` are the node's numbers, of this shape, and `source` those of the node that it takes from, where there is one.
    pub fn cpu(&self, shape: &[usize], x: &mut [f32], source: &[f32]) {
        let columns = self.columns();
        for (row, start) in self.rows(shape).into_iter().enumerate() {
            for (column, at) in columns.iter().enumerate() {
                let value = match &self.with {
                    Values::Numbers(values) => values[if values.len() == 1 { 0 } else { row * columns.len() + column }],
                    Values::Node(_) => source[start + at],
                    Values::Dropped(dropped) => dropped.at(start + at),
                };
                let x = &mut x[start + at];
                *x = self.change.of(*x, value);
            }
        }
    }

    /// What this makes of the gradient that runs back through the node, as an edit of the node that holds it: where a number is set, nothing comes back; where
    /// it is scaled, so is its gradient; where one is added, the gradient stays as it is.
    pub fn derivative(&self, gradient: NodeId) -> Option<Edit> {
        let with = match self.change {
            Change::Set => Values::Numbers(vec![0.0]),
            Change::Scale => self.with.clone(),
            Change::Add => return None,
        };
        Some(Edit { node: gradient, at: self.at.clone(), change: Change::Scale, with })
    }

    /// Zeros everywhere but at its places, as edits of another node of the same shape.
    pub fn elsewhere(&self, node: NodeId, shape: &[usize]) -> Vec<Edit> {
        let all: Vec<Vec<usize>> = shape.iter().map(|n| (0..*n).collect()).collect();
        let mut edits = vec![];
        for (axis, chosen) in self.at.iter().enumerate() {
            let mut at = all.clone();
            at[axis].retain(|index| !chosen.contains(index));
            if !at[axis].is_empty() {
                edits.push(Edit { node, at, change: Change::Set, with: Values::Numbers(vec![0.0]) });
            }
        }
        edits
    }

    /// The launch, and what its first input holds: where the rows begin, then the places within a row.
    pub fn dispatch(&self, shape: &[usize]) -> (Dispatch, Vec<u32>) {
        let (rows, columns) = (self.rows(shape), self.columns());
        let count = rows.len() * columns.len();
        let (each, dropped) = match &self.with {
            Values::Numbers(values) => ((values.len() > 1) as usize, [0; 5]),
            Values::Node(_) => (2, [0; 5]),
            Values::Dropped(dropped) => (3, dropped.params()),
        };
        let sizes = [count, rows.len(), columns.len(), self.change as usize, each].map(|n| n as u32);
        let params = [sizes, dropped].concat();
        let places = rows.iter().chain(columns).map(|&place| place as u32).collect();
        (Dispatch { shader: "edit", params, groups: groups(count, 64) }, places)
    }

    /// The chosen places along the last axis.
    fn columns(&self) -> &[usize] {
        self.at.last().map_or(&[], Vec::as_slice)
    }

    fn rows(&self, shape: &[usize]) -> Vec<usize> {
        rows(shape, &self.at)
    }
}

/// Where the chosen rows of the last axis begin: `at` has the indices that are meant on each axis of a tensor.
pub fn rows(shape: &[usize], at: &[Vec<usize>]) -> Vec<usize> {
    let mut starts = vec![0];
    for (axis, n) in shape.iter().enumerate() {
        let mut next = vec![];
        for start in starts {
            match at.get(axis + 1) {
                Some(_) => at[axis].iter().for_each(|index| next.push(start * n + index)),
                None => next.push(start * n),
            }
        }
        starts = next;
    }
    starts
}
