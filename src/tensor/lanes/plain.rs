//! Lanes as an array: the compiler makes of it what the target has everywhere (SSE2, NEON).

use std::array::from_fn;

use super::Lanes;

#[derive(Clone, Copy)]
pub struct Plain([f32; 8]);

impl Plain {
    #[inline(always)]
    fn zip(self, y: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Plain(from_fn(|lane| f(self.0[lane], y.0[lane])))
    }
}

impl Lanes for Plain {
    const WIDE: usize = 1;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        Plain([x; 8])
    }

    #[inline(always)]
    fn load(x: &[f32; 8]) -> Self {
        Plain(*x)
    }

    #[inline(always)]
    fn store(self, x: &mut [f32; 8]) {
        *x = self.0;
    }

    #[inline(always)]
    fn plus(self, y: Self) -> Self {
        self.zip(y, |x, y| x + y)
    }

    #[inline(always)]
    fn minus(self, y: Self) -> Self {
        self.zip(y, |x, y| x - y)
    }

    #[inline(always)]
    fn times(self, y: Self) -> Self {
        self.zip(y, |x, y| x * y)
    }

    #[inline(always)]
    fn over(self, y: Self) -> Self {
        self.zip(y, |x, y| x / y)
    }

    #[inline(always)]
    fn plus_product(self, x: Self, y: Self) -> Self {
        Plain(from_fn(|lane| self.0[lane] + x.0[lane] * y.0[lane]))
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        self.zip(bound, |x, bound| if x < bound { bound } else { x })
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        self.zip(bound, |x, bound| if x > bound { bound } else { x })
    }

    #[inline(always)]
    fn if_at_most(self, bound: Self, then: Self, otherwise: Self) -> Self {
        Plain(from_fn(|lane| if self.0[lane] <= bound.0[lane] { then.0[lane] } else { otherwise.0[lane] }))
    }

    #[inline(always)]
    fn zero_where_at_most(self, x: Self, bound: Self) -> Self {
        Plain(from_fn(|lane| if x.0[lane] <= bound.0[lane] { 0.0 } else { self.0[lane] }))
    }

    #[inline(always)]
    fn power_of_two(self) -> Self {
        Plain(self.0.map(|n| f32::from_bits((n.to_bits() << 23).wrapping_add(127 << 23))))
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        let [a, b, c, d, e, f, g, h] = self.0;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}
