//! Eight f32 side by side. In wasm, SIMD by name: the module is built for size, where a compiler does not look for it itself.

/// Numbers in one [`Lanes`].
pub const LANES: usize = 8;

#[cfg(target_arch = "wasm32")]
mod simd {
    use std::arch::wasm32::*;

    use super::{LN_2, LOWEST, SERIES};

    #[derive(Clone, Copy)]
    pub struct Lanes([v128; 2]);

    impl Lanes {
        #[inline(always)]
        pub fn splat(x: f32) -> Self {
            Lanes([f32x4_splat(x); 2])
        }

        #[inline(always)]
        pub fn load(x: &[f32; 8]) -> Self {
            let at: *const v128 = x.as_ptr().cast();
            // SAFETY: eight f32 are two v128, and these loads take any alignment.
            Lanes(unsafe { [v128_load(at), v128_load(at.add(1))] })
        }

        #[inline(always)]
        pub fn store(self, x: &mut [f32; 8]) {
            let at: *mut v128 = x.as_mut_ptr().cast();
            // SAFETY: eight f32 are two v128, and these stores take any alignment.
            unsafe {
                v128_store(at, self.0[0]);
                v128_store(at.add(1), self.0[1]);
            }
        }

        #[inline(always)]
        pub fn to_array(self) -> [f32; 8] {
            let mut array = [0.0; 8];
            self.store(&mut array);
            array
        }

        #[inline(always)]
        fn zip(self, y: Lanes, f: impl Fn(v128, v128) -> v128) -> Self {
            Lanes([f(self.0[0], y.0[0]), f(self.0[1], y.0[1])])
        }

        #[inline(always)]
        pub fn plus(self, y: Lanes) -> Self {
            self.zip(y, |x, y| f32x4_add(x, y))
        }

        #[inline(always)]
        pub fn over(self, y: Lanes) -> Self {
            self.zip(y, |x, y| f32x4_div(x, y))
        }

        #[inline(always)]
        pub fn max(self, y: Lanes) -> Self {
            self.zip(y, |x, y| f32x4_max(x, y))
        }

        /// self + x · y, in two roundings.
        #[inline(always)]
        pub fn plus_product(self, x: Lanes, y: Lanes) -> Self {
            Lanes([f32x4_add(self.0[0], f32x4_mul(x.0[0], y.0[0])), f32x4_add(self.0[1], f32x4_mul(x.0[1], y.0[1]))])
        }

        /// By halves: few additions wait for one another.
        #[inline(always)]
        pub fn sum(self) -> f32 {
            let fours = f32x4_add(self.0[0], self.0[1]);
            let twos = f32x4_add(fours, i32x4_shuffle::<2, 3, 0, 1>(fours, fours));
            f32x4_extract_lane::<0>(twos) + f32x4_extract_lane::<1>(twos)
        }

        /// [`super::exp`] of each.
        #[inline(always)]
        pub fn exp(self) -> Self {
            Lanes([exp(self.0[0]), exp(self.0[1])])
        }
    }

