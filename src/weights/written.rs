//! A model's files, written as Hugging Face publishes them.

use std::borrow::Cow;
use std::collections::HashMap;

use safetensors::tensor::{Dtype, View};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::json::parse;
use crate::tensor::Tensor;

/// A tensor as a safetensors file holds it: f32, little-endian.
pub struct Bytes<'a>(pub &'a Tensor);

impl View for Bytes<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        bytemuck::cast_slice(&self.0.data).into()
    }

    fn data_len(&self) -> usize {
        self.0.data.len() * size_of::<f32>()
    }
}

/// A safetensors file of these tensors; `metadata` are pairs of a key and a value.
///
/// # Errors
/// [`Error::Weights`], with the file's name: two tensors under one name.
pub fn safetensors_file(file: &str, tensors: &[Tensor], metadata: &[(&str, &str)]) -> Result<Vec<u8>> {
    let views = tensors.iter().map(|tensor| (tensor.name.as_str(), Bytes(tensor)));
    let metadata: HashMap<String, String> = metadata.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    safetensors::serialize(views, Some(metadata)).map_err(|fault| Error::Weights(format!("{file} cannot be made ({fault})")))
}

/// `model.safetensors`, with the mark of PyTorch's layout that `transformers` looks for.
///
/// # Errors
/// As [`safetensors_file`].
pub fn model_file(tensors: &[Tensor]) -> Result<Vec<u8>> {
    safetensors_file("model.safetensors", tensors, &[("format", "pt")])
}

/// A `config.json` for these weights: with the class, where the file names none, and with f32 as the type of the numbers, which `transformers` reads them in.
///
/// # Errors
/// A file that is no JSON object.
pub fn config_file(text: &str, architecture: &str) -> Result<String> {
    let mut value = parse("config.json", text)?;
    let fields = value.as_object_mut().ok_or_else(|| Error::Config("config.json holds no object".into()))?;
    let named = fields.get("architectures").is_some_and(|classes| classes.get(0).is_some());
    if !named {
        fields.insert("architectures".into(), Value::from(vec![architecture]));
    }
    fields.remove("torch_dtype");
    fields.insert("dtype".into(), "float32".into());
    let told = serde_json::to_string_pretty(&value)
        .map_err(|fault| Error::Config(format!("config.json cannot be written ({fault})")))?;
    Ok(told + "\n")
}
