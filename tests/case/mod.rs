//! One op on one set of inputs.

pub mod activations;
mod backward;
pub mod cases;
mod preference;
mod update;

use diorama::graph::{Dim, Lens};
use diorama::ops::{Op, Site};
use diorama::tensor::{Axis, size};

/// One op on one set of inputs.
pub struct Case {
    pub op: Op,
    pub inputs: Vec<Input>,
    pub axes: Vec<Axis>,
    pub dims: Vec<Dim>,
    pub lens: Lens,
    /// What an appending op holds already, as it came in: [batch, past, …].
    #[allow(dead_code, reason = "the tests of the shaders look at shapes only")]
    pub before: Vec<f32>,
    /// What a person works out; empty where only the devices are compared.
    pub want: Vec<f32>,
}

pub struct Input {
    pub axes: Vec<Axis>,
    pub dims: Vec<Dim>,
    pub data: Vec<f32>,
}

/// An input of this shape, with these numbers.
pub fn given(axes: &[Axis], shape: &[usize], data: impl Into<Vec<f32>>) -> Input {
    let data = data.into();
    assert_eq!(data.len(), size(shape), "the case is wrong");
    Input { axes: axes.to_vec(), dims: shape.iter().map(|&n| Dim::Fixed(n)).collect(), data }
}

/// An input of this shape, with numbers between -`range` and `range` that are the same in every run.
pub fn random(axes: &[Axis], shape: &[usize], range: f32) -> Input {
    let mut state = 0x2545_f491_u32 ^ size(shape) as u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * range
    };
    given(axes, shape, (0..size(shape)).map(next).collect::<Vec<f32>>())
}

pub fn case(op: impl Into<Op>, inputs: Vec<Input>, axes: &[Axis], shape: &[usize]) -> Case {
    let lens = Lens { batch: 1, source: 1, target: 1, past: 0 };
    let dims = shape.iter().map(|&n| Dim::Fixed(n)).collect();
    Case { op: op.into(), inputs, axes: axes.to_vec(), dims, lens, before: vec![], want: vec![] }
}

impl Case {
    pub fn want(mut self, want: &[f32]) -> Self {
        self.want = want.to_vec();
        self
    }
}

/// An op whose output looks like its first input.
pub fn like(op: impl Into<Op>, inputs: Vec<Input>) -> Case {
    let (axes, dims) = (inputs[0].axes.clone(), inputs[0].dims.clone());
    Case { axes, dims, ..case(op, inputs, &[], &[]) }
}

impl Case {
    /// Looks at the shapes around the op.
    pub fn at_site<T>(&self, look: impl FnOnce(&Site) -> T) -> T {
        let at = |dims: &[Dim]| -> Vec<usize> { dims.iter().map(|dim| dim.at(&self.lens)).collect() };
        let shapes: Vec<Vec<usize>> = self.inputs.iter().map(|input| at(&input.dims)).collect();
        let views: Vec<_> = self.inputs.iter().zip(&shapes).map(|(input, shape)| (&input.axes[..], &shape[..])).collect();
        look(&Site { inputs: &views, out: (&self.axes, &at(&self.dims)), past: self.lens.past })
    }
}
