//! The inner loops: a few rows of a with one panel of b, the sums in registers.
//!
//! The loops are short on purpose. A browser's compiler may move the loads of a turn ahead of its sums, and a longer turn then runs out of registers: with
//! four inputs a turn Chromium 156 was a tenth slower, and an older V8 a third. It takes addresses as they are written, so a turn computes few. What concerns
//! each row is written out, because a build for size unrolls no loop.

use std::array::from_fn;
use std::ops::Range;

use super::pack::{COLUMNS, Line, Panels, WIDE};
use super::{BLOCK, Skip, Target, View};
use crate::tensor::lanes::{LANES, Lanes, kernel};

/// What a block is multiplied from: rows of a from `row` on, lines of a panel, and the panel's place in c.
pub(super) struct Part<'a> {
    /// Begins with row `first`, at the number that meets the first of the lines.
    pub a: View<'a>,
    pub first: usize,
    /// Numbers from a block of rows to the next.
    pub step: usize,
    pub b: &'a [Line],
    /// Where these lines are in the inner axis.
    pub deep: &'a Range<usize>,
    pub skip: Skip,
    pub row: usize,
    /// Of c.
    pub column: usize,
    /// Columns of c.
    pub width: usize,
}

/// `R` rows of a with a panel; `part` goes on to the rows behind them.
#[inline(always)]
pub(super) fn few_rows<L: Lanes, const R: usize>(part: &mut Part, c: &mut Target) {
    let Part { a, first, step, b, deep, skip, row, column, width } = *part;
    part.row += R;
    let lines = skip.lines(row..row + R, deep);
    if lines.is_empty() {
        return;
    }
    let add = skip.adds(row, deep, c.into);
    let skipped = lines.start - deep.start;
    let b = &b[skipped..][..lines.len()];
    let start = &a.numbers[(row - first) / BLOCK * step + (row - first) % BLOCK * a.row + skipped * a.column..];
    let mut wide = 0;
    while wide < WIDE && column + wide * LANES < width {
        let column = column + wide * LANES;
        if L::WIDE == 2 && WIDE == 2 {
            let mut sums = [[L::splat(0.0); 2]; R];
            if add {
                load(&mut sums, c, row, column, width);
            }
            return store(sum::<L, R, 2>(start, [a.row, a.column], b, 0, sums), c, row, column, width);
        }
        let mut sums = [[L::splat(0.0)]; R];
        if add {
            load(&mut sums, c, row, column, width);
        }
        store(sum::<L, R, 1>(start, [a.row, a.column], b, wide, sums), c, row, column, width);
        wide += 1;
    }
}

/// sums\[i\] += Σₖ a\[i, k\] b\[k\], where either the rows or the columns of a are contiguous.
#[inline(always)]
fn sum<L: Lanes, const R: usize, const W: usize>(
    a: &[f32],
    strides: [usize; 2],
    b: &[Line],
    wide: usize,
    mut sums: [[L; W]; R],
) -> [[L; W]; R] {
    let [row, column] = strides;
    assert!((R - 1) * row + (b.len() - 1) * column < a.len() && wide + W <= WIDE);
    macro_rules! rows {
        ($x:expr, $line:expr, $($i:literal)+) => {
            let first = L::load(&$line[wide]);
            let second = if W > 1 { L::load(&$line[wide + 1]) } else { first };
            $(
                if $i < R {
                    let x = L::splat($x($i));
                    sums[$i][0] = sums[$i][0].plus_product(first, x);
                    if W > 1 {
                        sums[$i][W - 1] = sums[$i][W - 1].plus_product(second, x);
                    }
                }
            )+
        };
    }
    if row == 1 {
        let mut at = a.as_ptr();
        for line in b {
            // SAFETY: `a` holds the last row's number for the last line, as was just asked.
            rows!(|i| unsafe { *at.add(i) }, line, 0 1 2 3 4 5);
            at = at.wrapping_add(column);
        }
    } else {
        let rows: [*const f32; R] = from_fn(|i| a[i * row..].as_ptr());
        for (k, line) in b.iter().enumerate() {
            // SAFETY: as above.
            rows!(|i: usize| unsafe { *rows[i].add(k) }, line, 0 1 2 3 4 5);
        }
    }
    sums
}

