//! Training, from the command line.

use std::path::Path;

use diorama::error::{Error, Result};
use diorama::tensor::Tensor;
use diorama::train::{Array, Batch, Trainer};
use diorama::weights;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::arguments::Gradients;
use super::folder::Folder;
use super::tell;

/// Loss, gradients of all weights, and hooks with their gradients, as one safetensors file.
pub async fn gradients(asked: Gradients) -> Result<String> {
    let (model, parameters, names) = Folder::at(&asked.dir).load_named()?;
    let batch = Batch { arrays: arrays(&asked.batch)?.into_iter().collect() };
    let mut trainer = Trainer::open(model, parameters, &batch, &asked.capture, asked.device.into()).await?;
    let found = trainer.derivatives(&batch, &asked.capture).await?;
    let loss = Tensor { name: "loss".into(), axes: vec![], shape: vec![1], data: vec![found.loss] };
    let stored = weights::stored(&trainer.model().graph, &found.weights, &names);
    let all: Vec<&Tensor> = [&loss].into_iter().chain(&stored).chain(&found.activations).collect();
    tell::write(&asked.out, &all).map(|()| String::new())
}

/// The tensors of a batch file.
fn arrays(path: &Path) -> Result<Vec<(String, Array)>> {
    let unreadable =
        |why: String| Error::Input(format!("{} is no batch ({why}); give a safetensors file of int32 tensors", path.display()));
    let bytes = std::fs::read(path).map_err(|fault| unreadable(fault.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|fault| unreadable(fault.to_string()))?;
    let array = |(name, view): (String, TensorView)| {
        let data = numbers(&view).ok_or_else(|| unreadable(format!("\"{name}\" is stored as {:?}", view.dtype())))?;
        Ok((name, Array { shape: view.shape().to_vec(), data }))
    };
    file.tensors().into_iter().map(array).collect()
}

fn numbers(view: &TensorView) -> Option<Vec<f64>> {
    let bytes = view.data();
    Some(match view.dtype() {
        Dtype::I64 => bytes.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
        Dtype::I32 => bytes.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b) as f64).collect(),
        Dtype::U8 | Dtype::BOOL => bytes.iter().map(|b| f64::from(*b)).collect(),
        Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        _ => return None,
    })
}
