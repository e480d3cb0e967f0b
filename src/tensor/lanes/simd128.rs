//! Lanes of WebAssembly: two vectors of four. In a module that is built with relaxed SIMD, products and sums are one instruction.

use std::arch::wasm32::*;

use super::Lanes;

#[derive(Clone, Copy)]
pub struct Simd128([v128; 2]);

impl Simd128 {
    #[inline(always)]
    fn zip(self, y: Self, f: impl Fn(v128, v128) -> v128) -> Self {
        Simd128([f(self.0[0], y.0[0]), f(self.0[1], y.0[1])])
    }
}

/// sum + x · y.
#[inline(always)]
fn plus_product(sum: v128, x: v128, y: v128) -> v128 {
    #[cfg(target_feature = "relaxed-simd")]
    return f32x4_relaxed_madd(x, y, sum);
    #[cfg(not(target_feature = "relaxed-simd"))]
    f32x4_add(sum, f32x4_mul(x, y))
}

impl Lanes for Simd128 {
    const WIDE: usize = 1;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        Simd128([f32x4_splat(x); 2])
    }

    #[inline(always)]
    fn load(x: &[f32; 8]) -> Self {
        let at: *const v128 = x.as_ptr().cast();
        // SAFETY: eight f32 are two v128, and these loads take any alignment.
        Simd128(unsafe { [v128_load(at), v128_load(at.add(1))] })
    }

    #[inline(always)]
    fn store(self, x: &mut [f32; 8]) {
        let at: *mut v128 = x.as_mut_ptr().cast();
        // SAFETY: eight f32 are two v128, and these stores take any alignment.
        unsafe {
            v128_store(at, self.0[0]);
            v128_store(at.add(1), self.0[1]);
        }
    }

    #[inline(always)]
    fn plus(self, y: Self) -> Self {
        self.zip(y, |x, y| f32x4_add(x, y))
    }

    #[inline(always)]
    fn minus(self, y: Self) -> Self {
        self.zip(y, |x, y| f32x4_sub(x, y))
    }

    #[inline(always)]
    fn times(self, y: Self) -> Self {
        self.zip(y, |x, y| f32x4_mul(x, y))
    }

    #[inline(always)]
    fn over(self, y: Self) -> Self {
        self.zip(y, |x, y| f32x4_div(x, y))
    }

    #[inline(always)]
    fn plus_product(self, x: Self, y: Self) -> Self {
        Simd128([plus_product(self.0[0], x.0[0], y.0[0]), plus_product(self.0[1], x.0[1], y.0[1])])
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        self.zip(bound, |x, bound| f32x4_pmax(x, bound)) // x < bound ? bound : x
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        self.zip(bound, |x, bound| f32x4_pmin(x, bound)) // bound < x ? bound : x
    }

    #[inline(always)]
    fn if_at_most(self, bound: Self, then: Self, otherwise: Self) -> Self {
        let half = |i: usize| v128_bitselect(then.0[i], otherwise.0[i], f32x4_le(self.0[i], bound.0[i]));
        Simd128([half(0), half(1)])
    }

    #[inline(always)]
    fn zero_where_at_most(self, x: Self, bound: Self) -> Self {
        let half = |i: usize| v128_andnot(self.0[i], f32x4_le(x.0[i], bound.0[i]));
        Simd128([half(0), half(1)])
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        let half = |n: v128| i32x4_add(i32x4_shl(n, 23), i32x4_splat(127 << 23));
        Simd128([half(self.0[0]), half(self.0[1])])
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        let fours = f32x4_add(self.0[0], self.0[1]);
        let twos = f32x4_add(fours, i32x4_shuffle::<2, 3, 0, 1>(fours, fours));
        f32x4_extract_lane::<0>(twos) + f32x4_extract_lane::<1>(twos)
    }
}
