//! Eight f32 side by side, in the vectors of the machine: [`kernel!`] compiles a function for each kind of them and takes the best one at run time.
//!
//! In wasm SIMD is used by name, because the module is built for size, where a compiler does not look for it itself.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod functions;
#[cfg(not(target_arch = "wasm32"))]
mod plain;
#[cfg(target_arch = "wasm32")]
mod simd128;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
pub use functions::{exp, normal, sigmoid, sigmoids};
#[cfg(not(target_arch = "wasm32"))]
pub use plain::Plain as Usual;
#[cfg(target_arch = "wasm32")]
pub use simd128::Simd128 as Usual;

/// Numbers in one [`Lanes`].
pub const LANES: usize = 8;

/// Eight f32 side by side. [`Usual`] exists on every machine of the target.
pub trait Lanes: Copy {
    /// Vectors of a kernel's block that fit beside one another into the registers, for six rows: 2 where a vector register holds all eight numbers.
    const WIDE: usize;

    fn splat(x: f32) -> Self;
    fn load(x: &[f32; LANES]) -> Self;
    fn store(self, x: &mut [f32; LANES]);
    fn plus(self, y: Self) -> Self;
    fn minus(self, y: Self) -> Self;
    fn times(self, y: Self) -> Self;
    fn over(self, y: Self) -> Self;
    /// self + x · y, in one rounding where the machine has such an instruction, otherwise in two.
    fn plus_product(self, x: Self, y: Self) -> Self;
    /// The greater of both; a NaN in `self` stays.
    fn at_least(self, bound: Self) -> Self;
    /// The smaller of both; a NaN in `self` stays.
    fn at_most(self, bound: Self) -> Self;
    /// `then` where self ≤ bound, elsewhere (also for a NaN) `otherwise`.
    fn if_at_most(self, bound: Self, then: Self, otherwise: Self) -> Self;
    /// `self` where x > bound and where x is a NaN, elsewhere 0.
    fn zero_where_at_most(self, x: Self, bound: Self) -> Self;
    /// 2ⁿ of the numbers 1.5 · 2²³ + n with whole n from −126 to 127; of 128, ∞.
    fn power_of_two(self) -> Self;
    /// The sum by halves: few additions wait for one another.
    fn sum(self) -> f32;

    #[inline(always)]
    fn to_array(self) -> [f32; LANES] {
        let mut array = [0.0; LANES];
        self.store(&mut array);
        array
    }
}

/// Whether this machine has the vectors of [`Avx2`].
#[cfg(target_arch = "x86_64")]
pub fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

