//! `linear` at speed: the sum of `ops::linear`, number for number, in a layout that SIMD can read.
//!
//! Weights lie in panels of [`WIDE`] × [`LANES`] output rows, so that one load brings the same input column of [`LANES`] of them.
//! Sums stay in registers while they run over the inputs in order: each output is the same chain of additions as in the
//! plain loop, so a row's bits do not depend on the rows beside it.
//!
//! The loops are short on purpose. A browser's compiler may move the loads of a turn ahead of its sums, and a longer turn then runs
//! out of registers: with four inputs a turn Chromium 156 was a tenth slower, and an older V8 a third.

use crate::tensor::lanes::{LANES, Lanes};

/// Rows of x that share one pass over a panel.
pub(super) const ROWS: usize = 4;
/// Loads of one input column in a panel: as many sums as hide the time that an addition takes.
const WIDE: usize = 4;

/// One input column of [`WIDE`] × [`LANES`] output rows.
type Column = [[f32; LANES]; WIDE];

/// A weight matrix \[out in\], with `out` padded to whole panels: \[panel in wide lane\].
pub struct Panels {
    data: Vec<Column>,
    width: usize,
    out: usize,
}

impl Panels {
    /// `weight` is \[out in\], `width` its inner length.
    pub fn new(weight: &[f32], width: usize) -> Self {
        let out = weight.len() / width;
        let mut data = vec![[[0.0; LANES]; WIDE]; out.div_ceil(LANES * WIDE) * width];
        for (o, row) in weight.chunks_exact(width).enumerate() {
            for (i, w) in row.iter().enumerate() {
                data[o / (LANES * WIDE) * width + i][o / LANES % WIDE][o % LANES] = *w;
            }
        }
        Panels { data, width, out }
    }

    /// The weight as it came: \[out in\].
    pub fn matrix(&self) -> Vec<f32> {
        let panel = |index: usize| &self.data[index * self.width..][..self.width];
        let row = |o: usize| panel(o / (LANES * WIDE)).iter().map(move |column| column[o / LANES % WIDE][o % LANES]);
        (0..self.out).flat_map(row).collect()
    }
}

/// y\[r, o\] = Σᵢ x\[r, i\] w\[o, i\] (+ b\[o\]).
pub fn multiply(x: &[f32], weight: &Panels, bias: Option<&[f32]>, y: &mut [f32]) {
    let (width, out) = (weight.width, weight.out);
    let mut x_blocks = x.chunks_exact(width * ROWS);
    let mut y_blocks = y.chunks_exact_mut(out * ROWS);
    for (x, y) in x_blocks.by_ref().zip(y_blocks.by_ref()) {
        four_rows(x, weight, y);
    }
    for (x, y) in x_blocks.remainder().chunks_exact(width).zip(y_blocks.into_remainder().chunks_exact_mut(out)) {
        one_row(x, weight, y);
    }
    if let Some(bias) = bias {
        y.chunks_exact_mut(out).for_each(|row| row.iter_mut().zip(bias).for_each(|(y, b)| *y += b));
    }
}

fn four_rows(x: &[f32], weight: &Panels, y: &mut [f32]) {
    let width = weight.width;
    let (x0, x) = x.split_at(width);
    let (x1, x) = x.split_at(width);
    let (x2, x3) = x.split_at(width);
    for (panel, columns) in weight.data.chunks_exact(width).enumerate() {
        for part in 0..WIDE.min((weight.out - panel * LANES * WIDE).div_ceil(LANES)) {
            let mut sums = [Lanes::splat(0.0); ROWS];
            for ((((w, x0), x1), x2), x3) in columns.iter().zip(x0).zip(x1).zip(x2).zip(x3) {
                let w = Lanes::load(&w[part]);
                sums[0] = sums[0].plus_product(w, Lanes::splat(*x0));
                sums[1] = sums[1].plus_product(w, Lanes::splat(*x1));
                sums[2] = sums[2].plus_product(w, Lanes::splat(*x2));
                sums[3] = sums[3].plus_product(w, Lanes::splat(*x3));
            }
            for (row, sums) in sums.iter().enumerate() {
                store(*sums, panel * WIDE + part, &mut y[row * weight.out..][..weight.out]);
            }
        }
    }
}

fn one_row(x: &[f32], weight: &Panels, y: &mut [f32]) {
    for (panel, columns) in weight.data.chunks_exact(weight.width).enumerate() {
        let mut sums = [Lanes::splat(0.0); WIDE];
        for (w, x) in columns.iter().zip(x) {
            let x = Lanes::splat(*x);
            sums[0] = sums[0].plus_product(Lanes::load(&w[0]), x);
            sums[1] = sums[1].plus_product(Lanes::load(&w[1]), x);
            sums[2] = sums[2].plus_product(Lanes::load(&w[2]), x);
            sums[3] = sums[3].plus_product(Lanes::load(&w[3]), x);
        }
        for (part, sums) in sums.iter().enumerate() {
            if (panel * WIDE + part) * LANES < weight.out {
                store(*sums, panel * WIDE + part, y);
            }
        }
    }
}

/// The last panel may be wider than what is left of the row.
fn store(sums: Lanes, part: usize, row: &mut [f32]) {
    let row = &mut row[part * LANES..];
    match row.first_chunk_mut() {
        Some(row) => sums.store(row),
        None => row.copy_from_slice(&sums.to_array()[..row.len()]),
    }
}
