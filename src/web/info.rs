//! What a loaded model is, on which device it runs, and by which shaders.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::values::write;
use super::{WebEngine, idle};
use crate::gpu;
use crate::graph::{Part, Place, Stack};
use crate::models::Model;
use crate::ops::{Activation, Descriptor, OPS};

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// What the model is, where it runs, and why there.
    pub fn info(&self) -> Result<JsValue, JsError> {
        let engine = idle(&self.engine)?;
        let (model, device) = (&engine.model, &engine.device);
        let classes = model.classes.as_ref();
        let axes = |node| model.graph.node(node).axes.iter().map(|axis| axis.name()).collect();
        let tests = device.self_test.iter().map(|test| SelfTestInfo {
            op: test.op,
            max_error: test.max_error,
            tolerance: test.tolerance,
            passed: test.passed(),
        });
        let ms = |time: Option<web_time::Duration>| time.map(|time| time.as_secs_f64() * 1e3);
        write(&Info {
            name: &self.name,
            architecture: model.architecture,
            kind: model.family.name(),
            device: device.name(),
            device_reason: device.reason.to_string(),
            device_reason_code: device.reason.code(),
            adapter: device.adapter(),
            parameters: model.graph.parameters(),
            virtual_parameters: model.graph.virtual_parameters(),
            layers: model.layers,
            heads: model.heads,
            d_model: model.d_model,
            vocab: model.vocab,
            token_types: model.token_types,
            labels: classes.map_or(&[], |classes| &classes.labels),
            unused_labels: classes.map_or(&[], |classes| &classes.unused),
            classes: classes.map(|classes| classes.scores.name()),
            max_positions: model.max_positions,
            cache: model.cache().map(|cache| CacheInfo {
                kv_heads: cache.kv_heads,
                bytes: cache.bytes,
                multi_head: cache.with(model.heads),
                multi_query: cache.with(1),
            }),
            decoder_start: model.special.decoder_start,
            eos: &model.special.eos,
            pad: model.special.pad,
            notices: notices(model),
            hooks: model
                .graph
                .hooks
                .iter()
                .map(|hook| HookInfo { name: &hook.name, axes: axes(hook.node), place: PlaceInfo::of(hook.place) })
                .collect(),
            self_test: tests.collect(),
            timing: Timing { cpu: ms(device.cpu_time), webgpu: ms(device.gpu_time) },
        })
    }

    /// The ops of this model in the order in which they first run: their shader files and the nodes that they compute.
    pub fn ops(&self) -> Result<JsValue, JsError> {
        let engine = idle(&self.engine)?;
        let mut ops: Vec<OpInfo> = vec![];
        for node in &engine.model.graph.nodes {
            let Some(word) = node.op().map(|op| op.word()) else { continue };
            match ops.iter_mut().find(|known| known.op == word) {
                Some(known) => known.nodes.push(&node.name),
                None => {
                    let descriptor = OPS.iter().find(|op| op.word == word).expect("every op is in the table");
                    ops.push(OpInfo { nodes: vec![&node.name], ..OpInfo::of(descriptor) });
                }
            }
        }
        write(&ops)
    }

    /// A shader file, as it is compiled: `{ file, wgsl }`. By the op's word, or by the name of a variant's file.
    pub fn shader(&self, name: &str) -> Result<JsValue, JsError> {
        let kernel = gpu::kernel(name.trim_end_matches(".wgsl"));
        write(&kernel.map(|kernel| ShaderInfo { file: format!("{}.wgsl", kernel.stem), wgsl: kernel.wgsl }))
    }
}

/// What the engine can compute: `{ ops: [{ op, file, variants, nodes: [] }], activations: [name] }`. The page has to explain each of them.
#[wasm_bindgen]
pub fn vocabulary() -> Result<JsValue, JsError> {
    let ops = OPS.iter().map(OpInfo::of).collect();
    let activations = Activation::ALL.map(Activation::name).to_vec();
    write(&Vocabulary { ops, activations })
}

#[derive(Serialize)]
struct Vocabulary {
    ops: Vec<OpInfo<'static>>,
    activations: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    name: &'a str,
    architecture: &'static str,
    kind: &'static str,
    device: &'static str,
    /// A sentence in English.
    device_reason: String,
    /// The same as one word: `asked`, `cpuFaster`, `gpuFaster`, `noGpu`, `reopened` or `gone`.
    device_reason_code: &'static str,
    adapter: Option<String>,
    parameters: usize,
    /// What layers share counted in each.
    virtual_parameters: usize,
    layers: usize,
    heads: usize,
    d_model: usize,
    vocab: usize,
    token_types: usize,
    /// One for each number of a classifier; null where `config.json` has no name for it.
    labels: &'a [Option<String>],
    /// Names in `config.json` that belong to no number of the head.
    unused_labels: &'a [String],
    /// What a classifier's numbers are: `softmax`, `sigmoid` or `numbers`; null for other heads.
    classes: Option<&'static str>,
    max_positions: Option<usize>,
    cache: Option<CacheInfo>,
    decoder_start: u32,
    eos: &'a [u32],
    pad: u32,
    notices: Vec<NoticeInfo>,
    hooks: Vec<HookInfo<'a>>,
    self_test: Vec<SelfTestInfo>,
    timing: Timing,
}

/// What a reader is told of the checkpoint's generation settings.
#[derive(Serialize)]
struct NoticeInfo {
    /// `rules`, `sampling`, `cuts`, `beams`, `leftOut` or `noEnd`.
    kind: &'static str,
    file: &'static str,
    /// Names and values.
    settings: String,
}

fn notices(model: &Model) -> Vec<NoticeInfo> {
    let told = model.generation.notices.iter();
    told.map(|notice| NoticeInfo { kind: notice.kind.code(), file: notice.file, settings: notice.settings.clone() }).collect()
}

/// What a written token leaves behind, in bytes: as the model is, and with one key/value head for each head, or one in all.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CacheInfo {
    kv_heads: usize,
    bytes: usize,
    multi_head: usize,
    multi_query: usize,
}

#[derive(Serialize)]
struct HookInfo<'a> {
    name: &'a str,
    axes: Vec<&'static str>,
    place: PlaceInfo,
}

/// Where in the model a hook's name stands; see `Place` in `www/trace.js`.
#[derive(Serialize)]
struct PlaceInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'static str>,
}

impl PlaceInfo {
    fn of(place: Place) -> PlaceInfo {
        PlaceInfo { stack: place.stack.map(Stack::name), layer: place.layer, part: place.part.map(Part::name) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SelfTestInfo {
    op: &'static str,
    max_error: f32,
    tolerance: f32,
    passed: bool,
}

/// Of one step, in milliseconds.
#[derive(Serialize)]
struct Timing {
    cpu: Option<f64>,
    webgpu: Option<f64>,
}

#[derive(Serialize)]
struct OpInfo<'a> {
    op: &'static str,
    /// The plain kernel.
    file: String,
    /// Faster kernels of the same op, taken where they win.
    variants: Vec<String>,
    nodes: Vec<&'a str>,
}

impl OpInfo<'_> {
    fn of(op: &Descriptor) -> Self {
        let mut files = op.kernels.iter().map(|kernel| format!("{}.wgsl", kernel.stem));
        OpInfo { op: op.word, file: files.next().unwrap_or_default(), variants: files.collect(), nodes: vec![] }
    }
}

#[derive(Serialize)]
struct ShaderInfo {
    file: String,
    wgsl: &'static str,
}
