//! What an objective needs to know besides its data, and whether all of it is there.

use super::{Data, Recipe};
use crate::error::{Error, Result};
use crate::models::{Family, Model};

/// Ids with a meaning of their own, as the tokenizer has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecialIds {
    pub pad: u32,
    /// What begins an encoder's text: \[CLS\] or `<s>`.
    pub cls: Option<u32>,
    /// What ends an encoder's text or segment: \[SEP\] or `</s>`.
    pub sep: Option<u32>,
    pub mask: Option<u32>,
    /// What begins a decoder's text, where it was trained with one.
    pub bos: Option<u32>,
    /// What ends a decoder's text, and both of an encoder-decoder.
    pub eos: Option<u32>,
    /// T5's `<extra_id_0>` and those after it, in this order.
    pub sentinels: Vec<u32>,
    /// Further ids that do not stand for text, such as \[UNK\].
    pub others: Vec<u32>,
}

impl SpecialIds {
    /// Those of a model, with the ids that its tokenizer has for the usual spellings. An end that `config.json` names outside of the vocabulary is none.
    pub fn find(model: &Model, id: &dyn Fn(&str) -> Option<u32>) -> SpecialIds {
        let known = |id: &u32| (*id as usize) < model.vocab;
        let named = |spellings: &[&str]| spellings.iter().find_map(|spelling| id(spelling)).filter(known);
        let encoder = |spellings: &[&str]| if model.family == Family::Encoder { named(spellings) } else { None };
        let end = || model.special.eos.first().copied().filter(known).or_else(|| named(&["</s>", "<|endoftext|>"]));
        let sentinels = (0..).map_while(|i| named(&[&format!("<extra_id_{i}>")]));
        SpecialIds {
            // Nothing reads padding, so where no token is named for it, any will do.
            pad: Some(model.special.pad).filter(known).or_else(|| named(&["[PAD]", "<pad>"])).unwrap_or(0),
            cls: encoder(&["[CLS]", "<s>"]),
            sep: encoder(&["[SEP]", "</s>"]),
            mask: encoder(&["[MASK]", "<mask>"]),
            bos: if model.family == Family::Decoder { named(&["<s>", "<|begin_of_text|>"]) } else { None },
            eos: if model.family == Family::Encoder { None } else { end() },
            sentinels: if model.family == Family::EncoderDecoder { sentinels.collect() } else { vec![] },
            others: named(&["[UNK]", "<unk>"]).into_iter().collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub family: Family,
    /// Ids below this are tokens.
    pub vocab: usize,
    pub special: SpecialIds,
    /// Texts of a batch.
    pub batch: usize,
    /// The longest row, in tokens.
    pub context: usize,
    /// Of the examples: never trained on.
    pub held_out: f64,
    pub seed: u64,
}

impl Settings {
    /// Ids that stand for text, in order.
    pub(super) fn ordinary(&self) -> Vec<u32> {
        let SpecialIds { pad, cls, sep, mask, bos, eos, sentinels, others } = &self.special;
        let mut special: Vec<u32> = [*cls, *sep, *mask, *bos, *eos].into_iter().flatten().chain([*pad]).collect();
        special.extend(sentinels.iter().chain(others));
        special.sort_unstable();
        (0..self.vocab as u32).filter(|id| special.binary_search(id).is_err()).collect()
    }

    /// # Errors
    /// A family that the objective does not train; a special token that it needs and that is missing or outside of the vocabulary; sizes that leave no room.
    pub(super) fn check(&self, recipe: &Recipe) -> Result<()> {
        let name = recipe.name();
        let families: &[Family] = match recipe {
            Recipe::Clm(_) => &[Family::Decoder],
            Recipe::Span(..) => &[Family::EncoderDecoder],
            Recipe::Pairs => &[Family::EncoderDecoder, Family::Decoder],
            Recipe::Mlm(..) | Recipe::Nsp(_) | Recipe::Sop(_) | Recipe::Rtd(..) | Recipe::Cls => &[Family::Encoder],
        };
        if !families.contains(&self.family) {
            let known: Vec<&str> = families.iter().map(|family| family.name()).collect();
            return Err(input(
                format!("the objective {name} trains {} models, and this one is an {}", known.join(" and "), self.family.name())
                    .replace("an decoder", "a decoder"),
            ));
        }
        let masks = matches!(recipe, Recipe::Mlm(..) | Recipe::Nsp(_) | Recipe::Sop(_) | Recipe::Rtd(..));
        let writes_pairs = matches!(recipe, Recipe::Nsp(_) | Recipe::Sop(_));
        let special = &self.special;
        let needs = [
            ("a mask token such as [MASK]", masks && special.mask.is_none()),
            ("a token that begins a text such as [CLS]", writes_pairs && special.cls.is_none()),
            ("a token that separates texts such as [SEP]", writes_pairs && special.sep.is_none()),
            ("a token that ends a text such as </s>", self.family == Family::EncoderDecoder && special.eos.is_none()),
            ("sentinels such as <extra_id_0>", matches!(recipe, Recipe::Span(..)) && special.sentinels.len() < 2),
        ];
        if let Some((missing, _)) = needs.iter().find(|(_, missing)| *missing) {
            return Err(input(format!("the objective {name} needs {missing}, which the tokenizer does not have")));
        }
        let ids = [special.cls, special.sep, special.mask, special.bos, special.eos].into_iter().flatten().chain([special.pad]);
        if let Some(id) = ids.chain(special.sentinels.iter().copied()).find(|id| *id as usize >= self.vocab) {
            return Err(input(format!(
                "the special token {id} is outside the model's vocabulary of {} tokens; tokenizer and model belong together",
                self.vocab
            )));
        }
        if self.batch == 0 {
            return Err(input("a batch has no texts; give --batch at least 1".into()));
        }
        let least = match recipe {
            Recipe::Nsp(_) | Recipe::Sop(_) => 5, // two tokens, and three around them
            Recipe::Span(..) => 4,                // a token and its sentinel, one more sentinel, and the end
            Recipe::Mlm(..) | Recipe::Rtd(..) | Recipe::Cls => 3,
            Recipe::Clm(_) | Recipe::Pairs => 2,
        };
        if self.context < least {
            return Err(input(format!(
                "the objective {name} needs at least {least} positions, and --context is {}",
                self.context
            )));
        }
        match (0.0..1.0).contains(&self.held_out) {
            true => Ok(()),
            false => Err(input(format!("the share that is held out is {}; it must be at least 0 and below 1", self.held_out))),
        }
    }

    /// # Errors
    /// Data of another objective; an id outside of the vocabulary.
    pub(super) fn check_data(&self, recipe: &Recipe, data: &Data) -> Result<()> {
        let fits = match recipe {
            Recipe::Clm(_) | Recipe::Mlm(..) | Recipe::Rtd(..) | Recipe::Span(..) => matches!(data, Data::Texts(_)),
            Recipe::Nsp(_) | Recipe::Sop(_) => matches!(data, Data::Documents(_)),
            Recipe::Pairs => matches!(data, Data::Pairs(_)),
            Recipe::Cls => matches!(data, Data::Labelled(_)),
        };
        if !fits {
            return Err(input(format!("the data was read for another objective than {}; read it again", recipe.name())));
        }
        let mut ids: Box<dyn Iterator<Item = &u32>> = match data {
            Data::Texts(texts) => Box::new(texts.iter().flatten()),
            Data::Documents(documents) => Box::new(documents.iter().flatten().flatten()),
            Data::Pairs(pairs) => Box::new(pairs.iter().flatten().flatten()),
            Data::Labelled(labelled) => Box::new(labelled.iter().flat_map(|(text, _)| text)),
        };
        match ids.find(|id| **id as usize >= self.vocab) {
            Some(id) => Err(input(format!(
                "the data has the token {id}, and the model's vocabulary has {}; tokenizer and model belong together",
                self.vocab
            ))),
            None => Ok(()),
        }
    }
}

pub(super) fn input(message: String) -> Error {
    Error::Input(message)
}
