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

    /// Steps in all, as far as can be told when so many are done; none where that was the last one.
    pub fn planned(&self, done: usize) -> Option<usize> {
        let spent = self.start.elapsed().as_secs_f64();
        let steps = match self.steps {
            Some(steps) => steps,
            None if done == 0 => 1,
            // By what a step has taken so far.
            None => done + ((self.seconds - spent).max(0.0) * done as f64 / spent) as usize,
        };
        (done < steps).then_some(steps)
    }

    /// Tells of steps whose results came together: each took its share of the time since the last ones. `beside` has a step's loss of a generator that learns, too.
    pub fn tell(&mut self, did: &[Step], beside: &mut dyn FnMut(usize) -> Option<f32>) -> Result<()> {
        let now = Instant::now();
        let ms = (now - self.since).as_secs_f64() * 1e3 / did.len().max(1) as f64;
        for did in did {
            self.since = now;
            self.tell_one(did, ms, now, beside(did.step))?;
        }
        Ok(())
    }

    fn tell_one(&mut self, did: &Step, ms: f64, now: Instant, beside: Option<f32>) -> Result<()> {
        (self.done, self.tokens) = (self.done + 1, self.tokens + did.tokens);
        if self.json {
            let Step { step, loss, grad_norm, rate, tokens } = *did;
            let mut line =
                serde_json::json!({ "step": step, "loss": loss, "grad_norm": grad_norm, "lr": rate, "tokens": tokens, "ms": ms });
            if let Some(loss) = beside {
                line["generator_loss"] = loss.into();
            }
            return super::print(&format!("{line}\n"));
        }
        let planned = self.planned(self.done);
        if (now - self.told).as_secs_f64() >= 1.0 || self.done == 1 || planned.is_none() {
            self.told = now;
            let seconds = (now - self.start).as_secs_f64();
            let steps = planned.unwrap_or(self.done);
            let left = seconds / self.done as f64 * (steps - self.done) as f64;
            let rate = self.tokens as f64 / seconds.max(1e-9);
            let beside = beside.map_or(String::new(), |loss| format!(" (the generator's {loss:.4})"));
            eprintln!("step {} of {steps}: loss {:.4}{beside}, {rate:.0} tokens/s, {left:.0} s left", self.done, did.loss);
        }
        Ok(())
    }
}
