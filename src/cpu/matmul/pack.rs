//! A matrix laid out for the multiplication: panels of a few columns, each line of a panel contiguous.

use std::ops::Range;

use super::View;
use crate::tensor::lanes::LANES;

/// Vectors of a panel's line. Two are one load each with AVX2 and on ARM; in wasm eight numbers are two vectors already.
pub(super) const WIDE: usize = if cfg!(target_arch = "wasm32") { 1 } else { 2 };
/// Columns of a panel.
pub const COLUMNS: usize = WIDE * LANES;

/// Panels that are filled at once.
const FILLED: usize = 4;

/// One line of a panel: [`COLUMNS`] numbers of a row of the matrix.
pub(super) type Line = [[f32; LANES]; WIDE];

/// A matrix \[depth width\] as \[panel depth column\]; behind the last column of the last panel are zeros.
#[derive(Default)]
pub struct Panels {
    lines: Vec<Line>,
    pub(super) depth: usize,
    pub(super) width: usize,
}

impl Panels {
    /// Of a weight \[out in\]: its transpose, so that the columns are what comes out.
    pub fn of_weight(weight: &[f32], width: usize) -> Self {
        let mut panels = Panels::default();
        panels.fill(View::rows(weight, width).transposed(), width, weight.len() / width, 1.0);
        panels
    }

    /// Takes other numbers of a weight of the same shape.
    pub fn refill(&mut self, weight: &[f32]) {
        assert_eq!(weight.len(), self.depth * self.width, "a weight keeps its shape");
        self.fill(View::rows(weight, self.depth).transposed(), self.depth, self.width, 1.0);
    }

    /// Takes other numbers: `factor` times the matrix \[depth width\]. Keeps its memory.
    pub fn fill(&mut self, matrix: View, depth: usize, width: usize, factor: f32) {
        (self.depth, self.width) = (depth, width);
        self.lines.resize(width.div_ceil(COLUMNS) * depth, [[0.0; LANES]; WIDE]);
        if depth == 0 || width == 0 {
            return;
        }
        assert!(matrix.last(depth, width) < matrix.numbers.len(), "the matrix holds what is laid out");
        if matrix.column == 1 {
            return self.fill_by_rows(matrix, factor);
        }
        for (panel, lines) in self.lines.chunks_exact_mut(depth).enumerate() {
            let first = panel * COLUMNS;
            let columns = COLUMNS.min(width - first);
            for column in 0..COLUMNS {
                let start = (first + column.min(columns - 1)) * matrix.column;
                let factor = if column < columns { factor } else { 0.0 };
                let numbers = matrix.numbers[start..].iter().step_by(matrix.row);
                lines.iter_mut().zip(numbers).for_each(|(line, from)| line[column / LANES][column % LANES] = from * factor);
            }
        }
    }

    /// Where the numbers of a row lie side by side: a few panels at a time, so that what is read of a row are whole lines of the cache, and few enough
    /// that all the places that are written stay in it.
    fn fill_by_rows(&mut self, matrix: View, factor: f32) {
        let (depth, width) = (self.depth, self.width);
        for (group, lines) in self.lines.chunks_mut(depth * FILLED).enumerate() {
            let first = group * FILLED * COLUMNS;
            let columns = (FILLED * COLUMNS).min(width - first);
            for k in 0..depth {
                let numbers = &matrix.numbers[k * matrix.row + first..][..columns];
                let (whole, rest) = numbers.as_chunks::<COLUMNS>();
                for (panel, numbers) in whole.iter().enumerate() {
                    let line = lines[panel * depth + k].as_flattened_mut();
                    line.copy_from_slice(&numbers.map(|x| x * factor));
                }
                if !rest.is_empty() {
                    let line = lines[whole.len() * depth + k].as_flattened_mut();
                    line.fill(0.0);
                    line.iter_mut().zip(rest).for_each(|(to, from)| *to = from * factor);
                }
            }
        }
    }

    /// The panels that there are.
    pub fn count(&self) -> usize {
        self.width.div_ceil(COLUMNS)
    }

    /// The columns of these panels.
    pub fn columns(&self, panels: &Range<usize>) -> Range<usize> {
        panels.start * COLUMNS..(panels.end * COLUMNS).min(self.width)
    }

    /// A part of the lines of a panel.
    #[inline(always)]
    pub(super) fn lines(&self, panel: usize, deep: &Range<usize>) -> &[Line] {
        &self.lines[panel * self.depth..][deep.clone()]
    }

    /// The matrix as \[width depth\]: of a weight, as it came.
    pub fn transposed(&self) -> Vec<f32> {
        let lines = |column: usize| self.lines[column / COLUMNS * self.depth..][..self.depth].iter();
        let column = |j: usize| lines(j).map(move |line| line[j % COLUMNS / LANES][j % LANES]);
        (0..self.width).flat_map(column).collect()
    }
}
