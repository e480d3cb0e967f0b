//! The numbers of a new model, from a seed: drawn as its architecture publishes it (`models::initials`).

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::error::{Error, Result};
use crate::graph::{Kind, Lens, NodeId, Stored};
use crate::models::{Initial, Model, initials, saved_name, unused};
use crate::pass::Parameters;
use crate::tensor::{Tensor, size};
use crate::weights::stored;

/// The weights of a new model. A tensor's numbers depend on the seed, its name and its shape alone, so a model with one more layer begins with the same numbers in the others.
///
/// # Errors
/// As [`initials`]; a model that does not fit in memory.
pub fn initialise(model: &Model, config: &str, seed: u64) -> Result<Parameters> {
    room(model)?;
    let mut parameters = Parameters::new();
    for (id, initial) in initials(config, model)? {
        parameters.insert(id, Arc::new(numbers(model, id, initial, seed)));
    }
    Ok(parameters)
}

/// A model's weights as the tensors of a checkpoint, under the names and in the layout in which `transformers` saves them, sorted by name.
/// Those of its class that the graph has no use for are drawn from the seed.
///
/// # Errors
/// As [`initialise`].
pub fn published(model: &Model, config: &str, parameters: &Parameters, seed: u64) -> Result<Vec<Tensor>> {
    room(model)?;
    let names: Vec<String> = model
        .graph
        .nodes
        .iter()
        .filter_map(|node| weight_names(&node.kind))
        .map(|names| saved_name(model, names).to_string())
        .collect();
    let numbers: Vec<(NodeId, Vec<f32>)> = parameters.iter().map(|(id, numbers)| (id, numbers.to_vec())).collect();
    let mut tensors = stored(&model.graph, &numbers, &names);
    for more in unused(config, model)? {
        let data = draw(&more.name, &more.shape, more.initial, seed);
        tensors.push(Tensor { name: more.name, axes: vec![], shape: more.shape, data });
    }
    let sorted: BTreeMap<String, Tensor> = tensors.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
    Ok(sorted.into_values().collect())
}

fn weight_names(kind: &Kind) -> Option<&[String]> {
    if let Kind::Weight { names, .. } = kind { Some(names) } else { None }
}

/// Whether the numbers fit in memory twice: in the graph's layout and in the checkpoint's.
fn room(model: &Model) -> Result<()> {
    let weights = model.graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Weight { .. }));
    let bytes: u128 = weights.map(|node| node.shape(&Lens::ONE).iter().map(|n| *n as u128).product::<u128>() * 8).sum();
    let fits = usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok());
    match fits {
        true => Ok(()),
        false => Err(Error::Config(format!(
            "a new model of these sizes takes {} MB, which is more memory than there is; choose smaller sizes in config.json",
            bytes / 1_000_000
        ))),
    }
}

fn numbers(model: &Model, id: NodeId, initial: Initial, seed: u64) -> Vec<f32> {
    let node = model.graph.node(id);
    let part = match node.kind {
        Kind::Weight { stored: Stored::Part { index, .. } | Stored::TransposedPart { index, .. }, .. } => index,
        _ => 0,
    };
    let name = weight_names(&node.kind).map_or(node.name.as_str(), |names| saved_name(model, names));
    draw(&format!("{name}.{part}"), &node.shape(&Lens::ONE), initial, seed)
}

fn draw(name: &str, shape: &[usize], initial: Initial, seed: u64) -> Vec<f32> {
    let length = size(shape);
    let (deviation, zero_row) = match initial {
        Initial::Constant(number) => return vec![number; length],
        Initial::Normal { deviation, zero_row } => (f64::from(deviation), zero_row),
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(hash(name));
    let mut drawn = Vec::with_capacity(length + 1);
    while drawn.len() < length {
        // Box and Muller 1958: two uniform draws give two normal ones. The first is above 0, so that it has a logarithm.
        let radius = deviation * libm::sqrt(-2.0 * libm::log(1.0 - random.random::<f64>()));
        let angle = TAU * random.random::<f64>();
        drawn.push((radius * libm::cos(angle)) as f32);
        drawn.push((radius * libm::sin(angle)) as f32);
    }
    drawn.truncate(length);
    if let (Some(row), [_, width]) = (zero_row, shape) {
        drawn[row * width..][..*width].fill(0.0);
    }
    drawn
}

/// FNV-1a of 64 bits: the same on every machine, unlike the standard library's.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
