//! What the command says of models and tensors: lines to read, and safetensors files.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;

use diorama::error::{Error, Result, shown_longer};
use diorama::graph::{Kind, Lens, Node};
use diorama::models::{Classes, Model, Scores};
use diorama::tensor::{Tensor, size};
use diorama::weights::Bytes;

/// Architecture, sizes, hooks with their axes.
pub fn inspect(model: &Model) -> String {
    let weights: Vec<&Node> = model.graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Weight { .. })).collect();
    let count: usize = weights.iter().map(|node| size(&node.shape(&Lens::ONE))).sum();
    let computed = model.graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Op(_))).count();
    let mut told = format!(
        "{}, {}\n{} layers, {} heads, d_model {}, vocabulary {}\n{count} parameters in {} tensors\n{}{}{}{computed} computed nodes, {} \
         hooks:\n",
        model.architecture,
        model.family.name(),
        model.layers,
        model.heads,
        model.d_model,
        model.vocab,
        weights.len(),
        shared(model, count),
        cached(model),
        model.classes.as_ref().map(named).unwrap_or_default(),
        model.graph.hooks.len()
    );
    for hook in &model.graph.hooks {
        let axes: Vec<&str> = model.graph.node(hook.node).axes.iter().map(|axis| axis.name()).collect();
        told += &format!("  {}  {}\n", hook.name, axes.join(" "));
    }
    told
}

/// A line on weights that several layers share, where some do.
fn shared(model: &Model, stored: usize) -> String {
    match model.graph.virtual_parameters() {
        all if all == stored => String::new(),
        all => format!("{all} virtual parameters, what layers share counted in each\n"),
    }
}

/// A line on what each written token leaves in the cache, and would leave with other numbers of key/value heads.
fn cached(model: &Model) -> String {
    let Some(cache) = model.cache() else { return String::new() };
    let kind = match cache.kv_heads {
        all if all == model.heads => "multi-head",
        1 => "multi-query",
        _ => "grouped-query",
    };
    let (heads, bytes, multi, single) = (cache.kv_heads, cache.bytes, cache.with(model.heads), cache.with(1));
    format!(
        "key/value cache: {kind}, {heads} of {} heads, {bytes} bytes a token in f32 (multi-head {multi}, multi-query {single})\n",
        model.heads
    )
}

/// A line on what a classifier's numbers mean and what they are called, and one on names that fit none of them.
fn named(classes: &Classes) -> String {
    let all: Vec<String> = (0..classes.labels.len()).map(|id| classes.label(id)).collect();
    let kind = match (classes.scores, all.len()) {
        (Scores::Softmax, _) => "classes that exclude one another (softmax)",
        (Scores::Sigmoid, 1) => "class, judged by itself (sigmoid)",
        (Scores::Sigmoid, _) => "classes, each judged by itself (sigmoid)",
        (Scores::Numbers, 1) => "number (regression)",
        (Scores::Numbers, _) => "numbers (regression)",
    };
    let unused = match classes.unused.as_slice() {
        [] => String::new(),
        names => format!("names in config.json that belong to no number of the head: {}\n", names.join(", ")),
    };
    format!("{} {kind}: {}\n{unused}", all.len(), all.join(", "))
}

/// A line for each class of a text, with its share, or with the number itself where that is the answer.
pub fn judged(classes: &Classes, logits: &Tensor) -> String {
    let width = classes.labels.len();
    let rows = logits.data.chunks(width).flat_map(|row| classes.scores.of(row).into_iter().enumerate());
    let told = rows.map(|(id, value)| match classes.scores {
        Scores::Numbers => format!("  {}  {value:.3}\n", classes.label(id)),
        Scores::Softmax | Scores::Sigmoid => format!("  {}  {:.1} %\n", classes.label(id), value * 100.0),
    });
    told.collect()
}

/// A line for each tensor, when no file is asked for.
pub fn summary(tensor: &Tensor) -> String {
    let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
    let (min, max) = tensor.data.iter().fold((f32::MAX, f32::MIN), |(min, max), x| (min.min(*x), max.max(*x)));
    format!("{}  {}  from {min} to {max}\n", tensor.name, shape.join("×"))
}

/// Tensors under their names; the file's metadata has the axes of each.
pub fn write(path: &Path, tensors: &[&Tensor]) -> Result<()> {
    let axes = |tensor: &Tensor| tensor.axes.iter().map(|axis| axis.name()).collect::<Vec<_>>().join(" ");
    let metadata: HashMap<String, String> = tensors.iter().map(|tensor| (tensor.name.clone(), axes(tensor))).collect();
    let views = tensors.iter().map(|tensor| (tensor.name.as_str(), Bytes(tensor)));
    let unwritten = |fault: &dyn Display| {
        Error::Input(format!("{} cannot be written ({fault}); choose another --out", shown_longer(path.display())))
    };
    // Not `serialize_to_file`: it puts a new file, which only its owner may read, in the place of a link or a pipe.
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|fault| unwritten(&fault))?;
    std::fs::write(path, bytes).map_err(|fault| unwritten(&fault))
}