/// Declares functions over a kind of lanes, each compiled for every kind that the target may have: `kernel! { fn name<L>(x: &[f32]) { … } }`.
/// The caller calls `name(x)` and gets the fastest kind of the machine. The body stands in the function that is compiled for the kind, so its
/// closures are as well; what it calls with `L` is `#[inline(always)]` and has no closures over lanes of its own.
macro_rules! kernel {
    ($($(#[$note:meta])* $visible:vis fn $name:ident<$lanes:ident>($($argument:ident: $type:ty),* $(,)?) $body:block)+) => {$(
        $(#[$note])*
        #[allow(clippy::too_many_arguments)]
        $visible fn $name($($argument: $type),*) {
            #[allow(unused_imports)]
            use $crate::tensor::lanes::Lanes as _;

            #[cfg(target_arch = "x86_64")]
            if $crate::tensor::lanes::has_avx2() {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn avx2($($argument: $type),*) {
                    type $lanes = $crate::tensor::lanes::Avx2;
                    $body
                }
                // SAFETY: the machine has AVX2 and FMA, as was just asked.
                return unsafe { avx2($($argument),*) };
            }
            {
                type $lanes = $crate::tensor::lanes::Usual;
                $body
            }
        }
    )+};
}
pub(crate) use kernel;

/// `out` = f(x), eight at a time; behind the last number `f` sees `filler`. So a row's sums do not depend on how many masked
/// numbers stand behind it.
#[inline(always)]
pub fn map<L: Lanes>(x: &[f32], out: &mut [f32], filler: f32, mut f: impl FnMut(L) -> L) {
    let ((x, x_rest), (out, out_rest)) = (x.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    for (x, out) in x.iter().zip(out) {
        f(L::load(x)).store(out);
    }
    if !x_rest.is_empty() {
        out_rest.copy_from_slice(&f(L::load(&padded(x_rest, filler))).to_array()[..x_rest.len()]);
    }
}

/// `out` = f(x, y), behind the last numbers f(0, 0).
#[inline(always)]
pub fn map2<L: Lanes>(x: &[f32], y: &[f32], out: &mut [f32], mut f: impl FnMut(L, L) -> L) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let (out, out_rest) = out.as_chunks_mut::<LANES>();
    for ((x, y), out) in x.iter().zip(y).zip(out) {
        f(L::load(x), L::load(y)).store(out);
    }
    if !x_rest.is_empty() {
        let last = f(L::load(&padded(x_rest, 0.0)), L::load(&padded(y_rest, 0.0)));
        out_rest.copy_from_slice(&last.to_array()[..x_rest.len()]);
    }
}

/// `out` = f(x, y, z), behind the last numbers f(0, 0, 0).
#[inline(always)]
pub fn map3<L: Lanes>(x: &[f32], y: &[f32], z: &[f32], out: &mut [f32], mut f: impl FnMut(L, L, L) -> L) {
    let ((x, x_rest), (y, y_rest), (z, z_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>(), z.as_chunks::<LANES>());
    let (out, out_rest) = out.as_chunks_mut::<LANES>();
    for (((x, y), z), out) in x.iter().zip(y).zip(z).zip(out) {
        f(L::load(x), L::load(y), L::load(z)).store(out);
    }
    if !x_rest.is_empty() {
        let last = f(L::load(&padded(x_rest, 0.0)), L::load(&padded(y_rest, 0.0)), L::load(&padded(z_rest, 0.0)));
        out_rest.copy_from_slice(&last.to_array()[..x_rest.len()]);
    }
}

/// `out` += f(x, y).
#[inline(always)]
pub fn add2<L: Lanes>(x: &[f32], y: &[f32], out: &mut [f32], mut f: impl FnMut(L, L) -> L) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let (out, out_rest) = out.as_chunks_mut::<LANES>();
    for ((x, y), out) in x.iter().zip(y).zip(out) {
        L::load(out).plus(f(L::load(x), L::load(y))).store(out);
    }
    if !x_rest.is_empty() {
        let last = f(L::load(&padded(x_rest, 0.0)), L::load(&padded(y_rest, 0.0))).to_array();
        out_rest.iter_mut().zip(last).for_each(|(out, last)| *out += last);
    }
}

/// Calls `f` with eight numbers of each at a time, where nothing is kept; behind the last with zeros.
#[inline(always)]
pub fn each3<L: Lanes>(x: &[f32], y: &[f32], z: &[f32], mut f: impl FnMut(L, L, L)) {
    let ((x, x_rest), (y, y_rest), (z, z_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>(), z.as_chunks::<LANES>());
    for ((x, y), z) in x.iter().zip(y).zip(z) {
        f(L::load(x), L::load(y), L::load(z));
    }
    if !x_rest.is_empty() {
        f(L::load(&padded(x_rest, 0.0)), L::load(&padded(y_rest, 0.0)), L::load(&padded(z_rest, 0.0)));
    }
}

/// Calls `f` with eight numbers at a time, where nothing is kept.
#[inline(always)]
pub fn each<L: Lanes>(x: &[f32], filler: f32, mut f: impl FnMut(L)) {
    let (x, rest) = x.as_chunks::<LANES>();
    for x in x {
        f(L::load(x));
    }
    if !rest.is_empty() {
        f(L::load(&padded(rest, filler)));
    }
}

/// Σ x.
#[inline(always)]
pub fn sum<L: Lanes>(x: &[f32]) -> f32 {
    let (x, rest) = x.as_chunks::<LANES>();
    let mut sums = L::splat(0.0);
    for x in x {
        sums = sums.plus(L::load(x));
    }
    if !rest.is_empty() {
        sums = sums.plus(L::load(&padded(rest, 0.0)));
    }
    sums.sum()
}

/// Σ x · y.
#[inline(always)]
pub fn dot<L: Lanes>(x: &[f32], y: &[f32]) -> f32 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let mut sums = L::splat(0.0);
    for (x, y) in x.iter().zip(y) {
        sums = sums.plus_product(L::load(x), L::load(y));
    }
    if !x_rest.is_empty() {
        sums = sums.plus_product(L::load(&padded(x_rest, 0.0)), L::load(&padded(y_rest, 0.0)));
    }
    sums.sum()
}

/// The greatest of `x`, or `least` where all are below it.
#[inline(always)]
pub fn max<L: Lanes>(x: &[f32], least: f32) -> f32 {
    let (x, rest) = x.as_chunks::<LANES>();
    let mut most = L::splat(least);
    for x in x {
        most = most.at_least(L::load(x));
    }
    if !rest.is_empty() {
        most = most.at_least(L::load(&padded(rest, least)));
    }
    most.to_array().into_iter().fold(least, f32::max)
}

/// What is left of eight numbers, with `filler` behind it.
#[inline(always)]
pub fn padded(rest: &[f32], filler: f32) -> [f32; LANES] {
    let mut numbers = [filler; LANES];
    numbers[..rest.len()].copy_from_slice(rest);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_eight_is_filled_up() {
        let x: Vec<f32> = (0..19).map(|n| n as f32).collect();
        let (mut out, mut sums) = (vec![0.0; 19], Usual::splat(0.0));
        map::<Usual>(&x, &mut out, 100.0, |x| {
            sums = sums.plus(x);
            x.plus(Lanes::splat(1.0))
        });
        assert_eq!(out, (1..20).map(|n| n as f32).collect::<Vec<_>>());
        assert_eq!(sums.sum(), 171.0 + 5.0 * 100.0);
        assert_eq!(max::<Usual>(&x, -1.0), 18.0);
        assert_eq!(sum::<Usual>(&x), 171.0);
        assert_eq!(dot::<Usual>(&x, &x), 2109.0);
    }

    kernel! {
        /// What each operation makes of x and y.
        fn operations<L>(x: &[f32; 8], y: &[f32; 8], found: &mut Vec<[f32; 8]>) {
            let (a, b) = (L::load(x), L::load(y));
            let (zero, one) = (L::splat(0.0), L::splat(1.0));
            for lanes in [a.plus(b), a.minus(b), a.times(b), a.over(b), a.plus_product(a, b), a.at_least(b), a.at_most(b)] {
                found.push(lanes.to_array());
            }
            let power = a.plus(L::splat(functions::WHOLE)).power_of_two();
            for lanes in [a.if_at_most(b, zero, one), one.zero_where_at_most(a, b), power, L::splat(a.sum())] {
                found.push(lanes.to_array());
            }
        }
    }

    #[test]
    fn every_kind_of_lanes_computes_the_same() {
        let (x, y) = ([0.5, 1.5, -2.5, 3.25, f32::NAN, 7.0, -0.75, 4.0], [1.0, 1.5, -3.0, 2.0, 1.0, 7.5, 0.25, -8.0]);
        let mut found = vec![];
        operations(&x, &y, &mut found);
        let each = |f: &dyn Fn(f32, f32) -> f32| std::array::from_fn::<f32, 8, _>(|lane| f(x[lane], y[lane]));
        let sum = f32::NAN;
        let want = [
            each(&|x, y| x + y),
            each(&|x, y| x - y),
            each(&|x, y| x * y),
            each(&|x, y| x / y),
            each(&|x, y| x + x * y),
            each(&|x, y| if x < y { y } else { x }),
            each(&|x, y| if x > y { y } else { x }),
            each(&|x, y| if x <= y { 0.0 } else { 1.0 }),
            each(&|x, y| if x <= y { 0.0 } else { 1.0 }),
            each(&|x, _| if x.is_nan() { x } else { x.round_ties_even().exp2() }),
            [sum; 8],
        ];
        for (row, (found, want)) in found.iter().zip(&want).enumerate() {
            for (lane, (found, want)) in found.iter().zip(want).enumerate() {
                // 2ⁿ of a NaN is any number.
                let open = row == 9 && want.is_nan();
                assert!(
                    found == want || (found.is_nan() && want.is_nan()) || open,
                    "operation {row}, lane {lane}: {found}, {want}"
                );
            }
        }
    }
}
