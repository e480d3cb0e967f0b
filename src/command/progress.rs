//! How a training run goes: how many steps are planned, and what is told of each.

use std::time::Instant;

use diorama::error::Result;
use diorama::train::Step;

use super::arguments::Train;

/// Tells of each step by a line of JSON on standard output, or about every second by a line on standard error.
pub struct Progress {
    /// In all, where they are given.
    steps: Option<usize>,
    /// In all, where the time is given. // s
    seconds: f64,
    json: bool,
    start: Instant,
    told: Instant,
    since: Instant,
    done: usize,
    tokens: usize,
}

impl Progress {
    pub fn new(asked: &Train) -> Self {
        let now = Instant::now();
        let (steps, seconds, json) = (asked.steps, asked.minutes.unwrap_or(0.0) * 60.0, asked.json);
        Progress { steps, seconds, json, start: now, told: now, since: now, done: 0, tokens: 0 }
    }

    /// Steps in all, as far as can be told by now; none where the last one is done.
    pub fn planned(&self) -> Option<usize> {
        let spent = self.start.elapsed().as_secs_f64();
        let steps = match self.steps {
            Some(steps) => steps,
            None if self.done == 0 => 1,
            // By what a step has taken so far.
            None => self.done + ((self.seconds - spent).max(0.0) * self.done as f64 / spent) as usize,
        };
        (self.done < steps).then_some(steps)
    }

    pub fn tell(&mut self, did: &Step) -> Result<()> {
        let now = Instant::now();
        let ms = (now - self.since).as_secs_f64() * 1e3;
        (self.since, self.done, self.tokens) = (now, self.done + 1, self.tokens + did.tokens);
        if self.json {
            let Step { step, loss, grad_norm, rate, tokens } = *did;
            let line =
                serde_json::json!({ "step": step, "loss": loss, "grad_norm": grad_norm, "lr": rate, "tokens": tokens, "ms": ms });
            return super::print(&format!("{line}\n"));
        }
        let planned = self.planned();
        if (now - self.told).as_secs_f64() >= 1.0 || self.done == 1 || planned.is_none() {
            self.told = now;
            let seconds = (now - self.start).as_secs_f64();
            let steps = planned.unwrap_or(self.done);
            let left = seconds / self.done as f64 * (steps - self.done) as f64;
            let rate = self.tokens as f64 / seconds.max(1e-9);
            eprintln!("step {} of {steps}: loss {:.4}, {rate:.0} tokens/s, {left:.0} s left", self.done, did.loss);
        }
        Ok(())
    }
}
