//! Eight f32 side by side. In wasm, SIMD by name: the module is built for size, where a compiler does not look for it itself.

/// Numbers in one [`Lanes`].
pub const LANES: usize = 8;

#[cfg(target_arch = "wasm32")]
mod simd {
    use std::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat, v128, v128_load, v128_store};

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

        /// self + x · y, in two roundings.
        #[inline(always)]
        pub fn plus_product(self, x: Lanes, y: Lanes) -> Self {
            Lanes([f32x4_add(self.0[0], f32x4_mul(x.0[0], y.0[0])), f32x4_add(self.0[1], f32x4_mul(x.0[1], y.0[1]))])
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod simd {
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
            Lanes(std::array::from_fn(|lane| self.0[lane] + x.0[lane] * y.0[lane]))
        }
    }
}

pub use simd::Lanes;
