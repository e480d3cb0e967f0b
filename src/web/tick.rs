//! A call on each turn of the browser's event loop, where waiting needs it.
//!
//! Firefox looks for finished GPU work every 100 ms (Mozilla bug 1870699), and whenever work is submitted. So while a
//! mapping is pending there, nothing is submitted, again and again. Remove this when that bug is fixed.

use std::any::Any;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// Calls on each turn of the event loop, until it is dropped.
struct Ticker {
    inbox: MessagePort,
    outbox: MessagePort,
    _on_message: Closure<dyn FnMut()>,
}

/// Starts to tick; `None` in a browser that needs no such help.
pub fn start(mut call: Box<dyn FnMut()>) -> Option<Box<dyn Any>> {
    if !is_firefox() {
        return None;
    }
    // A message to oneself, unlike a timer, is not held back; pages and workers both have it.
    let channel = MessageChannel::new().ok()?;
    let (inbox, outbox) = (channel.port1(), channel.port2());
    let again = outbox.clone();
    let on_message = Closure::<dyn FnMut()>::new(move || {
        call();
        let _ = again.post_message(&JsValue::NULL); // a closed port means that the wait is over
    });
    inbox.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    outbox.post_message(&JsValue::NULL).ok()?;
    Some(Box::new(Ticker { inbox, outbox, _on_message: on_message }))
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.inbox.set_onmessage(None);
        self.inbox.close();
        self.outbox.close();
    }
}

/// `navigator` belongs to different global objects in a page and in a worker, so it is looked up by name.
fn is_firefox() -> bool {
    let agent =
        Reflect::get(&js_sys::global(), &"navigator".into()).and_then(|navigator| Reflect::get(&navigator, &"userAgent".into()));
    agent.ok().and_then(|agent| agent.as_string()).is_some_and(|agent| agent.contains("Firefox/"))
}
