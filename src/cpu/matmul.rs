//! `linear` at speed: the sum of `ops::linear`, number for number, in a layout that SIMD can read.
//!
//! Weights lie in panels of [`WIDE`] × [`LANES`] output rows, so that one load brings the same input column of [`LANES`] of them.
//! Sums stay in registers while they run over the inputs in order: each output is the same chain of additions as in the
//! plain loop, so a row's bits do not depend on the rows beside it.

use crate::tensor::lanes::{LANES, Lanes};

/// Rows of x that share one pass over a panel.
const ROWS: usize = 4;
/// Loads of one input column in a panel. One row of x is multiplied with two panels at a time: what memory brings fastest.
const WIDE: usize = 2;
/// Inputs of one turn of the loops, written out: built for size, a compiler does not do it.
const UNROLL: usize = 4;

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
        let row = |o: usize| self.panel(o / (LANES * WIDE)).iter().map(move |column| column[o / LANES % WIDE][o % LANES]);
        (0..self.out).flat_map(row).collect()
    }

    fn panel(&self, index: usize) -> &[Column] {
        &self.data[index * self.width..][..self.width]
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
    let [(x0, r0), (x1, r1), (x2, r2), (x3, r3)] = [x0, x1, x2, x3].map(|x| x.as_chunks::<UNROLL>());
    for (panel, columns) in weight.data.chunks_exact(width).enumerate() {
        let (w, w_rest) = columns.as_chunks::<UNROLL>();
        for part in 0..WIDE.min((weight.out - panel * LANES * WIDE).div_ceil(LANES)) {
            let mut sums = [Lanes::splat(0.0); ROWS];
            for ((((w, x0), x1), x2), x3) in w.iter().zip(x0).zip(x1).zip(x2).zip(x3) {
                rows_step(&mut sums, &w[0][part], [x0[0], x1[0], x2[0], x3[0]]);
                rows_step(&mut sums, &w[1][part], [x0[1], x1[1], x2[1], x3[1]]);
                rows_step(&mut sums, &w[2][part], [x0[2], x1[2], x2[2], x3[2]]);
                rows_step(&mut sums, &w[3][part], [x0[3], x1[3], x2[3], x3[3]]);
            }
            for (i, w) in w_rest.iter().enumerate() {
                rows_step(&mut sums, &w[part], [r0[i], r1[i], r2[i], r3[i]]);
            }
            for (row, sums) in sums.iter().enumerate() {
                store(*sums, panel * WIDE + part, &mut y[row * weight.out..][..weight.out]);
            }
        }
    }
}

/// One input column of a panel, times that column of four rows.
#[inline(always)]
fn rows_step(sums: &mut [Lanes; ROWS], w: &[f32; LANES], x: [f32; ROWS]) {
    let w = Lanes::load(w);
    sums[0] = sums[0].plus_product(w, Lanes::splat(x[0]));
    sums[1] = sums[1].plus_product(w, Lanes::splat(x[1]));
    sums[2] = sums[2].plus_product(w, Lanes::splat(x[2]));
    sums[3] = sums[3].plus_product(w, Lanes::splat(x[3]));
}

fn one_row(x: &[f32], weight: &Panels, y: &mut [f32]) {
    let (x_fours, x_rest) = x.as_chunks::<UNROLL>();
    let panels = weight.data.len() / weight.width;
    for panel in (0..panels).step_by(2) {
        let second = (panel + 1).min(panels - 1); // an odd last panel twice, the second time for nothing
        let mut sums = [[Lanes::splat(0.0); WIDE]; 2];
        let (w, w_rest) = weight.panel(panel).as_chunks::<UNROLL>();
        let (v, v_rest) = weight.panel(second).as_chunks::<UNROLL>();
        for ((x, w), v) in x_fours.iter().zip(w).zip(v) {
            column_step(&mut sums, x[0], &w[0], &v[0]);
            column_step(&mut sums, x[1], &w[1], &v[1]);
            column_step(&mut sums, x[2], &w[2], &v[2]);
            column_step(&mut sums, x[3], &w[3], &v[3]);
        }
        for ((x, w), v) in x_rest.iter().zip(w_rest).zip(v_rest) {
            column_step(&mut sums, *x, w, v);
        }
        for (part, sums) in sums.as_flattened().iter().enumerate() {
            if (panel * WIDE + part) * LANES < weight.out {
                store(*sums, panel * WIDE + part, y);
            }
        }
    }
}

/// One number of a row, times its column of two panels.
#[inline(always)]
fn column_step(sums: &mut [[Lanes; WIDE]; 2], x: f32, w: &Column, v: &Column) {
    let x = Lanes::splat(x);
    sums[0][0] = sums[0][0].plus_product(Lanes::load(&w[0]), x);
    sums[0][1] = sums[0][1].plus_product(Lanes::load(&w[1]), x);
    sums[1][0] = sums[1][0].plus_product(Lanes::load(&v[0]), x);
    sums[1][1] = sums[1][1].plus_product(Lanes::load(&v[1]), x);
}

/// The last panel may be wider than what is left of the row.
fn store(sums: Lanes, part: usize, row: &mut [f32]) {
    let row = &mut row[part * LANES..];
    match row.first_chunk_mut() {
        Some(row) => sums.store(row),
        None => row.copy_from_slice(&sums.to_array()[..row.len()]),
    }
}
