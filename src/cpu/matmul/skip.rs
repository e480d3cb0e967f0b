//! Halves of a product that are not computed, because a causal mask closes them.

use std::ops::Range;

use super::Into;

/// What is left out of a product of square matrices whose rows and columns are positions of one text. A block of rows is computed as far as its longest row
/// needs; what its other rows read there must be zeros.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    Nothing,
    /// c right of the diagonal: nobody reads it. Each row is computed to the end of eight columns at least.
    UpperOfC,
    /// a right of the diagonal: zeros.
    UpperOfA,
    /// a left of the diagonal: zeros.
    LowerOfA,
}

/// Rows of a whose zeros are read together, or a multiple of them.
pub const TOGETHER: usize = 24;

impl Skip {
    /// The first row of a strip that meets this column of c, to a block of rows.
    pub(super) fn first_row(self, rows: &Range<usize>, column: usize, block: usize) -> usize {
        let skipped = if self == Skip::UpperOfC { column.saturating_sub(rows.start) / block * block } else { 0 };
        (rows.start + skipped).min(rows.end)
    }

    /// What of the inner axis meets rows of a.
    #[inline(always)]
    pub(super) fn lines(self, rows: Range<usize>, deep: &Range<usize>) -> Range<usize> {
        match self {
            Skip::UpperOfA => deep.start..rows.end.clamp(deep.start, deep.end),
            Skip::LowerOfA => rows.start.clamp(deep.start, deep.end)..deep.end,
            Skip::Nothing | Skip::UpperOfC => deep.clone(),
        }
    }

    /// Whether c holds the sum of earlier parts of the inner axis, for a block of rows from this one on.
    #[inline(always)]
    pub(super) fn adds(self, row: usize, deep: &Range<usize>, into: Into) -> bool {
        into == Into::Sum || deep.start > if self == Skip::LowerOfA { row } else { 0 }
    }
}
