//! `linear` at speed: the sum of `ops::linear`, number for number, in a layout that SIMD can read.
//!
//! Weights lie in panels of [`LANES`] output rows, so that one load brings the same input column of all of them. A block
//! of rows × panels stays in registers while the sum runs over the inputs in order: each output is the same chain of
//! additions as in the plain loop, so a row's bits do not depend on the rows beside it.

const LANES: usize = 8;
/// Rows of x that share one pass over a panel.
const ROWS: usize = 4;
/// Panels that one row of x is multiplied with at a time, where there is no second row to share them.
const WIDE: usize = 4;

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
    for panel in 0..weight.out.div_ceil(LANES) {
        let mut sums = [[0.0f32; LANES]; ROWS];
        for ((((w, x0), x1), x2), x3) in weight.panel(panel).iter().zip(x0).zip(x1).zip(x2).zip(x3) {
            for lane in 0..LANES {
                sums[0][lane] += x0 * w[lane];
                sums[1][lane] += x1 * w[lane];
                sums[2][lane] += x2 * w[lane];
                sums[3][lane] += x3 * w[lane];
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            store(sums, panel, &mut y[row * weight.out..][..weight.out]);
        }
    }
}

fn one_row(x: &[f32], weight: &Panels, y: &mut [f32]) {
    let panels = weight.out.div_ceil(LANES);
    let mut panel = 0;
    while panel + WIDE <= panels {
        let mut sums = [[0.0f32; LANES]; WIDE];
        let (p0, p1) = (weight.panel(panel), weight.panel(panel + 1));
        let (p2, p3) = (weight.panel(panel + 2), weight.panel(panel + 3));
        for ((((x, w0), w1), w2), w3) in x.iter().zip(p0).zip(p1).zip(p2).zip(p3) {
            for lane in 0..LANES {
                sums[0][lane] += x * w0[lane];
                sums[1][lane] += x * w1[lane];
                sums[2][lane] += x * w2[lane];
                sums[3][lane] += x * w3[lane];
            }
        }
        sums.iter().enumerate().for_each(|(i, sums)| store(sums, panel + i, y));
        panel += WIDE;
    }
    for panel in panel..panels {
        let mut sums = [0.0f32; LANES];
        for (x, w) in x.iter().zip(weight.panel(panel)) {
            (0..LANES).for_each(|lane| sums[lane] += x * w[lane]);
        }
        store(&sums, panel, y);
    }
}

/// The last panel may be wider than what is left of the row.
fn store(sums: &[f32; LANES], panel: usize, row: &mut [f32]) {
    let row = &mut row[panel * LANES..];
    let n = row.len().min(LANES);
    row[..n].copy_from_slice(&sums[..n]);
}
