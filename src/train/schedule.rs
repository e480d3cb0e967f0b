//! How fast a model learns, step by step.

use crate::error::{Error, Result};

/// How the learning rate goes on after its warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    #[default]
    Constant,
    /// Half a cosine, down to 0 at the last step: Loshchilov & Hutter 2017, eq. 5.
    Cosine,
    /// A straight line, down to 0 at the last step.
    Linear,
}

/// What the update is told at each step. The defaults are those of `diorama train`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimizer {
    pub rate: f32,
    /// Of AdamW, and so is ε.
    pub betas: [f32; 2],
    pub eps: f32,
    /// Of matrices, per step and rate.
    pub weight_decay: f32,
    /// The norm above which all gradients are scaled down together; 0: never.
    pub clip: f32,
    /// Steps over which the rate grows from nearly 0.
    pub warmup: usize,
    pub schedule: Schedule,
}

impl Default for Optimizer {
    fn default() -> Self {
        let schedule = Schedule::Constant;
        Optimizer { rate: 1e-3, betas: [0.9, 0.95], eps: 1e-8, weight_decay: 0.1, clip: 1.0, warmup: 0, schedule }
    }
}

impl Optimizer {
    /// # Errors
    /// What is no finite number, or outside its range.
    pub fn check(&self) -> Result<()> {
        let ranges = [
            ("lr", self.rate, 0.0, f32::MAX),
            ("the first beta", self.betas[0], 0.0, 0.999_999),
            ("the second beta", self.betas[1], 0.0, 0.999_999),
            ("eps", self.eps, 0.0, f32::MAX),
            ("weight-decay", self.weight_decay, 0.0, f32::MAX),
            ("clip", self.clip, 0.0, f32::MAX),
        ];
        match ranges.iter().find(|(_, value, least, most)| !(*least..=*most).contains(value)) {
            Some((name, value, least, most)) if *most == f32::MAX => {
                Err(Error::Input(format!("{name} is {value}; a number of at least {least} is expected")))
            }
            Some((name, value, least, most)) => {
                Err(Error::Input(format!("{name} is {value}; a number from {least} to {most} is expected")))
            }
            None => Ok(()),
        }
    }

    /// The learning rate at step `step` of `steps`, counted from 0: min(1, (step + 1) / warmup) times the schedule.
    pub fn rate_at(&self, step: usize, steps: usize) -> f32 {
        let warm = if self.warmup == 0 { 1.0 } else { ((step + 1) as f32 / self.warmup as f32).min(1.0) };
        let left = steps.saturating_sub(self.warmup).max(1) as f32;
        let share = (step.saturating_sub(self.warmup) as f32 / left).min(1.0);
        let falls = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine => 0.5 * (1.0 + (std::f32::consts::PI * share).cos()),
            Schedule::Linear => 1.0 - share,
        };
        self.rate * warm * falls
    }

    /// The first eight of what the graph's update reads at a step: see `ops/adamw.rs`.
    pub(super) fn rates(&self, step: usize, steps: usize) -> Vec<f32> {
        let [first, second] = self.betas.map(|beta| (1.0 - f64::from(beta).powi(step as i32 + 1)) as f32);
        vec![self.rate_at(step, steps), self.betas[0], self.betas[1], self.eps, self.weight_decay, self.clip, first, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_warms_up_and_falls() {
        let of = |schedule| Optimizer { rate: 2.0, warmup: 2, schedule, ..Optimizer::default() };
        let rates = |schedule| (0..6).map(|step| of(schedule).rate_at(step, 6)).collect::<Vec<f32>>();
        assert_eq!(rates(Schedule::Constant), [1.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
        assert_eq!(rates(Schedule::Linear), [1.0, 2.0, 2.0, 1.5, 1.0, 0.5]);
        let cosine = rates(Schedule::Cosine);
        assert!((cosine[4] - 1.0).abs() < 1e-6, "half of the way down: {cosine:?}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Optimizer { rate: f32::NAN, ..Optimizer::default() }.check().is_err());
        assert!(Optimizer { betas: [0.9, 1.0], ..Optimizer::default() }.check().is_err());
        assert!(Optimizer::default().check().is_ok());
    }
}
