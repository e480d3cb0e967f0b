//! The files of `shaders/` as compute pipelines, each made when it is first needed.

use std::cell::RefCell;

use crate::error::{Error, Result};
use crate::ops::{Descriptor, Kernel, OPS};

/// The kernel of an intervention. It is no op: its twin on the CPU is `pass/edit.rs`.
pub const EDIT: &str = "edit";

const EDITING: Descriptor =
    Descriptor { word: EDIT, kernels: &[Kernel { stem: EDIT, inputs: 2, wgsl: include_str!("../../shaders/edit.wgsl") }] };

/// Every op, and the kernel of interventions.
pub fn descriptors() -> impl Iterator<Item = &'static Descriptor> {
    OPS.iter().chain([&EDITING])
}

/// The kernel with this stem.
pub fn kernel(stem: &str) -> Option<&'static Kernel> {
    descriptors().flat_map(|op| op.kernels).find(|kernel| kernel.stem == stem)
}

/// Inputs of the kernel with the most of them.
const MOST_INPUTS: usize = 4;

/// Compiled kernels, and the bind group layouts that kernels with as many inputs share.
pub(super) struct Pipelines {
    device: wgpu::Device,
    layouts: [wgpu::BindGroupLayout; MOST_INPUTS],
    /// By the kernel's stem: there are few enough to look through.
    compiled: RefCell<Vec<(&'static str, wgpu::ComputePipeline)>>,
}

impl Pipelines {
    pub fn new(device: &wgpu::Device) -> Self {
        let layouts = std::array::from_fn(|index| layout(device, index + 1));
        Pipelines { device: device.clone(), layouts, compiled: RefCell::default() }
    }

    /// The layout of a bind group: a uniform, `inputs` inputs, an output.
    pub fn layout(&self, inputs: usize) -> &wgpu::BindGroupLayout {
        &self.layouts[inputs - 1]
    }

    /// Compiles those kernels that are not compiled yet, side by side where the device can.
    pub async fn prepare(&self, stems: impl Iterator<Item = &'static str>) -> Result<()> {
        let mut errors = vec![];
        for stem in stems {
            if self.find(stem).is_some() {
                continue;
            }
            let kernel = kernel(stem).ok_or_else(|| Error::Device(format!("there is no kernel \"{stem}\"")))?;
            let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
            let pipeline = self.compile(kernel);
            errors.push((stem, scope.pop()));
            self.compiled.borrow_mut().push((stem, pipeline));
        }
        let mut failed = None;
        for (stem, error) in errors {
            if let Some(error) = error.await {
                self.compiled.borrow_mut().retain(|(known, _)| *known != stem);
                failed.get_or_insert((stem, error));
            }
        }
        let Some((stem, error)) = failed else { return Ok(()) };
        Err(Error::Device(format!("shaders/{stem}.wgsl does not compile on this adapter: {error}")))
    }

    /// A kernel that [`Pipelines::prepare`] has compiled.
    pub fn get(&self, stem: &str) -> wgpu::ComputePipeline {
        self.find(stem).expect("prepared before it is used")
    }

    fn find(&self, stem: &str) -> Option<wgpu::ComputePipeline> {
        let compiled = self.compiled.borrow();
        compiled.iter().find(|(known, _)| *known == stem).map(|(_, pipeline)| pipeline.clone())
    }

    fn compile(&self, kernel: &Kernel) -> wgpu::ComputePipeline {
        let label = Some(kernel.stem);
        let module = self
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor { label, source: wgpu::ShaderSource::Wgsl(kernel.wgsl.into()) });
        let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(self.layout(kernel.inputs))],
            ..Default::default()
        });
        self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: Some(&layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        })
    }
}

fn layout(device: &wgpu::Device, inputs: usize) -> wgpu::BindGroupLayout {
    let entry = |binding: usize, ty| wgpu::BindGroupLayoutEntry {
        binding: binding as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    };
    let mut entries = vec![entry(0, wgpu::BufferBindingType::Uniform)];
    entries.extend((1..=inputs).map(|binding| entry(binding, wgpu::BufferBindingType::Storage { read_only: true })));
    entries.push(entry(inputs + 1, wgpu::BufferBindingType::Storage { read_only: false }));
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("sizes, inputs, output"), entries: &entries })
}
