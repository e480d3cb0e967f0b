//! Everything that can go wrong, each with one sentence that names what is wrong and what to do.

use serde_json::Value;

/// The one error type of the crate. `Display` is what a reader sees. Each holds one string at most, so that a result stays small and is quickly passed on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// `config.json` is unreadable, or names an architecture that is not built in.
    #[error("config: {0}")]
    Config(String),
    /// A graph does not fit together: found while it is built, before anything runs.
    #[error("graph: {0}")]
    Shape(String),
    /// A checkpoint is damaged, or does not hold what the graph asks for.
    #[error("weights: {0}")]
    Weights(String),
    /// A text or a list of ids that the model cannot take.
    #[error("input: {0}")]
    Input(String),
    /// A request for a hook that the graph does not have.
    #[error("capture: {0}")]
    Capture(String),
    /// A request to change a hook that does not fit the model or the run.
    #[error("interventions: {0}")]
    Intervention(String),
    /// A device is absent, or failed its self-test.
    #[error("device: {0}")]
    Device(String),
    /// The GPU went away while it was in use; what was asked can be asked again.
    #[error("device: the GPU was lost ({0}); the text and the tokens are kept, run again to go on")]
    DeviceLost(String),
    /// Who asked for a pass did not want to wait for it any longer.
    #[error("stopped: the pass was ended before it was done; ask again")]
    Stopped,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A value of a JSON file, as a sentence shows it. Written out here: the JSON library's own writer would be 8 kB of the page's compressed wasm.
pub fn written(value: &Value) -> String {
    let all = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, number) => number.unwrap_or(f64::NAN).to_string(),
        },
        Value::String(word) => format!("{word:?}"),
        Value::Array(list) => format!("[{}]", all(list.iter().map(written).collect())),
        Value::Object(fields) => {
            format!("{{{}}}", all(fields.iter().map(|(name, value)| format!("{name:?}:{}", written(value))).collect()))
        }
    }
}
