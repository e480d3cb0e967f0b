//! What a loaded model is, on which device it runs, and by which shaders.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_time::Duration;

use super::objects::{number, object, or_null, words};
use super::{WebEngine, idle};
use crate::device::SelfTest;
use crate::gpu;
use crate::graph::Hook;

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// What the model is, where it runs, and why there.
    pub fn info(&self) -> Result<JsValue, JsError> {
        let engine = idle(&self.engine)?;
        let (model, device) = (&engine.model, &engine.device);
        let cache = model.cache().map(|cache| {
            object(&[
                ("kvHeads", number(cache.kv_heads)),
                ("bytes", number(cache.bytes)),
                ("multiHead", number(cache.with(model.heads))),
                ("multiQuery", number(cache.with(1))),
            ])
        });
        let hook = |hook: &Hook| {
            let axes = words(model.graph.node(hook.node).axes.iter().map(|axis| axis.name()));
            object(&[("name", hook.name.as_str().into()), ("axes", axes)])
        };
        let test = |test: &SelfTest| {
            object(&[
                ("op", test.op.into()),
                ("maxError", test.max_error.into()),
                ("tolerance", test.tolerance.into()),
                ("passed", test.passed().into()),
            ])
        };
        let ms = |time: Option<Duration>| or_null(time.map(|time| time.as_secs_f64() * 1e3));
        Ok(object(&[
            ("name", self.name.as_str().into()),
            ("architecture", model.architecture.into()),
            ("kind", model.family.name().into()),
            ("device", device.name().into()),
            ("deviceReason", device.reason.to_string().into()), // a sentence in English
            ("deviceReasonCode", device.reason.code().into()),  // the same as one word
            ("adapter", or_null(device.adapter())),
            ("parameters", number(model.graph.parameters())),
            ("virtualParameters", number(model.graph.virtual_parameters())), // what layers share counted in each
            ("layers", number(model.layers)),
            ("heads", number(model.heads)),
            ("dModel", number(model.d_model)),
            ("vocab", number(model.vocab)),
            ("tokenTypes", number(model.token_types)),
            ("labels", words(model.labels.iter().map(String::as_str))),
            ("maxPositions", or_null(model.max_positions.map(number))),
            ("cache", or_null(cache)), // of a written token, in bytes: as it is, with a key/value head for each head, with one in all
            ("decoderStart", model.special.decoder_start.into()),
            ("eos", model.special.eos.iter().map(|id| JsValue::from(*id)).collect::<Array>().into()),
            ("pad", model.special.pad.into()),
            ("hooks", model.graph.hooks.iter().map(hook).collect::<Array>().into()),
            ("selfTest", device.self_test.iter().map(test).collect::<Array>().into()),
            ("timing", object(&[("cpu", ms(device.cpu_time)), ("webgpu", ms(device.gpu_time))]).into()), // of one step
        ])
        .into())
    }

    /// The ops of this model in the order in which they first run: their shader files and the nodes that they compute.
    pub fn ops(&self) -> Result<JsValue, JsError> {
        let engine = idle(&self.engine)?;
        let mut ops: Vec<(&str, Vec<&str>)> = vec![];
        for node in &engine.model.graph.nodes {
            let Some(op) = node.op().map(|op| op.word()) else { continue };
            match ops.iter_mut().find(|(known, _)| *known == op) {
                Some((_, nodes)) => nodes.push(&node.name),
                None => ops.push((op, vec![&node.name])),
            }
        }
        let describe = |(op, nodes): &(&str, Vec<&str>)| {
            // Faster kernels of the same op, taken where they win.
            let variants = gpu::KERNELS.iter().filter(|kernel| kernel.op == *op && kernel.stem != *op);
            object(&[
                ("op", (*op).into()),
                ("file", file(op)),
                ("variants", variants.map(|kernel| file(kernel.stem)).collect::<Array>().into()),
                ("nodes", words(nodes.iter().copied())),
            ])
        };
        Ok(ops.iter().map(describe).collect::<Array>().into())
    }

    /// A shader file, as it is compiled: `{ file, wgsl }`. By the op's word, or by the name of a variant's file.
    pub fn shader(&self, name: &str) -> JsValue {
        let kernel = gpu::kernel(name.strip_suffix(".wgsl").unwrap_or(name));
        or_null(kernel.map(|kernel| object(&[("file", file(kernel.stem)), ("wgsl", kernel.wgsl.into())])))
    }
}

/// The file of a kernel.
fn file(stem: &str) -> JsValue {
    format!("{stem}.wgsl").into()
}
