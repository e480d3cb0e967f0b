//! Turns of the browser's event loop, lent to a long pass on the CPU by a function of the page's.

use async_lock::{Mutex, MutexGuard};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::cpu::Turns;
use crate::generate::Engine;

/// The engine for one call, whose long passes call `give`: it hears what share is done, and its promise brings whether to go on.
/// One that fails means to stop.
pub(super) async fn taking_turns(engine: &Mutex<Engine>, give: Option<Function>) -> MutexGuard<'_, Engine> {
    let mut engine = engine.lock().await;
    engine.device.turns = give.map(|give| {
        Turns::new(Box::new(move |share| {
            let answer = give.call1(&JsValue::NULL, &share.into());
            Box::pin(async move {
                let Ok(answer) = answer else { return false };
                JsFuture::from(Promise::resolve(&answer)).await.is_ok_and(|on| on.is_truthy())
            })
        }))
    });
    engine
}
