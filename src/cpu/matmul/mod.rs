//! One matrix product at speed, c = a · b, for all of them: `linear` and its gradients, and the products of an attention.
//!
//! b lies in panels ([`Panels`]). A panel stays in the first-level cache while all rows of a pass by, some at a time (`block.rs`). Where an inner axis is
//! longer than [`DEPTH`], it is cut, and c holds the sums in between. Each number of c is one chain of additions in the order of the inner axis, whatever
//! lies beside it: a row's bits depend neither on the other rows nor on their number.
//!
//! Measured on an AMD EPYC (Zen 3), one thread: see `benches/step.rs`.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod block;
mod skip;
mod pack;

use std::ops::Range;

use crate::tensor::lanes::kernel;
use block::{Part, few_rows, one_row};
pub use pack::{COLUMNS, Panels};
pub use skip::{Skip, TOGETHER};

/// Rows of a that are multiplied at once. With AVX2 the sums of six rows, two vectors each, fill the sixteen registers, and so they do in wasm with relaxed SIMD: in
/// Chromium 156, at 2048 × 128 × 128, 40 GFLOP/s against 37 with four rows. Where a product needs a register before it is added, four rows were faster: 32 against 24.
const BLOCK: usize = if cfg!(all(target_arch = "wasm32", not(target_feature = "relaxed-simd"))) { 4 } else { 6 };
/// Steps of the inner axis between two visits to c: a panel of so many lines fits into the first-level cache.
const DEPTH: usize = 256;
/// Rows of a between two visits to a panel: so many fit into the second-level cache. A multiple of [`BLOCK`] and of eight.
const TALL: usize = 96;
/// Panels for which a copy of such rows of a pays, where their numbers lie far apart.
const WORTH_A_COPY: usize = 4;

/// Where the numbers of a matrix lie: number (i, j) at `i * row + j * column` of `numbers`.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub numbers: &'a [f32],
    pub row: usize,
    pub column: usize,
}

impl<'a> View<'a> {
    /// Rows of so many numbers, one after another.
    pub fn rows(numbers: &'a [f32], width: usize) -> Self {
        View { numbers, row: width, column: 1 }
    }

    pub fn transposed(self) -> Self {
        View { row: self.column, column: self.row, ..self }
    }

    fn last(&self, rows: usize, columns: usize) -> usize {
        (rows - 1) * self.row + (columns - 1) * self.column
    }
}

/// What happens to the numbers that c holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Into {
    /// They are written over.
    Fresh,
    /// The products are added to them.
    Sum,
}

/// Rows of numbers that are written, `step` from one row to the next.
pub struct Target<'a> {
    pub numbers: &'a mut [f32],
    pub step: usize,
    pub into: Into,
}

/// c\[i, j\] = Σₖ a\[i, k\] b\[k, j\] for the first `rows` rows of a and the columns of these panels of b. Either the rows or the columns of a are contiguous.
pub fn multiply(a: View, rows: usize, b: &Panels, panels: Range<usize>, skip: Skip, c: &mut Target) {
    if rows == 0 || b.depth == 0 || panels.is_empty() {
        return;
    }
    assert!(a.row == 1 || a.column == 1, "rows or columns of a are contiguous");
    assert!(a.last(rows, b.depth) < a.numbers.len() && panels.end <= b.count(), "a and b hold what is multiplied");
    if rows == 1 && a.column == 1 && c.into == Into::Fresh {
        return one_row(&a.numbers[..b.depth], b, panels, c.numbers);
    }
    by_rows(rows_at_once(), a, rows, b, panels, skip, c);
}

/// Multiplies so many rows at once.
fn by_rows(block: usize, a: View, rows: usize, b: &Panels, panels: Range<usize>, skip: Skip, c: &mut Target) {
    // Columns of a that lie far apart are copied side by side: the first-level cache holds them then, and so they are read once for all panels.
    let mut copy = if a.column > 1 && panels.len() >= WORTH_A_COPY { vec![0.0; TALL * DEPTH.min(b.depth)] } else { vec![] };
    for depth in (0..b.depth).step_by(DEPTH) {
        let deep = depth..(depth + DEPTH).min(b.depth);
        for first in (0..rows).step_by(TALL) {
            let tall = first..(first + TALL).min(rows);
            let numbers = &a.numbers[first * a.row + depth * a.column..];
            let (a, step) = if copy.is_empty() {
                (View { numbers, ..a }, block * a.row)
            } else {
                match block {
                    BLOCK => by_blocks::<BLOCK>(numbers, a.column, tall.len(), deep.len(), &mut copy),
                    _ => by_blocks::<8>(numbers, a.column, tall.len(), deep.len(), &mut copy),
                }
                (View { numbers: &copy, row: 1, column: block }, block * deep.len())
            };
            #[cfg(target_arch = "x86_64")]
            if block == avx512::ROWS {
                avx512::strip(a, step, tall, b, panels.clone(), deep.clone(), skip, c);
                continue;
            }
            strip(a, step, tall, b, panels.clone(), deep.clone(), skip, c);
        }
    }
}

