//! `linear` at speed: the sum of `ops::linear`, number for number, in a layout that SIMD can read.
//!
//! Weights lie in panels of [`LANES`] output rows, so that one load brings the same input column of all of them. A block
//! of rows × panels stays in registers while the sum runs over the inputs in order: each output is the same chain of
//! additions as in the plain loop, so a row's bits do not depend on the rows beside it.

use crate::tensor::lanes::{LANES, Lanes};

/// Rows of x that share one pass over a panel.
const ROWS: usize = 4;
/// Panels that one row of x is multiplied with at a time, where there is no second row to share them.
const WIDE: usize = 4;
/// Inputs of one turn of the loops, written out: built for size, a compiler does not do it.
const UNROLL: usize = 4;

/// A weight matrix \[out in\], with `out` padded to whole panels: \[panel in lane\].
pub struct Panels {
    data: Vec<[f32; LANES]>,
    width: usize,
    out: usize,
}

impl Panels {
    /// `weight` is \[out in\], `width` its inner length.
    pub fn new(weight: &[f32], width: usize) -> Self {
        let out = weight.len() / width;
        let mut data = vec![[0.0; LANES]; out.div_ceil(LANES) * width];
        for (o, row) in weight.chunks_exact(width).enumerate() {
            for (i, w) in row.iter().enumerate() {
                data[o / LANES * width + i][o % LANES] = *w;
            }
        }
        Panels { data, width, out }
    }

    fn panel(&self, index: usize) -> &[[f32; LANES]] {
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
    for panel in 0..weight.out.div_ceil(LANES) {
        let mut sums = [Lanes::splat(0.0); ROWS];
        let (w, w_rest) = weight.panel(panel).as_chunks::<UNROLL>();
        for ((((w, x0), x1), x2), x3) in w.iter().zip(x0).zip(x1).zip(x2).zip(x3) {
            rows_step(&mut sums, &w[0], [x0[0], x1[0], x2[0], x3[0]]);
            rows_step(&mut sums, &w[1], [x0[1], x1[1], x2[1], x3[1]]);
            rows_step(&mut sums, &w[2], [x0[2], x1[2], x2[2], x3[2]]);
            rows_step(&mut sums, &w[3], [x0[3], x1[3], x2[3], x3[3]]);
        }
        for (i, w) in w_rest.iter().enumerate() {
            rows_step(&mut sums, w, [r0[i], r1[i], r2[i], r3[i]]);
        }
        for (row, sums) in sums.iter().enumerate() {
            store(*sums, panel, &mut y[row * weight.out..][..weight.out]);
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
    let panels = weight.out.div_ceil(LANES);
    let (x_fours, x_rest) = x.as_chunks::<UNROLL>();
    let mut panel = 0;
    while panel + WIDE <= panels {
        let mut sums = [Lanes::splat(0.0); WIDE];
        let [(p0, r0), (p1, r1), (p2, r2), (p3, r3)] = [0, 1, 2, 3].map(|i| weight.panel(panel + i).as_chunks::<UNROLL>());
        for ((((x, w0), w1), w2), w3) in x_fours.iter().zip(p0).zip(p1).zip(p2).zip(p3) {
            panels_step(&mut sums, x[0], [&w0[0], &w1[0], &w2[0], &w3[0]]);
            panels_step(&mut sums, x[1], [&w0[1], &w1[1], &w2[1], &w3[1]]);
            panels_step(&mut sums, x[2], [&w0[2], &w1[2], &w2[2], &w3[2]]);
            panels_step(&mut sums, x[3], [&w0[3], &w1[3], &w2[3], &w3[3]]);
        }
        for (i, x) in x_rest.iter().enumerate() {
            panels_step(&mut sums, *x, [&r0[i], &r1[i], &r2[i], &r3[i]]);
        }
        sums.iter().enumerate().for_each(|(i, sums)| store(*sums, panel + i, y));
        panel += WIDE;
    }
    for panel in panel..panels {
        let mut sums = Lanes::splat(0.0);
        for (x, w) in x.iter().zip(weight.panel(panel)) {
            sums = sums.plus_product(Lanes::load(w), Lanes::splat(*x));
        }
        store(sums, panel, y);
    }
}

/// One number of a row, times its column of four panels.
#[inline(always)]
fn panels_step(sums: &mut [Lanes; WIDE], x: f32, w: [&[f32; LANES]; WIDE]) {
    let x = Lanes::splat(x);
    sums[0] = sums[0].plus_product(Lanes::load(w[0]), x);
    sums[1] = sums[1].plus_product(Lanes::load(w[1]), x);
    sums[2] = sums[2].plus_product(Lanes::load(w[2]), x);
    sums[3] = sums[3].plus_product(Lanes::load(w[3]), x);
}

/// The last panel may be wider than what is left of the row.
fn store(sums: Lanes, panel: usize, row: &mut [f32]) {
    let row = &mut row[panel * LANES..];
    let n = row.len().min(LANES);
    row[..n].copy_from_slice(&sums.to_array()[..n]);
}
