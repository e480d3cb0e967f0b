//! How each architecture starts: from which distribution `transformers` draws each tensor of a new model (its `_init_weights`).
//!
//! BERT (Devlin et al. 2018, appendix A.2, after the released code), RoBERTa, ALBERT, ELECTRA and LLaMA: a normal distribution of `initializer_range`.
//! GPT-2 (Radford et al. 2019, §2.3): the same, and the matrices whose output is added to the residual stream by 1/√(2 n_layer) narrower, as there are two in each block.
//! T5 (Mesh TensorFlow, as in the released code): for each matrix by its width, so that its outputs have the deviation of its inputs.
//! Biases are 0, norms 1, and the row of the padding token is 0 where the class of the reference knows it.

use super::Model;
use super::settings::{MOST_WIDE, Settings, within};
use crate::error::{Error, Result};
use crate::graph::{Graph, Kind, Lens, NodeId};
use crate::json::parse;
use crate::ops::Op;

/// What a tensor of a new model holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    Constant(f32),
    /// Draws from a normal distribution around 0; one row, where given, is 0.
    Normal {
        deviation: f32,
        zero_row: Option<usize>,
    },
}

/// A tensor that the class of the reference has and the graph does not compute with: a new checkpoint holds it all the same, as otherwise it would be incomplete.
#[derive(Clone, Debug, PartialEq)]
pub struct Unused {
    pub name: String,
    pub shape: Vec<usize>,
    pub initial: Initial,
}

/// The start of each weight of a model, by its `config.json`.
///
/// # Errors
/// A deviation that is no number of at least 0; a padding token outside the vocabulary.
pub fn initials(config: &str, model: &Model) -> Result<Vec<(NodeId, Initial)>> {
    let value = parse("config.json", config)?;
    let rule = Rule::read(Settings::of("config.json", &value)?, model)?;
    let nodes = model.graph.nodes.iter().enumerate();
    let weights = nodes.filter(|(_, node)| matches!(node.kind, Kind::Weight { .. })).map(|(index, _)| NodeId(index));
    Ok(weights.map(|id| (id, rule.of(model, id))).collect())
}

/// The tensors that only the reference has: a pooler behind a bare encoder, the second head of `GPT2DoubleHeadsModel`, a bias beside an untied head's own.
///
/// # Errors
/// As [`initials`].
pub fn unused(config: &str, model: &Model) -> Result<Vec<Unused>> {
    let value = parse("config.json", config)?;
    let settings = Settings::of("config.json", &value)?;
    let rule = Rule::read(settings, model)?;
    let normal = Initial::Normal { deviation: rule.deviation, zero_row: None };
    let linear = |stem: &str, [out, width]: [usize; 2]| {
        let weight = Unused { name: format!("{stem}.weight"), shape: vec![out, width], initial: normal };
        vec![weight, Unused { name: format!("{stem}.bias"), shape: vec![out], initial: Initial::Constant(0.0) }]
    };
    let bias = |name: &str| vec![Unused { name: name.into(), shape: vec![model.vocab], initial: Initial::Constant(0.0) }];
    let untied = settings.flag("tie_word_embeddings")? == Some(false);
    let first = settings.get("architectures").and_then(|classes| classes.get(0)).and_then(|class| class.as_str());
    Ok(match (model.architecture, first) {
        ("BertModel" | "RobertaModel", _) => linear("pooler.dense", [model.d_model; 2]),
        ("AlbertModel", _) => linear("pooler", [model.d_model; 2]),
        ("BertForMaskedLM" | "BertForPreTraining", _) if untied => bias("cls.predictions.bias"),
        ("RobertaForMaskedLM", _) if untied => bias("lm_head.bias"),
        ("AlbertForMaskedLM" | "AlbertForPreTraining", _) if untied => bias("predictions.bias"),
        (_, Some("GPT2DoubleHeadsModel")) => linear("multiple_choice_head.summary", [1, model.d_model]),
        _ => vec![],
    })
}

/// The name under which `transformers` saves a weight that may have several.
pub fn saved_name<'n>(model: &Model, names: &'n [String]) -> &'n str {
    let bare = matches!(model.architecture, "BertModel" | "RobertaModel" | "AlbertModel" | "ElectraModel");
    match names {
        // A tied head's bias is saved under its own name, not under that of the matrix.
        [first, own, ..] if first.ends_with(".decoder.bias") => own,
        [first, ..] if bare => first.split_once('.').map_or(first, |(_, name)| name),
        _ => &names[0],
    }
}

