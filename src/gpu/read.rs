//! Waiting for the GPU, and numbers back on the host.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use super::open::Gpu;
use crate::error::{Error, Result};

/// The first `bytes` bytes of a buffer, once the work before this is done. The buffer is free again afterwards.
pub(super) async fn read(gpu: &Gpu, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<f32>> {
    let mapping = Mapping::default();
    let done = mapping.clone();
    buffer.map_async(wgpu::MapMode::Read, 0..bytes, move |result| done.finish(result.is_ok()));
    if !mapping.wait(gpu).await {
        return Err(gpu.failure().await);
    }
    let view = buffer.get_mapped_range(0..bytes).map_err(|error| Error::Device(error.to_string()))?;
    let mut data = vec![0.0f32; bytes as usize / size_of::<f32>()];
    bytemuck::cast_slice_mut(&mut data).copy_from_slice(&view);
    drop(view);
    buffer.unmap();
    Ok(data)
}

/// A mapping that is on its way.
#[derive(Clone, Default)]
struct Mapping {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    mapped: Option<bool>,
    waiting: Option<Waker>,
}

impl Mapping {
    fn finish(&self, mapped: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.mapped = Some(mapped);
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    /// Whether the buffer was mapped. A device that is lost meanwhile ends the wait.
    #[cfg(not(target_arch = "wasm32"))]
    async fn wait(&self, gpu: &Gpu) -> bool {
        let polled = gpu.device().poll(wgpu::PollType::wait_indefinitely());
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        polled.is_ok() && state.mapped == Some(true)
    }

    /// Whether the buffer was mapped. A device that is lost meanwhile ends the wait.
    #[cfg(target_arch = "wasm32")]
    async fn wait(&self, gpu: &Gpu) -> bool {
        use std::task::Poll;

        let _nudge = super::tick::nudge(gpu);
        std::future::poll_fn(|context| {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(mapped) = state.mapped {
                return Poll::Ready(mapped);
            }
            let mut health = gpu.health().lock();
            if health.lost.is_some() {
                return Poll::Ready(false);
            }
            state.waiting = Some(context.waker().clone());
            health.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}
