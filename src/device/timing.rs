//! Which device takes a step in less time.

use web_time::{Duration, Instant};

use super::{Backend, Device, Reason};
use crate::error::Result;
use crate::gpu::Executor;
use crate::pass::Pass;
use crate::tensor::ranked;

impl Device {
    /// Times a step on the CPU and on this GPU, and goes on with the faster.
    ///
    /// # Errors
    /// What the GPU answers.
    pub(super) async fn take_faster(&mut self, mut gpu: Executor, step: &Pass) -> Result<()> {
        let mut on_gpu = vec![];
        for _ in 0..TIMED + 1 {
            let start = Instant::now();
            gpu.run(step).await?;
            on_gpu.push(start.elapsed());
        }
        let mut on_cpu = vec![];
        if let Backend::Cpu(cpu) = &mut self.backend {
            for _ in 0..TIMED + 1 {
                let start = Instant::now();
                cpu.run(step);
                on_cpu.push(start.elapsed());
            }
        }
        let (cpu, gpu_time) = (median(&on_cpu[1..]), median(&on_gpu[1..]));
        if gpu_time < cpu {
            self.backend = Backend::Gpu(Box::new(gpu));
            self.reason = Reason::GpuFaster { cpu, gpu: gpu_time };
        } else {
            self.reason = Reason::CpuFaster { cpu, gpu: gpu_time };
        }
        (self.cpu_time, self.gpu_time) = (Some(cpu), Some(gpu_time));
        Ok(())
    }
}

/// Timed runs of a step on each device, after one that is not counted.
const TIMED: usize = 5;

fn median(times: &[Duration]) -> Duration {
    let seconds: Vec<f32> = times.iter().map(Duration::as_secs_f32).collect();
    times[ranked(&seconds)[times.len() / 2]]
}