/// Rows of a that this machine multiplies at once.
fn rows_at_once() -> usize {
    #[cfg(target_arch = "x86_64")]
    if avx512::is_there() {
        return avx512::ROWS;
    }
    BLOCK
}

/// Copies columns of `rows` numbers, `column` from one to the next, as blocks of `N` rows: \[block column row\]. A few blocks at a time: so what is read of a
/// column are whole lines of the cache.
fn by_blocks<const N: usize>(numbers: &[f32], column: usize, rows: usize, columns: usize, to: &mut [f32]) {
    let at_once = 48 / N;
    for (group, to) in to.chunks_mut(at_once * N * columns).take(rows.div_ceil(at_once * N)).enumerate() {
        let first = group * at_once * N;
        let count = (rows - first).min(at_once * N);
        for (k, numbers) in numbers[first..].chunks(column).take(columns).enumerate() {
            let (whole, rest) = numbers[..count].as_chunks::<N>();
            for (block, numbers) in whole.iter().enumerate() {
                to[(block * columns + k) * N..][..N].copy_from_slice(numbers);
            }
            if !rest.is_empty() {
                to[(whole.len() * columns + k) * N..][..rest.len()].copy_from_slice(rest);
            }
        }
    }
}

kernel! {
    /// Some rows with all of these panels, over a part of the inner axis. `a` begins with the first of these rows and of this part;
    /// from a block of rows to the next are `step` numbers.
    fn strip<L>(a: View, step: usize, rows: Range<usize>, b: &Panels, panels: Range<usize>, deep: Range<usize>, skip: Skip, c: &mut Target) {
        for panel in panels {
            let column = panel * COLUMNS;
            let row = skip.first_row(&rows, column, BLOCK);
            let mut part = Part { a, step, first: rows.start, b: b.lines(panel, &deep), deep: &deep, skip, row, column, width: b.width };
            while part.row + BLOCK <= rows.end {
                few_rows::<L, BLOCK>(&mut part, c);
            }
            if BLOCK > 4 && part.row + 4 <= rows.end {
                few_rows::<L, 4>(&mut part, c);
            }
            if part.row + 2 <= rows.end {
                few_rows::<L, 2>(&mut part, c);
            }
            if part.row < rows.end {
                few_rows::<L, 1>(&mut part, c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0).collect()
    }

    /// As the formula says it, in f64.
    fn plain(a: View, b: View, [rows, depth, width]: [usize; 3]) -> Vec<f32> {
        let at = |view: &View, i: usize, j: usize| f64::from(view.numbers[i * view.row + j * view.column]);
        let cell = |i: usize, j: usize| (0..depth).map(|k| at(&a, i, k) * at(&b, k, j)).sum::<f64>() as f32;
        (0..rows).flat_map(|i| (0..width).map(move |j| cell(i, j))).collect()
    }

    #[test]
    fn products_of_every_shape_and_layout() {
        for [rows, depth, width] in [[1, 5, 3], [1, 300, 70], [2, 1, 1], [7, 33, 17], [13, 600, 40], [101, 16, 9], [200, 257, 33]]
        {
            let (left, right) = (numbers(rows * depth, 1), numbers(depth * width, 2));
            for a in [View::rows(&left, depth), View { numbers: &left, row: 1, column: rows }] {
                for b in [View::rows(&right, width), View::rows(&right, depth).transposed()] {
                    let mut panels = Panels::default();
                    panels.fill(b, depth, width, 1.0);
                    let want = plain(a, b, [rows, depth, width]);
                    let close = |found: &[f32], times: f32| {
                        for (found, want) in found.iter().zip(&want) {
                            assert!(
                                (found - times * want).abs() <= 1e-5 * times * want.abs().max(1.0),
                                "{rows} × {depth} × {width}: {found}, {want}"
                            );
                        }
                    };
                    let mut c = vec![f32::NAN; rows * width];
                    multiply(
                        a,
                        rows,
                        &panels,
                        0..panels.count(),
                        Skip::Nothing,
                        &mut Target { numbers: &mut c, step: width, into: Into::Fresh },
                    );
                    close(&c, 1.0);
                    multiply(
                        a,
                        rows,
                        &panels,
                        0..panels.count(),
                        Skip::Nothing,
                        &mut Target { numbers: &mut c, step: width, into: Into::Sum },
                    );
                    close(&c, 2.0);
                }
            }
        }
    }

    #[test]
    fn what_is_left_out_changes_no_bit() {
        for (n, width) in [(1, 3), (8, 16), (31, 16), (50, 40), (130, 7), (300, 33)] {
            let right = numbers(n * width, 8);
            let square = |keep: fn(usize, usize) -> bool| -> Vec<f32> {
                numbers(n * n, 9).into_iter().enumerate().map(|(at, x)| if keep(at / n, at % n) { x } else { 0.0 }).collect()
            };
            let (lower, all) = (square(|i, j| j <= i), square(|_, _| true));
            let mut panels = Panels::default();
            let product = |a: View, panels: &Panels, skip: Skip, block: usize, width: usize| {
                let mut c = vec![7.0; n * width];
                for into in [Into::Fresh, Into::Sum] {
                    let mut c = Target { numbers: &mut c, step: width, into };
                    by_rows(block, a, n, panels, 0..panels.count(), skip, &mut c);
                }
                c
            };
            for block in [BLOCK, rows_at_once()] {
                panels.fill(View::rows(&right, width), n, width, 1.0);
                let a = View::rows(&lower, n);
                for (a, skip) in [(a, Skip::UpperOfA), (a.transposed(), Skip::LowerOfA)] {
                    let found = product(a, &panels, skip, block, width);
                    assert_eq!(found, product(a, &panels, Skip::Nothing, block, width), "{n} × {width}");
                }
                panels.fill(View::rows(&right, width).transposed(), width, n, 1.0);
                let a = View { numbers: &all, row: width, column: 1 };
                if n < width {
                    continue; // too few numbers for rows of that length
                }
                let [half, whole] = [Skip::UpperOfC, Skip::Nothing].map(|skip| product(a, &panels, skip, block, n));
                for (row, (half, whole)) in half.chunks_exact(n).zip(whole.chunks_exact(n)).enumerate() {
                    let end = n.min(row / 8 * 8 + 8);
                    assert_eq!(half[..end], whole[..end], "{n} × {width}, row {row}");
                }
                assert!(n < 50 || half[n - 1] == 7.0, "the future is left out");
            }
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn every_kind_of_vectors_makes_the_same_bits() {
        for [rows, depth, width] in [[7, 33, 17], [37, 600, 40], [101, 16, 9], [200, 257, 48]] {
            let (left, right) = (numbers(rows * depth, 6), numbers(depth * width, 7));
            let mut panels = Panels::default();
            panels.fill(View::rows(&right, width), depth, width, 1.0);
            for a in [View::rows(&left, depth), View { numbers: &left, row: 1, column: rows }] {
                let [first, second] = [BLOCK, rows_at_once()].map(|block| {
                    let mut c = vec![f32::NAN; rows * width];
                    for into in [Into::Fresh, Into::Sum] {
                        by_rows(
                            block,
                            a,
                            rows,
                            &panels,
                            0..panels.count(),
                            Skip::Nothing,
                            &mut Target { numbers: &mut c, step: width, into },
                        );
                    }
                    c
                });
                assert_eq!(first, second, "{rows} × {depth} × {width}");
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_alone_and_among_others() {
        let [rows, depth, width] = [111, 515, 83];
        let (left, right) = (numbers(rows * depth, 3), numbers(depth * width, 4));
        let mut panels = Panels::default();
        panels.fill(View::rows(&right, depth).transposed(), depth, width, 1.0);
        let mut all = vec![0.0; rows * width];
        fn target(numbers: &mut [f32]) -> Target<'_> {
            Target { numbers, step: 83, into: Into::Fresh }
        }
        multiply(View::rows(&left, depth), rows, &panels, 0..panels.count(), Skip::Nothing, &mut target(&mut all));
        for (x, y) in left.chunks_exact(depth).zip(all.chunks_exact(width)) {
            let mut alone = vec![0.0; width];
            multiply(View::rows(x, depth), 1, &panels, 0..panels.count(), Skip::Nothing, &mut target(&mut alone));
            assert_eq!(alone, y);
        }
    }

    #[test]
    fn panels_give_the_matrix_back() {
        let matrix = numbers(37 * 21, 5);
        let mut panels = Panels::default();
        panels.fill(View::rows(&matrix, 21).transposed(), 21, 37, 1.0);
        assert_eq!(panels.transposed(), matrix);
    }
}
