//! Functions of eight numbers at once, without branches or calls, so that SIMD computes them side by side.

use super::Lanes;

/// ln 2 in two parts: a whole number times the first is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// 1 / n! for n from 7 down to 0.
const SERIES: [f32; 8] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
/// Just above the logarithm of the smallest normal number. A power of less would be computed as one of those below the normal numbers, which take a processor a
/// hundred times as long; half the scores of a causal attention are masked.
const LOWEST: f32 = -87.33;
/// Just above where 2¹²⁸ is the nearest power.
const HIGHEST: f32 = 88.5;
/// A number of this size has no binary places: the sum of it and x ends in ⌊x⌉, to even, in its last bits.
pub(super) const WHOLE: f32 = 12_582_912.0; // 1.5 · 2²³

/// eˣ for x < 88.3, to 2e-7 of itself, and ∞ from 88.4 on: 2ⁿ · eʳ with n = ⌊x / ln 2⌉, and eʳ by its series up to r⁷. Below the smallest normal
/// number it is 0. A NaN stays one.
#[inline(always)]
pub fn exp<L: Lanes>(x: L) -> L {
    let lowest = L::splat(LOWEST);
    let x = x.at_least(lowest).at_most(L::splat(HIGHEST));
    let last_bits = L::splat(WHOLE).plus_product(x, L::splat(std::f32::consts::LOG2_E));
    let n = last_bits.minus(L::splat(WHOLE));
    let r = x.plus_product(n, L::splat(-LN_2[0])).plus_product(n, L::splat(-LN_2[1]));
    polynomial(&SERIES, r).times(last_bits.power_of_two()).zero_where_at_most(x, lowest)
}

/// A polynomial by Horner's rule, its highest term first.
#[inline(always)]
fn polynomial<L: Lanes, const N: usize>(terms: &[f32; N], x: L) -> L {
    let mut sum = L::splat(terms[0]);
    for term in &terms[1..] {
        sum = L::splat(*term).plus_product(sum, x);
    }
    sum
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoids<L: Lanes>(x: L) -> L {
    let one = L::splat(1.0);
    one.over(one.plus(exp(L::splat(0.0).minus(x))))
}

/// The same of one number.
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Φ(x), the probability of a normal deviate below x, to 1e-7, and φ(x), its density: Abramowitz & Stegun 1964, 7.1.26.
#[inline(always)]
pub fn normal<L: Lanes>(x: L) -> (L, L) {
    const P: f32 = 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2;
    const TERMS: [f32; 5] = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    const ONE_OVER_SQRT_2_PI: f32 = 0.398_942_3;
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    let size = x.at_least(zero.minus(x));
    let t = one.over(one.plus_product(L::splat(P), size));
    let series = polynomial(&TERMS, t).times(t);
    let power = exp(x.times(x).times(L::splat(-0.5)));
    let tail = series.times(power).times(L::splat(0.5));
    (x.if_at_most(zero, tail, one.minus(tail)), power.times(L::splat(ONE_OVER_SQRT_2_PI)))
}

#[cfg(test)]
mod tests {
    use super::super::{kernel, map};
    use super::*;

    kernel! {
        fn exps<L>(x: &[f32], out: &mut [f32]) {
            map::<L>(x, out, 0.0, exp)
        }
        fn all_sigmoids<L>(x: &[f32], out: &mut [f32]) {
            map::<L>(x, out, 0.0, sigmoids)
        }
        fn probabilities<L>(x: &[f32], out: &mut [f32]) {
            map::<L>(x, out, 0.0, |x| normal(x).0)
        }
        fn densities<L>(x: &[f32], out: &mut [f32]) {
            map::<L>(x, out, 0.0, |x| normal(x).1)
        }
    }

    fn of(f: fn(&[f32], &mut [f32]), x: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; x.len()];
        f(x, &mut out);
        out
    }

    #[test]
    fn exp_is_close_everywhere() {
        let x: Vec<f32> = (0..100_000).map(|step| 87.0 * (step as f32 / 50_000.0 - 1.0)).collect();
        for (x, found) in x.iter().zip(of(exps, &x)) {
            let exact = (*x as f64).exp();
            assert!((found as f64 - exact).abs() <= 2e-7 * exact, "{x}: {found} is not {exact}");
        }
        let edges = of(exps, &[0.0, -1.0e30, -200.0, f32::NEG_INFINITY, f32::INFINITY, f32::NAN]);
        assert_eq!(edges[..5], [1.0, 0.0, 0.0, 0.0, f32::INFINITY]);
        assert!(edges[5].is_nan());
    }

    #[test]
    fn sigmoid_and_normal_are_close_everywhere() {
        let x: Vec<f32> = (0..20_000).map(|step| step as f32 / 500.0 - 20.0).collect();
        for (x, found) in x.iter().zip(of(all_sigmoids, &x)) {
            let exact = 1.0 / (1.0 + (-*x as f64).exp());
            assert!((found as f64 - exact).abs() <= 4e-7 * exact, "{x}: {found} is not {exact}");
        }
        for ((x, below), density) in x.iter().zip(of(probabilities, &x)).zip(of(densities, &x)) {
            let exact = 0.5 * libm::erfc(-(*x as f64) * std::f64::consts::FRAC_1_SQRT_2);
            assert!((below as f64 - exact).abs() <= 2e-7, "{x}: {below} is not {exact}");
            let exact = (-0.5 * (*x as f64).powi(2)).exp() / (2.0 * std::f64::consts::PI).sqrt();
            assert!((density as f64 - exact).abs() <= 1e-7, "{x}: {density} is not {exact}");
        }
        assert!(of(all_sigmoids, &[f32::NAN])[0].is_nan() && of(probabilities, &[f32::NAN])[0].is_nan());
    }
}