#[inline(always)]
fn load<L: Lanes, const R: usize, const W: usize>(sums: &mut [[L; W]; R], c: &Target, row: usize, column: usize, width: usize) {
    for (i, sums) in sums.iter_mut().enumerate() {
        let numbers = &c.numbers[(row + i) * c.step + column..];
        for (part, sums) in sums.iter_mut().enumerate() {
            let left = (width - column).saturating_sub(part * LANES).min(LANES);
            if left == LANES {
                *sums = L::load(numbers[part * LANES..].first_chunk().expect("a vector is left"));
            } else if left > 0 {
                let mut padded = [0.0; LANES];
                padded[..left].copy_from_slice(&numbers[part * LANES..][..left]);
                *sums = L::load(&padded);
            }
        }
    }
}

#[inline(always)]
fn store<L: Lanes, const R: usize, const W: usize>(sums: [[L; W]; R], c: &mut Target, row: usize, column: usize, width: usize) {
    for (i, sums) in sums.into_iter().enumerate() {
        let numbers = &mut c.numbers[(row + i) * c.step + column..];
        for (part, sums) in sums.into_iter().enumerate() {
            let left = (width - column).saturating_sub(part * LANES).min(LANES);
            if left == LANES {
                sums.store(numbers[part * LANES..].first_chunk_mut().expect("a vector is left"));
            } else if left > 0 {
                numbers[part * LANES..][..left].copy_from_slice(&sums.to_array()[..left]);
            }
        }
    }
}

/// Panels that one row is multiplied with at once: as many sums as hide the time that an addition takes.
const MANY: usize = 4;

kernel! {
    /// One row of a, from its first number to its last, with all of these panels.
    pub(super) fn one_row<L>(a: &[f32], b: &Panels, panels: Range<usize>, c: &mut [f32]) {
        let all = 0..a.len();
        let mut panel = panels.start;
        while panel < panels.end {
            let c = &mut c[panel * COLUMNS..b.width];
            if panel + MANY <= panels.end {
                let lines = [0, 1, 2, 3].map(|i| b.lines(panel + i, &all));
                row::<L, MANY>(a, lines, c);
                panel += MANY;
            } else {
                row::<L, 1>(a, [b.lines(panel, &all)], c);
                panel += 1;
            }
        }
    }
}

#[inline(always)]
fn row<L: Lanes, const N: usize>(a: &[f32], panels: [&[Line]; N], c: &mut [f32]) {
    let mut sums = [[L::splat(0.0); WIDE]; N];
    assert!(
        panels[0].len() == a.len()
            && panels[N - 1].len() == a.len()
            && (N < 4 || panels[1].len() == a.len() && panels[2].len() == a.len())
    );
    for (k, x) in a.iter().enumerate() {
        let x = L::splat(*x);
        macro_rules! panels {
            ($($i:literal)+) => {$(
                if $i < N {
                    // SAFETY: every panel has as many lines as `a` has numbers.
                    let line = unsafe { panels[$i].get_unchecked(k) };
                    sums[$i][0] = sums[$i][0].plus_product(L::load(&line[0]), x);
                    if WIDE > 1 {
                        sums[$i][WIDE - 1] = sums[$i][WIDE - 1].plus_product(L::load(&line[WIDE - 1]), x);
                    }
                }
            )+};
        }
        panels!(0 1 2 3);
    }
    for (part, sums) in sums.as_flattened().iter().enumerate() {
        let Some(left) = c.len().checked_sub(part * LANES).filter(|left| *left > 0) else { break };
        match c[part * LANES..].first_chunk_mut() {
            Some(c) => sums.store(c),
            None => c[part * LANES..].copy_from_slice(&sums.to_array()[..left]),
        }
    }
}
