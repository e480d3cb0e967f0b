//! `relative_bias`: out\[h, q, k\] = table\[bucket(k − q), h\].
//!
//! table \[bucket head\] → \[head query_pos key_pos\]. Raffel et al. 2020, §2.1: small distances have a bucket each, larger
//! ones share buckets that grow as their logarithm, and all beyond `max_distance` share the last. The bounds of the
//! buckets are computed once, here, so that every device puts a distance into the same bucket.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, groups};
use crate::tensor::size;

/// Bounds that fit the kernel's uniform.
const MAX_BOUNDS: usize = 128;

#[derive(Clone, Debug, PartialEq)]
pub struct RelativeBias {
    pub direction: Direction,
    /// Buckets of one direction.
    pub buckets: usize,
    /// `bounds[i]` is the smallest distance in bucket `i + 1`, in tokens.
    pub bounds: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// An encoder: keys before and after the query have buckets of their own.
    Both,
    /// A decoder: only keys before the query count.
    Back,
}

impl RelativeBias {
    /// `None` where the sizes leave no buckets, or more of them than the kernel holds.
    pub fn new(direction: Direction, total: usize, max_distance: usize) -> Option<Self> {
        let buckets = if direction == Direction::Both { total / 2 } else { total };
        let exact = buckets / 2;
        if exact == 0 || max_distance <= exact || buckets > MAX_BOUNDS {
            return None;
        }
        let mut bounds: Vec<u32> = (1..=exact as u32).collect();
        let mut distance = exact as u32;
        // The published models were trained with this formula in f32, so its rounding is part of the architecture.
        let log_range = (max_distance as f64 / exact as f64).ln() as f32;
        let bucket = |distance: u32| {
            let position = libm::logf(distance as f32 / exact as f32) / log_range * (buckets - exact) as f32;
            (exact + position as usize).min(buckets - 1)
        };
        while bounds.len() < buckets - 1 {
            distance += 1;
            while bounds.len() < bucket(distance) {
                bounds.push(distance);
            }
        }
        Some(RelativeBias { direction, buckets, bounds })
    }

    /// The row of the table for a query and a key at these positions.
    pub fn bucket(&self, query: usize, key: usize) -> usize {
        let (distance, offset) = match self.direction {
            Direction::Both => (query.abs_diff(key), if key > query { self.buckets } else { 0 }),
            Direction::Back => (query.saturating_sub(key), 0),
        };
        offset + self.bounds.partition_point(|&bound| bound as usize <= distance)
    }

    /// The sizes and bounds that the kernels read.
    pub fn params(&self, sizes: [usize; 3]) -> Vec<u32> {
        let [heads, queries, keys] = sizes;
        let offset = if self.direction == Direction::Both { self.buckets } else { 0 };
        let mut params = [heads, queries, keys, offset, self.bounds.len()].map(|n| n as u32).to_vec();
        params.resize(8, 0); // the bounds begin at an offset of 32 bytes, four to a row
        params.extend(&self.bounds);
        params.resize(8 + MAX_BOUNDS, 0);
        params
    }

    /// Rows of the table.
    pub fn rows(&self) -> usize {
        if self.direction == Direction::Both { 2 * self.buckets } else { self.buckets }
    }
}

impl Rule for RelativeBias {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let heads = site.last(0);
        expect(site.shape(0)[0] >= self.rows(), format!("a table of {} buckets", self.rows()), site.describe(0))?;
        let fits = site.out.1.len() == 3 && site.out.1[0] == heads;
        expect(fits, format!("[head {heads}, query_pos, key_pos]"), site.describe_out())
    }

    /// Queries are the last of the keys: a decoder's new tokens come after those it has seen.
    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [heads, queries, keys] = [site.out.1[0], site.out.1[1], site.out.1[2]];
        let first = keys - queries;
        for (row, out) in out.chunks_exact_mut(keys).enumerate() {
            let (head, query) = (row / queries, first + row % queries);
            for (key, out) in out.iter_mut().enumerate() {
                *out = inputs[0][self.bucket(query, key) * heads + head];
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let [heads, queries, keys] = [site.out.1[0], site.out.1[1], site.out.1[2]];
        let params = self.params([heads, queries, keys]);
        Dispatch { shader: "relative_bias", params, groups: groups(size(site.out.1), 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        let direction = if self.direction == Direction::Both { "both" } else { "back" };
        vec![("bounds", Setting::List(self.bounds.clone())), ("direction", Setting::Word(direction))]
    }
}
