//! Runs a graph on WebGPU: in a browser, and natively through Vulkan, Metal or Direct3D 12. The only place that knows wgpu.
//!
//! Each node of the graph has a storage buffer of its own, so whatever a reader wants to see is still there when a pass
//! ends. A pass is one command buffer: every launch in the order of the graph, then copies of what was asked for into
//! one buffer that the host can read. So a pass costs one submit and at most one wait, however much of it is looked at.
//!
//! - `open`: an adapter, a device, and what happens to them (errors, loss)
//! - `kernels`: the files of `shaders/` as pipelines
//! - `buffers`: a buffer for each node, which grows with the lengths of a run
//! - `clock`: where the time of a pass goes
//! - `launch`: how a node is launched
//! - `uniforms`: the sizes that kernels are launched with
//! - `executor`: a pass, recorded and run
//! - `state`: what a text keeps between its passes
//! - `edits`: what a reader changes in a pass, recorded behind the node that it changes
//! - `reorder`: the rows of a beam search among its caches
//! - `read`: waiting for the GPU, and numbers back on the host
//! - `tick`: a nudge while the host waits, for browsers that need one

mod buffers;
mod clock;
mod edits;
mod executor;
mod kernels;
mod launch;
mod open;
mod read;
mod reorder;
mod state;
#[cfg(target_arch = "wasm32")]
mod tick;
mod uniforms;

pub use executor::Executor;
pub use kernels::{EDIT, descriptors, kernel};
pub use open::Gpu;
pub use state::State;
#[cfg(target_arch = "wasm32")]
pub use tick::tick_with;
