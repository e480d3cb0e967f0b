//! What objectives do to a text, for the views that show it: the functions of `train::objectives`, with the draws that training has at a step.

use js_sys::Array;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::values::{fault, read};
use crate::error::{Error, Result};
use crate::train::objectives::{Deeds, Masking, Spans, Vocabulary, When, corrupt};

#[derive(Deserialize)]
struct Masked {
    mask: u32,
    share: f64,
    /// 80 % masked, 10 % swapped, 10 % kept; otherwise all masked.
    mixed: bool,
    seed: f64,
    /// Of static masking; 0: dynamic.
    copies: u32,
    epochs: u32,
}

/// Masks a text that is all of a training's data, epoch by epoch: for each epoch the ids that the model reads, then the original where a place was chosen, else −100.
/// `ordinary` are the ids that stand for text, in order; `options` are `{ mask, share, mixed, seed, copies, epochs }`.
///
/// # Errors
/// Options that do not fit; a share that is not between 0 and 1; `ordinary` out of order.
#[wasm_bindgen(js_name = maskTokens)]
pub fn mask_tokens(ids: Vec<u32>, ordinary: Vec<u32>, options: JsValue) -> Result<Vec<i32>, JsError> {
    let Masked { mask, share, mixed, seed, copies, epochs } = read(options, "options")?;
    checked_share(share)?;
    if !ordinary.is_sorted() {
        return Err(fault(Error::Input("the ids that stand for text are not in order; sort them".into())));
    }
    let when = if copies > 0 { When::Static { copies: copies.into() } } else { When::Dynamic };
    let (masking, vocabulary) = (Masking { share, when }, Vocabulary { mask, ordinary: &ordinary });
    let deeds = if mixed { Deeds::Mixed } else { Deeds::Masked };
    let mut all = Vec::with_capacity(2 * ids.len() * epochs as usize);
    for epoch in 0..epochs {
        let (read, labels) = corrupt(&ids, share, deeds, &vocabulary, &mut masking.draws(seed as u64, epoch.into()));
        all.extend(read.into_iter().map(|id| id as i32));
        all.extend(labels.into_iter().map(|id| id as i32));
    }
    Ok(all)
}

/// Hides spans of a text: `[source, target]`, each a `Uint32Array` without the token that ends it. `mean`: tokens of a span, on average.
///
/// # Errors
/// Fewer than two ids; a share that is not between 0 and 1; a mean below 1; fewer sentinels than the spans take.
#[wasm_bindgen(js_name = hideSpans)]
pub fn hide_spans(ids: Vec<u32>, sentinels: Vec<u32>, share: f64, mean: f64, seed: f64) -> Result<Array, JsError> {
    checked_share(share)?;
    let refused = |why: String| Err(fault(Error::Input(why)));
    if ids.len() < 2 {
        return refused(format!("a text of {} leaves no room for a span; give two tokens at least", ids.len()));
    }
    if !(mean >= 1.0 && mean.is_finite()) {
        return refused(format!("spans of {mean} tokens on average cannot be drawn; give 1 or more"));
    }
    let spans = Spans { share, mean };
    let wanted = spans.sentinels(ids.len());
    if wanted > sentinels.len() {
        return refused(format!("the spans take {wanted} sentinels, and there are {}; give a smaller share", sentinels.len()));
    }
    let (source, target) = spans.corrupt(&ids, &sentinels, &mut Masking::default().draws(seed as u64, 0));
    Ok([source, target].iter().map(|ids| js_sys::Uint32Array::from(ids.as_slice())).collect())
}

fn checked_share(share: f64) -> Result<(), JsError> {
    match share > 0.0 && share <= 1.0 {
        true => Ok(()),
        false => Err(fault(Error::Input(format!("the share that is corrupted is {share}; it must be above 0 and at most 1")))),
    }
}
