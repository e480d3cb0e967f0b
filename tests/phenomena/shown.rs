//! A shipped model, opened to be looked into, and draws that come back every time.

use std::path::{Path, PathBuf};

use diorama::capture::Intervention;
use diorama::device::Choice;
use diorama::generate::{Engine, Input};
use diorama::tensor::Tensor;
use diorama::text::Text;
use pollster::block_on;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::common::{activation, engine_in};

/// A shipped model with its tokenizer.
pub struct Shown {
    pub folder: PathBuf,
    pub engine: Engine,
    pub text: Text,
}

impl Shown {
    pub fn open(name: &str) -> Shown {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models").join(name);
        let (engine, text) = (engine_in(&folder, Choice::Cpu), Text::open_folder(&folder).expect("a tokenizer"));
        Shown { folder, engine, text }
    }

    pub fn id(&self, token: &str) -> u32 {
        self.text.id(token).unwrap_or_else(|| panic!("{token} is no token"))
    }

    pub fn ids(&self, text: &str) -> Vec<u32> {
        self.text.encode(text, None).expect("ids").0
    }

    /// The layer and head, counted from 0, that the card names for this.
    pub fn place(&self, phenomenon: &str) -> (usize, usize) {
        let file = std::fs::read_to_string(self.folder.join("metrics.json")).expect("metrics.json");
        let metrics: Value = serde_json::from_str(&file).expect("JSON");
        let rows = metrics["phenomena"].as_array().expect("phenomena");
        let row =
            rows.iter().find(|row| row["what"] == phenomenon).unwrap_or_else(|| panic!("{phenomenon} is not in metrics.json"));
        let number = |name: &str| row[name].as_u64().expect("a number from 1") as usize - 1;
        (number("layer"), number("head"))
    }

    /// Scores [pos d_vocab], and what was captured.
    pub fn run(&mut self, ids: &[u32], capture: &[&str]) -> (Vec<f32>, Vec<Tensor>) {
        self.run_with(ids, capture, &[])
    }

    fn run_with(&mut self, ids: &[u32], capture: &[&str], changed: &[Intervention]) -> (Vec<f32>, Vec<Tensor>) {
        let capture: Vec<String> = capture.iter().map(|hook| (*hook).into()).collect();
        let input = Input { ids: ids.to_vec(), ..Input::default() };
        let trace = block_on(self.engine.run_with(&input, &capture, changed)).expect("a run");
        (trace.logits[0].data.clone(), trace.activations)
    }

    /// The scores of a layer's heads, [head query_pos key_pos], as a function of the three.
    pub fn pattern(&mut self, ids: &[u32], layer: usize) -> impl Fn(usize, usize, usize) -> f32 + use<> {
        let (hook, n) = (format!("blocks.{layer}.attn.hook_pattern"), ids.len());
        let found = self.run(ids, &[&hook]).1;
        let numbers = activation(&found, &hook).data.clone();
        move |head, query, key| numbers[(head * n + query) * n + key]
    }

    /// Nats of each of these tokens in the text's places, mean. Layer `off`'s attention writes the same everywhere, its mean over the text: what it
    /// found at one place and not at another is gone.
    pub fn loss(&mut self, ids: &[u32], places: &[usize], truth: &[u32], off: Option<usize>) -> f64 {
        let mut changed = vec![];
        if let Some(layer) = off {
            let hook = format!("blocks.{layer}.hook_attn_out");
            let mut written = self.run(ids, &[&hook]).1.remove(0); // [batch pos d_model]
            let width = written.data.len() / ids.len();
            let mean: Vec<f32> =
                (0..width).map(|i| written.data.iter().skip(i).step_by(width).sum::<f32>() / ids.len() as f32).collect();
            written.data = mean.repeat(ids.len());
            let change = json!([{ "hook": hook, "from": "the mean" }]).to_string();
            changed = Intervention::read(&change, &mut |_| Ok(Some(vec![written.clone()]))).expect("an intervention");
        }
        let (scores, _) = self.run_with(ids, &[], &changed);
        let vocab = self.engine.model.vocab;
        let nats = places.iter().zip(truth).map(|(place, id)| {
            let row = &scores[place * vocab..(place + 1) * vocab];
            let sum: f64 = row.iter().map(|x| f64::from(*x).exp()).sum();
            sum.ln() - f64::from(row[*id as usize])
        });
        nats.sum::<f64>() / places.len() as f64
    }
}

/// Draws that come back every time.
pub struct Draws(ChaCha8Rng);

impl Draws {
    pub fn new(seed: u64) -> Self {
        Draws(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    pub fn of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        list.choose(&mut self.0).expect("a list to draw from has entries")
    }

    /// `n` different characters of this text.
    pub fn letters(&mut self, from: &str, n: usize) -> String {
        let mut left: Vec<char> = from.chars().collect();
        (0..n).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}
