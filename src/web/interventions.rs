//! Interventions as the page sends them: JSON, and the numbers of activations beside it. A `from` that is a word is a hook's name.

use js_sys::{Array, Float32Array, Reflect};
use wasm_bindgen::prelude::*;

use super::values::fault;
use crate::capture::Intervention;
use crate::error::{Error, Result};
use crate::tensor::Tensor;

/// `{ json, arrays: Float32Array[] }`: where JSON has an activation, its `data` is a number, the place in `arrays`. None where nothing is sent.
pub(super) fn interventions(packed: &JsValue) -> Result<Vec<Intervention>, JsError> {
    let get = |key: &str| Reflect::get(packed, &key.into()).unwrap_or_default();
    let Some(json) = get("json").as_string() else { return Ok(vec![]) };
    let arrays = Array::from(&get("arrays"));
    let activation = |from: &serde_json::Value| {
        let shape = from["shape"].as_array()?.iter().map(|n| usize::try_from(n.as_u64()?).ok()).collect::<Option<_>>()?;
        let data = Float32Array::new(&arrays.get(from["data"].as_u64()? as u32)).to_vec();
        Some(Tensor { name: String::new(), axes: vec![], shape, data })
    };
    let mut open = |from: &serde_json::Value| match activation(from) {
        Some(tensor) => Ok(Some(vec![tensor])),
        None if from.is_string() => Ok(None),
        None => Err(Error::Intervention("from is no activation; give { name, axes, shape, data }, or a hook's name".into())),
    };
    Intervention::read(&json, &mut open).map_err(fault)
}
