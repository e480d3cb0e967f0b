//! JavaScript's objects, read and made field by field: derived readers and writers took 9 kB of the page's compressed wasm.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

/// The largest whole number of which JavaScript is sure: 2⁵³ − 1.
const LARGEST: f64 = 9_007_199_254_740_991.0;

/// An object's fields. One that is absent, undefined or null is not given; no object at all has none.
#[derive(Clone, Copy)]
pub(super) struct Options<'o>(pub &'o JsValue);

impl Options<'_> {
    pub fn get(self, key: &str) -> Option<JsValue> {
        Reflect::get(self.0, &key.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
    }

    pub fn word(self, key: &str) -> Result<Option<String>, JsError> {
        let word = |value: JsValue| value.as_string().ok_or_else(|| misfit(key, &value, "a string"));
        self.get(key).map(word).transpose()
    }

    pub fn number(self, key: &str) -> Result<Option<f64>, JsError> {
        let number = |value: JsValue| value.as_f64().ok_or_else(|| misfit(key, &value, "a number"));
        self.get(key).map(number).transpose()
    }

    /// A size or a count; one beyond all memory is as good as the largest.
    pub fn whole(self, key: &str) -> Result<Option<usize>, JsError> {
        let whole = |value: JsValue| match value.as_f64() {
            Some(n) if (0.0..=LARGEST).contains(&n) && n.fract() == 0.0 => Ok(n as usize),
            _ => Err(misfit(key, &value, "a whole number")),
        };
        self.get(key).map(whole).transpose()
    }

    pub fn words(self, key: &str) -> Result<Vec<String>, JsError> {
        self.list(key)?.iter().map(|item| item.as_string().ok_or_else(|| misfit(key, &item, "a list of strings"))).collect()
    }

    pub fn ids(self, key: &str) -> Result<Vec<u32>, JsError> {
        let id = |item: JsValue| match item.as_f64() {
            Some(n) if (0.0..=u32::MAX as f64).contains(&n) && n.fract() == 0.0 => Ok(n as u32),
            _ => Err(misfit(key, &item, "a list of whole numbers from 0")),
        };
        self.list(key)?.iter().map(id).collect()
    }

    /// The items of an array, typed or not.
    pub fn list(self, key: &str) -> Result<Array, JsError> {
        match self.get(key) {
            None => Ok(Array::new()),
            Some(list) if list.is_object() => Ok(Array::from(&list)),
            Some(other) => Err(misfit(key, &other, "a list")),
        }
    }
}

/// The value of a field that cannot be left out.
pub(super) fn needed<T>(key: &str, value: Option<T>) -> Result<T, JsError> {
    value.ok_or_else(|| JsError::new(&format!("input: {key} is missing")))
}

fn misfit(key: &str, found: &JsValue, wanted: &str) -> JsError {
    let shown = JSON::stringify(found).ok().and_then(|shown| shown.as_string());
    JsError::new(&format!("input: {key} has {}; {wanted} is expected", shown.as_deref().unwrap_or("what is no data")))
}

pub(super) fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in fields {
        Reflect::set(&object, &(*key).into(), value).expect("a plain object takes any property");
    }
    object
}

pub(super) fn words<'w>(words: impl Iterator<Item = &'w str>) -> JsValue {
    words.map(JsValue::from_str).collect::<Array>().into()
}

pub(super) fn number(n: usize) -> JsValue {
    JsValue::from_f64(n as f64)
}

pub(super) fn or_null<T: Into<JsValue>>(value: Option<T>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}
