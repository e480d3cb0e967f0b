//! Where the time of a pass goes on a GPU: timestamps before and behind each stretch of launches of one op, where the adapter has them (`timestamp-query`).

use web_time::Duration;

use super::open::Gpu;
use crate::error::{Error, Result};
use crate::pass::Times;

/// Timestamps that one query set can hold; two belong to a stretch.
const MOST: usize = wgpu::QUERY_SET_MAX_QUERIES as usize;
const TICK: u64 = size_of::<u64>() as u64;
/// A clock that steps in more than this tells nothing of a single op. // ns
const COARSE: f64 = 10_000.0;

/// Times of ops, and the timestamps of the pass that is being recorded.
pub(super) struct Clock {
    times: Times,
    sets: Vec<wgpu::QuerySet>,
    /// Where timestamps become numbers: one set behind the other.
    resolved: Option<wgpu::Buffer>,
    /// Of each stretch: its op, and its launches.
    stretches: Vec<(&'static str, usize)>,
    /// The greatest common divisor of all timestamps so far: what the clock steps in. // ticks
    step: u64,
}

impl Clock {
    /// # Errors
    /// [`Error::Device`] where the adapter has no timestamps.
    pub fn new(gpu: &Gpu) -> Result<Clock> {
        if !gpu.device().features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            let message = format!(
                "{} has no timestamps (timestamp-query), so the time of single ops is not known there; profile on the cpu",
                gpu.adapter()
            );
            return Err(Error::Device(message));
        }
        Ok(Clock { times: Times::default(), sets: vec![], resolved: None, stretches: vec![], step: 0 })
    }

    /// Makes room for a pass with so many stretches.
    pub fn begin(&mut self, gpu: &Gpu, stretches: usize) {
        self.stretches.clear();
        let sets = (2 * stretches).div_ceil(MOST).max(1);
        if self.sets.len() >= sets {
            return;
        }
        let set = || {
            gpu.device().create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("timestamps"),
                ty: wgpu::QueryType::Timestamp,
                count: MOST as u32,
            })
        };
        self.sets.resize_with(sets, set);
        self.resolved = Some(gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("timestamps"),
            size: (sets * MOST) as u64 * TICK,
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        }));
    }

    /// The timestamps of the next stretch.
    pub fn around(&mut self, op: &'static str, launches: usize) -> wgpu::ComputePassTimestampWrites<'_> {
        let first = 2 * self.stretches.len();
        self.stretches.push((op, launches));
        wgpu::ComputePassTimestampWrites {
            query_set: &self.sets[first / MOST],
            beginning_of_pass_write_index: Some((first % MOST) as u32),
            end_of_pass_write_index: Some((first % MOST) as u32 + 1),
        }
    }

    /// Bytes of the pass's timestamps.
    pub fn bytes(&self) -> u64 {
        2 * self.stretches.len() as u64 * TICK
    }

    /// Copies them behind what else the host reads.
    pub fn collect(&self, encoder: &mut wgpu::CommandEncoder, staging: &wgpu::Buffer, at: u64) {
        let Some(resolved) = self.resolved.as_ref().filter(|_| !self.stretches.is_empty()) else { return };
        let count = 2 * self.stretches.len();
        for (index, set) in self.sets.iter().enumerate() {
            let used = count.saturating_sub(index * MOST).min(MOST);
            if used > 0 {
                encoder.resolve_query_set(set, 0..used as u32, resolved, (index * MOST) as u64 * TICK);
            }
        }
        encoder.copy_buffer_to_buffer(resolved, 0, staging, at, self.bytes());
    }

    /// Takes the pass's timestamps over, as the host read them: each in the bits of two numbers, the lower first. `period`: of a tick, in ns.
    pub fn take(&mut self, numbers: &[f32], period: f32) {
        let ticks: Vec<u64> = numbers
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[low, high]| u64::from(high.to_bits()) << 32 | u64::from(low.to_bits()))
            .collect();
        self.step = ticks.iter().fold(self.step, |step, tick| divisor(step, *tick));
        for ((op, launches), [start, end]) in self.stretches.drain(..).zip(ticks.as_chunks::<2>().0) {
            let ns = end.saturating_sub(*start) as f64 * f64::from(period);
            self.times.add(op, Duration::from_nanos(ns as u64), launches);
        }
    }

    /// What was noted.
    ///
    /// # Errors
    /// [`Error::Device`] where the clock is too coarse, as browsers make it against eavesdropping.
    pub fn times(&self, period: f32) -> Result<Times> {
        let step = self.step as f64 * f64::from(period);
        if step < COARSE {
            return Ok(self.times.clone());
        }
        Err(Error::Device(format!(
            "the GPU's timestamps are rounded to {:.0} µs here, so the time of single ops is not known; in Chromium, the flag WebGPU Developer Features makes them exact",
            step / 1e3
        )))
    }
}

/// The greatest common divisor.
fn divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