/// One model's rule.
struct Rule {
    family: Start,
    /// Of a matrix without a rule of its own.
    deviation: f32,
    /// Of the tables of words and of positions.
    zero_rows: [Option<usize>; 2],
}

enum Start {
    /// All matrices alike.
    Alike,
    /// Those that write to the residual stream by this factor narrower.
    Residual(f32),
    /// Each by its width, times this factor.
    Widths { factor: f32, d_model: f32, d_head: f32 },
}

impl Rule {
    fn read(s: Settings, model: &Model) -> Result<Self> {
        let at_least_0 = |name: &str, default: f64| match s.number(name)?.unwrap_or(default) {
            number if number.is_finite() && number >= 0.0 => Ok(number as f32),
            _ => Err(s.misfit(name, "a number of at least 0")),
        };
        let kind = s.word("model_type")?.unwrap_or_default();
        if matches!(kind, "t5" | "mt5") {
            let factor = at_least_0("initializer_factor", 1.0)?;
            let q = model.graph.nodes.iter().find(|node| node.name.ends_with("SelfAttention.q.weight"));
            let d_head = q.map_or(1, |node| node.shape(&Lens::ONE)[0] / model.heads);
            let family = Start::Widths { factor, d_model: model.d_model as f32, d_head: d_head as f32 };
            return Ok(Rule { family, deviation: factor, zero_rows: [None, None] });
        }
        // The reference takes 0 for a value that is missing.
        let deviation = Some(at_least_0("initializer_range", 0.02)?).filter(|range| *range > 0.0).unwrap_or(0.02);
        let pad = match (kind, s.has("pad_token_id")) {
            ("gpt2", _) | ("llama", false) => None,
            (_, false) => Some(i64::from(model.special.pad)),
            (_, true) => s.get("pad_token_id").and_then(|id| id.as_i64()),
        };
        // PyTorch counts a negative row from the end.
        let row = |rows: usize| match pad {
            None => Ok(None),
            Some(pad) if pad < 0 => match usize::try_from(rows as i64 + pad) {
                Ok(row) => Ok(Some(row)),
                Err(_) => Err(Error::Config(format!("pad_token_id {pad} is outside the vocabulary of {rows} tokens"))),
            },
            Some(pad) => within("pad_token_id", u32::try_from(pad).unwrap_or(u32::MAX), rows).map(|row| Some(row as usize)),
        };
        let places = if kind == "roberta" { row(s.size("max_position_embeddings", 512, MOST_WIDE)?)? } else { None };
        let family = match kind {
            "gpt2" => Start::Residual((2.0 * model.layers as f32).sqrt().recip()),
            _ => Start::Alike,
        };
        Ok(Rule { family, deviation, zero_rows: [row(model.vocab)?, places] })
    }

    fn of(&self, model: &Model, id: NodeId) -> Initial {
        let node = model.graph.node(id);
        if node.axes.len() == 1 {
            let gain = if let Start::Widths { factor, .. } = self.family { factor } else { 1.0 };
            return Initial::Constant(if is_gain(&model.graph, id) { gain } else { 0.0 });
        }
        let deviation = match self.family {
            Start::Alike => self.deviation,
            Start::Residual(factor) if node.name.ends_with("c_proj.weight") => self.deviation * factor,
            Start::Residual(_) => self.deviation,
            Start::Widths { factor, d_model, d_head } => {
                let width = node.shape(&Lens::ONE)[1] as f32; // of what the matrix reads
                match node.name.rsplit('.').nth(1).unwrap_or_default() {
                    // Attention is not divided by √d_head: the queries are that much smaller.
                    "q" => factor * (d_model * d_head).powf(-0.5),
                    "relative_attention_bias" => factor * d_model.powf(-0.5),
                    "shared" | "embed_tokens" | "lm_head" => factor,
                    _ => factor * width.powf(-0.5),
                }
            }
        };
        let [words, places] = self.zero_rows;
        let zero_row = match node.name.as_str() {
            name if name.ends_with("word_embeddings.weight") || name.ends_with("embed_tokens.weight") => words,
            name if name.ends_with("position_embeddings.weight") => places,
            _ => None,
        };
        Initial::Normal { deviation, zero_row }
    }
}

/// Whether a norm multiplies by this weight.
fn is_gain(graph: &Graph, id: NodeId) -> bool {
    let norm = |op: Option<&Op>| matches!(op, Some(Op::LayerNorm(_) | Op::RmsNorm(_)));
    graph.nodes.iter().any(|node| norm(node.op()) && node.inputs.get(1) == Some(&id))
}
