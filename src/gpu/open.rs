//! An adapter and its device: found once, watched from then on.

use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::kernels::Pipelines;
use crate::error::{Error, Result};
use crate::ops::Profile;

const OUT_OF_MEMORY: &str = "the GPU has no memory left for this model; choose cpu";

/// A GPU that is ready to compute. Clones are the same GPU.
#[derive(Clone)]
pub struct Gpu {
    inner: Rc<Inner>,
    profile: Profile,
}

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: wgpu::AdapterInfo,
    /// Of one storage buffer, in bytes.
    largest_buffer: u64,
    health: Health,
    pipelines: Pipelines,
}

impl Gpu {
    /// The system's preferred adapter, with a device on it.
    ///
    /// Errors: [`Error::Device`], where there is no adapter or it gives no device.
    pub async fn open() -> Result<Gpu> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.map_err(|_| no_adapter())?;
        let info = adapter.get_info();
        let offered = adapter.limits();
        // Everything fits WebGPU's default limits, except that one matrix of a large checkpoint may need a larger buffer.
        let limits = wgpu::Limits {
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            max_buffer_size: offered.max_buffer_size,
            ..wgpu::Limits::default()
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("diorama"),
            required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
            required_limits: limits,
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| {
            Error::Device(format!(
                "the adapter {} gives no device ({error}); close other pages that use the GPU, or choose cpu",
                info.name
            ))
        })?;

        let health = Health::default();
        let watch = health.clone();
        device.set_device_lost_callback(move |reason, message| {
            let why = if message.is_empty() { format!("{reason:?}") } else { message };
            watch.lock().lost.get_or_insert(why);
            watch.wake();
        });
        let watch = health.clone();
        device.on_uncaptured_error(Arc::new(move |error| {
            let message = match error {
                wgpu::Error::OutOfMemory { .. } => OUT_OF_MEMORY.into(),
                other => other.to_string(),
            };
            watch.lock().error.get_or_insert(message);
        }));

        let largest_buffer = offered.max_buffer_size.min(offered.max_storage_buffer_binding_size as u64);
        let pipelines = Pipelines::new(&device);
        let profile = profile(&info);
        Ok(Gpu { inner: Rc::new(Inner { device, queue, info, largest_buffer, health, pipelines }), profile })
    }

    /// What the adapter calls itself, and through what it is reached.
    pub fn adapter(&self) -> String {
        let info = &self.inner.info;
        let kind = match self.profile() {
            Profile::Software => "software",
            Profile::Hardware => "hardware",
        };
        // Browsers seldom give a name.
        match info.name.as_str() {
            "" => format!("a {kind} adapter ({})", info.backend),
            name => format!("{name} ({}, {kind})", info.backend),
        }
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The same GPU with the kernels that suit another kind of adapter: for tests and measurements.
    pub fn with_profile(&self, profile: Profile) -> Gpu {
        Gpu { inner: self.inner.clone(), profile }
    }

    /// Gives the GPU back: whatever still uses it gets [`Error::DeviceLost`].
    pub fn destroy(&self) {
        self.inner.device.destroy();
    }

    /// `Err` where the GPU is lost, or where something went wrong since the last look.
    pub(super) fn check(&self) -> Result<()> {
        // Natively, news of a loss waits until somebody polls; in a browser this does nothing.
        let _ = self.inner.device.poll(wgpu::PollType::Poll);
        let mut state = self.inner.health.lock();
        if let Some(reason) = &state.lost {
            return Err(Error::DeviceLost(reason.clone()));
        }
        state.error.take().map_or(Ok(()), |message| Err(Error::Device(message)))
    }

    /// Why results did not arrive. Firefox tells of a loss long after everything has begun to fail, so results that fail
    /// for no other known reason count as a loss: opening the GPU again is what helps.
    pub(super) async fn failure(&self) -> Error {
        // One round trip, in which news of a loss may arrive.
        let _ = self.device().push_error_scope(wgpu::ErrorFilter::Validation).pop().await;
        let _ = self.device().poll(wgpu::PollType::Poll);
        let mut state = self.inner.health.lock();
        if state.lost.is_none() && state.error.as_deref() == Some(OUT_OF_MEMORY) {
            return Error::Device(OUT_OF_MEMORY.into());
        }
        Error::DeviceLost(state.lost.get_or_insert_with(|| "its results cannot be read".into()).clone())
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.inner.device
    }

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.inner.queue
    }

    /// The largest storage buffer that a kernel can use, in bytes.
    pub(super) fn largest_buffer(&self) -> u64 {
        self.inner.largest_buffer
    }

    /// Compiles kernels that are not compiled yet.
    pub(super) async fn prepare(&self, stems: impl Iterator<Item = &'static str>) -> Result<()> {
        let compiled = self.inner.pipelines.prepare(stems).await;
        compiled.or_else(|error| self.check().and(Err(error))) // a lost GPU compiles nothing
    }

    pub(super) fn pipelines(&self) -> &Pipelines {
        &self.inner.pipelines
    }

    #[cfg(target_arch = "wasm32")]
    pub(super) fn health(&self) -> &Health {
        &self.inner.health
    }
}

/// What has happened to a device, as its callbacks tell it.
#[derive(Clone, Default)]
pub(super) struct Health {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    pub lost: Option<String>,
    pub error: Option<String>,
    /// Who waits for the GPU, and must hear of its loss.
    pub waiting: Option<Waker>,
}

impl Health {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn wake(&self) {
        let waiting = self.lock().waiting.take();
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

fn profile(info: &wgpu::AdapterInfo) -> Profile {
    let name = info.name.to_ascii_lowercase(); // the tables of all letters' cases are 8 kB of the page's compressed wasm
    let software = ["swiftshader", "llvmpipe", "lavapipe", "basic render"].iter().any(|word| name.contains(word));
    if software || info.device_type == wgpu::DeviceType::Cpu { Profile::Software } else { Profile::Hardware }
}

fn no_adapter() -> Error {
    let advice = if cfg!(target_arch = "wasm32") {
        "this browser offers no WebGPU adapter; update the browser, switch on its graphics acceleration, or choose cpu"
    } else {
        "no Vulkan, Metal or Direct3D 12 adapter was found; install a driver (Mesa's lavapipe needs no GPU), or choose cpu"
    };
    Error::Device(advice.into())
}