    #[inline(always)]
    fn exp(x: v128) -> v128 {
        let x = f32x4_pmax(x, f32x4_splat(LOWEST)); // a NaN stays one
        let n = f32x4_nearest(f32x4_mul(x, f32x4_splat(std::f32::consts::LOG2_E)));
        let r = f32x4_sub(f32x4_sub(x, f32x4_mul(n, f32x4_splat(LN_2[0]))), f32x4_mul(n, f32x4_splat(LN_2[1])));
        let first = f32x4_splat(SERIES[0]);
        let series = SERIES[1..].iter().fold(first, |sum, term| f32x4_add(f32x4_mul(sum, r), f32x4_splat(*term)));
        let power = i32x4_shl(i32x4_add(i32x4_trunc_sat_f32x4(n), i32x4_splat(127)), 23);
        v128_andnot(f32x4_mul(series, power), f32x4_le(x, f32x4_splat(LOWEST)))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod simd {
    use std::array::from_fn;

    #[derive(Clone, Copy)]
    pub struct Lanes([f32; 8]);

    impl Lanes {
        #[inline(always)]
        pub fn splat(x: f32) -> Self {
            Lanes([x; 8])
        }

        #[inline(always)]
        pub fn load(x: &[f32; 8]) -> Self {
            Lanes(*x)
        }

        #[inline(always)]
        pub fn to_array(self) -> [f32; 8] {
            self.0
        }

        #[inline(always)]
        pub fn store(self, x: &mut [f32; 8]) {
            *x = self.0;
        }

        /// self + x · y, in two roundings.
        #[inline(always)]
        pub fn plus_product(self, x: Lanes, y: Lanes) -> Self {
            Lanes(from_fn(|lane| self.0[lane] + x.0[lane] * y.0[lane]))
        }

        #[inline(always)]
        pub fn plus(self, y: Lanes) -> Self {
            Lanes(from_fn(|lane| self.0[lane] + y.0[lane]))
        }

        #[inline(always)]
        pub fn over(self, y: Lanes) -> Self {
            Lanes(from_fn(|lane| self.0[lane] / y.0[lane]))
        }

        #[inline(always)]
        pub fn max(self, y: Lanes) -> Self {
            Lanes(from_fn(|lane| self.0[lane].max(y.0[lane])))
        }

        /// By halves: few additions wait for one another.
        #[inline(always)]
        pub fn sum(self) -> f32 {
            let [a, b, c, d, e, f, g, h] = self.0;
            ((a + e) + (c + g)) + ((b + f) + (d + h))
        }

        /// [`super::exp`] of each.
        #[inline(always)]
        pub fn exp(self) -> Self {
            Lanes(self.0.map(super::exp))
        }
    }
}

pub use simd::Lanes;

/// `out` = f(x), eight at a time; behind the last number `f` sees `filler`. So a row's sums do not depend on how many masked
/// numbers stand behind it.
#[inline(always)]
pub fn map(x: &[f32], out: &mut [f32], filler: f32, mut f: impl FnMut(Lanes) -> Lanes) {
    let ((x, x_rest), (out, out_rest)) = (x.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    for (x, out) in x.iter().zip(out) {
        f(Lanes::load(x)).store(out);
    }
    if !x_rest.is_empty() {
        out_rest.copy_from_slice(&f(Lanes::load(&padded(x_rest, filler))).to_array()[..x_rest.len()]);
    }
}

/// The same where nothing is kept: calls `f` with eight numbers at a time.
#[inline(always)]
pub fn each(x: &[f32], filler: f32, mut f: impl FnMut(Lanes)) {
    let (x, rest) = x.as_chunks::<LANES>();
    x.iter().for_each(|x| f(Lanes::load(x)));
    if !rest.is_empty() {
        f(Lanes::load(&padded(rest, filler)));
    }
}

/// The greatest of `x`, or `least` where all are below it.
pub fn max(x: &[f32], least: f32) -> f32 {
    let mut most = Lanes::splat(least);
    each(x, least, |x| most = most.max(x));
    most.to_array().into_iter().fold(least, f32::max)
}

fn padded(rest: &[f32], filler: f32) -> [f32; LANES] {
    let mut numbers = [filler; LANES];
    numbers[..rest.len()].copy_from_slice(rest);
    numbers
}

/// ln 2 in two parts: a whole number times the first is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// 1 / n! for n from 7 down to 0.
const SERIES: [f32; 8] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
/// Where 2ⁿ is the smallest normal number.
const LOWEST: f32 = -126.0 * LN_2[0];

/// eˣ for x ≤ 0, to 2e-7 of itself: 2ⁿ · eʳ with n = ⌊x / ln 2⌉, and eʳ by its series up to r⁷. Without branches or calls, so
/// that SIMD computes several at a time; below the smallest normal number it gives 0.
pub fn exp(x: f32) -> f32 {
    let x = if x < LOWEST { LOWEST } else { x }; // a NaN stays one, and is seen
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    let series = SERIES[1..].iter().fold(SERIES[0], |sum, term| sum * r + term);
    let power = f32::from_bits(((n as i32 + 127) as u32) << 23);
    if x <= LOWEST { 0.0 } else { series * power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_everywhere() {
        for step in 0..100_000 {
            let x = -87.0 * step as f32 / 100_000.0;
            let exact = (x as f64).exp();
            assert!((exp(x) as f64 - exact).abs() <= 2e-7 * exact, "{x}: {} is not {exact}", exp(x));
        }
        assert!(exp(f32::NAN).is_nan());
        assert_eq!([exp(0.0), exp(-1.0e30), exp(-200.0)], [1.0, 0.0, 0.0]);
    }

    #[test]
    fn what_is_left_of_eight_is_filled_up() {
        let x: Vec<f32> = (0..19).map(|n| n as f32).collect();
        let (mut out, mut sum) = (vec![0.0; 19], Lanes::splat(0.0));
        map(&x, &mut out, 100.0, |x| {
            sum = sum.plus(x);
            x.plus(Lanes::splat(1.0))
        });
        assert_eq!(out, (1..20).map(|n| n as f32).collect::<Vec<_>>());
        assert_eq!(sum.sum(), 171.0 + 5.0 * 100.0);
        assert_eq!(max(&x, -1.0), 18.0);
    }
}
