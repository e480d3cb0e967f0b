//! The random choices of one input.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub struct Random(ChaCha8Rng);

impl Random {
    /// The seed is the key, and the input's number the stream: no input depends on another.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number);
        Random(random)
    }

    /// A whole number below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.random_range(0..n) }
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        list.choose(&mut self.0).expect("a list to pick from has entries")
    }

    pub fn byte(&mut self) -> u8 {
        self.0.random()
    }

    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }
}
