//! `linear`: y\[r, o\] = Σᵢ x\[r, i\] · w\[o, i\] (+ b\[o\]).
//!
//! x \[… in\], w \[out in\], b \[out\] or none → \[… out\]. Trailing axes of x that multiply to `in` count as one (the heads
//! of an attention), and so do those of y that multiply to `out`. The sum runs over i in order, in f32.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// x Wᵀ + b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear;

impl Rule for Linear {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let [out, width] = <[usize; 2]>::try_from(site.shape(1))
            .map_err(|_| Fault { expected: "a weight [out in]".into(), got: site.describe(1) })?;
        let rows = leading(site.shape(0), width);
        expect(rows.is_some(), format!("an input whose last axes hold {width}"), site.describe(0))?;
        expect(leading(site.out.1, out) == rows, format!("{rows:?} rows of {out}"), site.describe_out())?;
        let bias = site.arity() < 3 || site.shape(2) == [out];
        expect(bias, format!("a bias of [{out}]"), if site.arity() > 2 { site.describe(2) } else { String::new() })
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [n_out, width] = [site.shape(1)[0], site.shape(1)[1]];
        for (x, y) in inputs[0].chunks_exact(width).zip(out.chunks_exact_mut(n_out)) {
            for (o, y) in y.iter_mut().enumerate() {
                let w = &inputs[1][o * width..][..width];
                *y = x.iter().zip(w).fold(0.0, |sum, (x, w)| sum + x * w);
                if let Some(bias) = inputs.get(2) {
                    *y += bias[o];
                }
            }
        }
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let [n_out, width] = [site.shape(1)[0], site.shape(1)[1]];
        let rows = size(site.shape(0)) / width;
        let bias = (site.arity() > 2) as usize;
        let by_four = width % 4 == 0;
        let (shader, width, groups) = if profile == Profile::Hardware && rows < FEW_ROWS {
            ("linear_reduce", width, groups(rows * n_out.div_ceil(4), 1))
        } else if profile == Profile::Hardware && rows >= TILE {
            ("linear_tile", width, tiles(rows, n_out))
        } else if by_four && rows < FEW_ROWS {
            ("linear_row", width / 4, groups(rows * n_out.div_ceil(4), 16))
        } else if by_four {
            ("linear_block", width / 4, groups(rows.div_ceil(8) * n_out.div_ceil(4), 16))
        } else {
            ("linear", width, groups(rows * n_out, 64))
        };
        Dispatch { shader, params: [rows, width, n_out, bias].map(|n| n as u32).to_vec(), groups }
    }
}

/// The product of the leading axes, where the trailing ones multiply to `width`.
pub fn leading(shape: &[usize], width: usize) -> Option<usize> {
    let mut product = 1;
    if width == 1 {
        return Some(size(shape)); // a number for each row needs no axis of its own
    }
    for (index, n) in shape.iter().enumerate().rev() {
        product *= n;
        if product == width {
            return Some(size(&shape[..index]));
        }
    }
    None
}

/// Fewer rows than this leave most of a block of 8 idle.
///
/// Measured in GFLOP/s, plain | row | block: 1 × 128 × 3000 on lavapipe 0.6 | 2.3 | 1.0, on SwiftShader 0.25 | 0.8 | 0.3;
/// 12 × 128 × 512 on lavapipe – | 2.0 | 5.8, on SwiftShader 0.3 | 0.8 | 1.5. `linear_reduce` is for GPUs: on lavapipe it
/// makes 0.3. No hardware GPU was there to measure `linear_tile`: the block of registers and the tile in shared memory are what published kernels
/// for such machines have.
pub(super) const FEW_ROWS: usize = 4;

/// The side of a tile that a workgroup computes on hardware. What is smaller leaves most of one idle.
pub(super) const TILE: usize = 32;

/// A workgroup for each tile of a matrix.
pub(super) fn tiles(rows: usize, columns: usize) -> [u32; 3] {
    groups(rows.div_ceil(TILE) * columns.div_ceil(TILE), 1)
}
