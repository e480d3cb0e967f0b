//! Lanes of x86-64 processors since 2013: one register of AVX2, products and sums in one rounding (FMA).
//!
//! Every method is inlined into a function that [`super::kernel!`] compiles for AVX2 and FMA and calls only where the machine has both.

use std::arch::x86_64::*;

use super::Lanes;

#[derive(Clone, Copy)]
pub struct Avx2(__m256);

/// One instruction, or several.
macro_rules! avx2 {
    ($value:expr) => {
        // SAFETY: values of this type are made and used only where the machine has AVX2 and FMA.
        Avx2(unsafe { $value })
    };
}

impl Lanes for Avx2 {
    const WIDE: usize = 2;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        avx2!(_mm256_set1_ps(x))
    }

    #[inline(always)]
    fn load(x: &[f32; 8]) -> Self {
        avx2!(_mm256_loadu_ps(x.as_ptr())) // of any alignment
    }

    #[inline(always)]
    fn store(self, x: &mut [f32; 8]) {
        // SAFETY: as above; eight f32 are one register, stored at any alignment.
        unsafe { _mm256_storeu_ps(x.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn plus(self, y: Self) -> Self {
        avx2!(_mm256_add_ps(self.0, y.0))
    }

    #[inline(always)]
    fn minus(self, y: Self) -> Self {
        avx2!(_mm256_sub_ps(self.0, y.0))
    }

    #[inline(always)]
    fn times(self, y: Self) -> Self {
        avx2!(_mm256_mul_ps(self.0, y.0))
    }

    #[inline(always)]
    fn over(self, y: Self) -> Self {
        avx2!(_mm256_div_ps(self.0, y.0))
    }

    #[inline(always)]
    fn plus_product(self, x: Self, y: Self) -> Self {
        avx2!(_mm256_fmadd_ps(x.0, y.0, self.0))
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        avx2!(_mm256_max_ps(bound.0, self.0)) // of a NaN and a number, the second
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        avx2!(_mm256_min_ps(bound.0, self.0))
    }

    #[inline(always)]
    fn if_at_most(self, bound: Self, then: Self, otherwise: Self) -> Self {
        avx2!(_mm256_blendv_ps(otherwise.0, then.0, _mm256_cmp_ps::<_CMP_LE_OQ>(self.0, bound.0)))
    }

    #[inline(always)]
    fn zero_where_at_most(self, x: Self, bound: Self) -> Self {
        avx2!(_mm256_andnot_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(x.0, bound.0), self.0))
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        avx2!({
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(self.0));
            _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(127 << 23)))
        })
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        let [a, b, c, d, e, f, g, h] = self.to_array();
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}
