//! What a reader wants changed, read from JSON: the same words in JavaScript, in a file and in the page's address.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::error::{Error, Result, shown, shown_longer, written};
use crate::pass::Change;
use crate::tensor::{Tensor, shown_shape};

/// `{ hook, at: { axis: index or [indices], … }, set | scale | add: number, or from: an activation or an earlier hook's name }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervention {
    /// A hook's name, or a glob; each node that it names is changed once.
    pub hook: String,
    /// Indices on some axes; an axis that is left out means all of it.
    pub at: Vec<(String, Vec<usize>)>,
    pub change: Change,
    pub with: With,
}

#[derive(Clone, Debug, PartialEq)]
pub enum With {
    Number(f32),
    /// The numbers of an activation: the one that has the hook's name, or the only one.
    From(Arc<Vec<Tensor>>),
    /// Those of another hook, as it is in the same pass.
    Hook(String),
}

impl Intervention {
    /// A list of interventions, or one. `open` brings the activations that a `from` stands for, or `None` where it is a hook's name.
    ///
    /// # Errors
    /// What is not an intervention, in a sentence that names its hook.
    pub fn read(json: &str, open: &mut dyn FnMut(&Value) -> Result<Option<Vec<Tensor>>>) -> Result<Vec<Self>> {
        let value: Value = serde_json::from_str(json)
            .map_err(|fault| fail(format!("this is not JSON ({}); give a list of {FORM}", shown_longer(fault))))?;
        let list = match &value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut interventions = vec![];
        for value in list {
            interventions.push(Self::one(value, open)?);
        }
        Ok(interventions)
    }

    fn one(value: &Value, open: &mut dyn FnMut(&Value) -> Result<Option<Vec<Tensor>>>) -> Result<Self> {
        let (fields, hook) = match value.as_object().map(|fields| (fields, fields.get("hook").and_then(Value::as_str))) {
            Some((fields, Some(hook))) => (fields, hook),
            _ => return Err(fail(format!("{} names no hook; give {FORM}", written(value)))),
        };
        let told = |message: String| fail(format!("\"{}\": {message}", shown(hook)));
        if let Some(word) = fields.keys().find(|word| !WORDS.contains(&word.as_str())) {
            let (word, words) = (shown(word), WORDS.join(", "));
            return Err(told(format!("\"{word}\" is not a word of an intervention; its words are {words}")));
        }
        let given: Vec<&str> = WORDS[2..].iter().copied().filter(|word| fields.contains_key(*word)).collect();
        let [word] = given[..] else {
            let found = if given.is_empty() { "none of them".to_string() } else { given.join(" and ") };
            return Err(told(format!("expected one of set, scale, add and from, got {found}")));
        };
        let change = match word {
            "scale" => Change::Scale,
            "add" => Change::Add,
            _ => Change::Set,
        };
        let with = match &fields[word] {
            from if word == "from" => match (open(from)?, from.as_str()) {
                (Some(tensors), _) => With::From(Arc::new(checked(tensors).map_err(told)?)),
                (None, Some(hook)) => With::Hook(hook.into()),
                (None, None) => return Err(told(format!("from is {}; give an activation or a hook's name", written(from)))),
            },
            number => match number.as_f64().map(|number| number as f32).filter(|number| number.is_finite()) {
                Some(number) => With::Number(number),
                None => return Err(told(format!("{word} is {}; it must be a finite number", written(number)))),
            },
        };
        let at = match fields.get("at") {
            None => vec![],
            Some(Value::Object(axes)) => indices(axes).map_err(told)?,
            Some(other) => return Err(told(format!("at is {}; it must be an object of axes, {{\"head\": 3}}", written(other)))),
        };
        Ok(Intervention { hook: hook.into(), at, change, with })
    }
}

const FORM: &str = "{ hook, at: { axis: index or [indices] }, and one of set, scale, add: a number, or from }";
/// What an intervention may hold; what changes the hook comes last.
const WORDS: [&str; 6] = ["hook", "at", "set", "scale", "add", "from"];

fn indices(axes: &Map<String, Value>) -> Result<Vec<(String, Vec<usize>)>, String> {
    let mut at = vec![];
    for (axis, value) in axes {
        let list = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut indices = vec![];
        for value in list {
            let Some(index) = value.as_u64() else {
                let axis = shown(axis);
                return Err(format!("{axis} {} is not an index; indices are whole numbers that count from 0", written(value)));
            };
            indices.push(index as usize);
        }
        at.push((axis.clone(), indices));
    }
    Ok(at)
}

fn checked(tensors: Vec<Tensor>) -> Result<Vec<Tensor>, String> {
    for tensor in &tensors {
        // A shape from a caller may have more numbers than can be counted.
        let size = tensor.shape.iter().try_fold(1usize, |size, n| size.checked_mul(*n));
        if size != Some(tensor.data.len()) {
            return Err(format!("from has {} numbers for the shape {}", tensor.data.len(), shown_shape(&tensor.shape)));
        }
        if let Some(number) = tensor.data.iter().find(|number| !number.is_finite()) {
            return Err(format!("from holds {number}; its numbers must be finite"));
        }
    }
    Ok(tensors)
}

fn fail(message: String) -> Error {
    Error::Intervention(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_of_more_numbers_than_can_be_counted_is_refused() {
        // Their product is 0 where it overflows, as many as there are.
        let shape = vec![1, 1 << (usize::BITS - 1), 24];
        let tensor = Tensor { name: String::new(), axes: vec![], shape, data: vec![] };
        let read = Intervention::read(r#"{ "hook": "*", "from": 0 }"#, &mut |_| Ok(Some(vec![tensor.clone()])));
        let said = read.expect_err("it has no numbers").to_string();
        assert!(said.contains("from has 0 numbers for the shape [1, "), "{said}");
    }
}
