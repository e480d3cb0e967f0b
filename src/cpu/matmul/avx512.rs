//! The inner loops of the product with AVX-512: a line of a panel is one register, and the sums of eight rows with two panels are sixteen of the 32 registers.
//!
//! A number is the same chain of additions as with AVX2 and FMA, to the bit.

use std::arch::x86_64::*;
use std::ops::Range;

use super::pack::{COLUMNS, Line, Panels};
use super::{Skip, Target, View};

/// Rows that are multiplied at once: as many sums as hide the time that an addition takes, with one panel as well.
pub(super) const ROWS: usize = 8;

/// Whether this machine has AVX-512.
pub(super) fn is_there() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
}

/// As `super::strip`.
#[allow(clippy::too_many_arguments)]
pub(super) fn strip(
    a: View,
    step: usize,
    rows: Range<usize>,
    b: &Panels,
    panels: Range<usize>,
    deep: Range<usize>,
    skip: Skip,
    c: &mut Target,
) {
    assert!(is_there());
    // SAFETY: the machine has AVX-512, as was just asked.
    unsafe { all_panels(a, step, rows, b, panels, deep, skip, c) }
}

#[allow(clippy::too_many_arguments)]
#[target_feature(enable = "avx512f")]
fn all_panels(
    a: View,
    step: usize,
    rows: Range<usize>,
    b: &Panels,
    panels: Range<usize>,
    deep: Range<usize>,
    skip: Skip,
    c: &mut Target,
) {
    for panel in panels.clone().step_by(2) {
        let place = Place { column: panel * COLUMNS, width: b.width, deep: &deep, skip };
        if panel + 1 < panels.end {
            all_rows(a, step, rows.clone(), [b.lines(panel, &deep), b.lines(panel + 1, &deep)], &place, c);
        } else {
            all_rows(a, step, rows.clone(), [b.lines(panel, &deep)], &place, c);
        }
    }
}

/// Where the sums belong in c.
struct Place<'a> {
    column: usize,
    /// Columns of c.
    width: usize,
    /// Where the lines are in the inner axis.
    deep: &'a Range<usize>,
    skip: Skip,
}

#[target_feature(enable = "avx512f")]
fn all_rows<const P: usize>(a: View, step: usize, rows: Range<usize>, b: [&[Line]; P], place: &Place, c: &mut Target) {
    let mut row = place.skip.first_row(&rows, place.column, ROWS);
    while row < rows.end {
        let start = &a.numbers[(row - rows.start) / ROWS * step + (row - rows.start) % ROWS * a.row..];
        row += match rows.end - row {
            ROWS.. => few_rows::<ROWS, P>(start, a, b, row, place, c),
            4.. => few_rows::<4, P>(start, a, b, row, place, c),
            2.. => few_rows::<2, P>(start, a, b, row, place, c),
            _ => few_rows::<1, P>(start, a, b, row, place, c),
        };
    }
}

/// `R` rows with `P` panels; `R`.
#[target_feature(enable = "avx512f")]
fn few_rows<const R: usize, const P: usize>(
    start: &[f32],
    a: View,
    b: [&[Line]; P],
    row: usize,
    place: &Place,
    c: &mut Target,
) -> usize {
    let lines = place.skip.lines(row..row + R, place.deep);
    if lines.is_empty() {
        return R;
    }
    let skipped = lines.start - place.deep.start;
    let (start, b) = (&start[skipped * a.column..], b.map(|b| &b[skipped..][..lines.len()]));
    let add = place.skip.adds(row, place.deep, c.into);
    let step = c.step;
    let c = &mut c.numbers[row * step + place.column..];
    let left = |panel: usize| (place.width - place.column - panel * COLUMNS).min(COLUMNS);
    let mask = |panel: usize| (((1u32 << left(panel)) - 1) & 0xffff) as __mmask16;
    assert!((R - 1) * step + (P - 1) * COLUMNS + left(P - 1) <= c.len());
    let mut sums = [[_mm512_setzero_ps(); P]; R];
    if add {
        for (i, sums) in sums.iter_mut().enumerate() {
            for (panel, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the row has as many numbers here as the mask has bits, as was just asked of the last of them.
                *sum = unsafe { _mm512_maskz_loadu_ps(mask(panel), c.as_ptr().add(i * step + panel * COLUMNS)) };
            }
        }
    }
    let sums = if a.column == 1 { sum(start, a.row, 1, b, sums) } else { sum(start, 1, a.column, b, sums) };
    for (i, sums) in sums.into_iter().enumerate() {
        for (panel, sum) in sums.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { _mm512_mask_storeu_ps(c.as_mut_ptr().add(i * step + panel * COLUMNS), mask(panel), sum) };
        }
    }
    R
}

/// sums\[i\] += Σₖ a\[i, k\] b\[k\].
#[target_feature(enable = "avx512f")]
#[inline]
fn sum<const R: usize, const P: usize>(
    a: &[f32],
    row: usize,
    column: usize,
    b: [&[Line]; P],
    mut sums: [[__m512; P]; R],
) -> [[__m512; P]; R] {
    let depth = b[0].len();
    assert!(depth > 0 && (R - 1) * row + (depth - 1) * column < a.len() && b[P - 1].len() == depth);
    for k in 0..depth {
        let mut lines = [_mm512_setzero_ps(); P];
        for (line, b) in lines.iter_mut().zip(&b) {
            // SAFETY: every panel has as many lines; a line is sixteen numbers.
            *line = unsafe { _mm512_loadu_ps(b.as_ptr().add(k).cast()) };
        }
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `a` holds the last row's number for the last line, as was asked.
            let x = _mm512_set1_ps(unsafe { *a.get_unchecked(i * row + k * column) });
            for (sum, line) in sums.iter_mut().zip(&lines) {
                *sum = _mm512_fmadd_ps(*line, x, *sum);
            }
        }
    }
    sums
}
