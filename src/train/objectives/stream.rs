//! The batches of an objective: for each step one, and those that are held out.

use std::ops::Range;

use super::draws::{Draws, Epochs, Purpose, Turn, split};
use super::masking::{self, Deeds, Masking, Vocabulary, When};
use super::rows::{Row, batch, with_numbers};
use super::sentences::{Documents, Task};
use super::settings::{Settings, input};
use super::windows::{Windows, pieces};
use super::{Data, Recipe, Rows, replaced};
use crate::error::Result;
use crate::models::Family;
use crate::train::batch::{Batch, IGNORED};

/// An objective on its data. A batch is a pure function of data, settings and step.
pub struct Stream {
    recipe: Recipe,
    settings: Settings,
    ordinary: Vec<u32>,
    train: Examples,
    held: Examples,
    epochs: Epochs,
    cut: usize,
}

/// Examples in the form in which an objective draws on them.
enum Examples {
    Windows(Windows),
    Pieces(Vec<Vec<u32>>),
    Documents(Documents),
    Pairs(Vec<[Vec<u32>; 2]>),
    Labelled(Vec<(Vec<u32>, u32)>),
}

impl Examples {
    fn len(&self) -> usize {
        match self {
            Examples::Windows(windows) => windows.places(),
            Examples::Pieces(pieces) => pieces.len(),
            Examples::Documents(documents) => documents.len(),
            Examples::Pairs(pairs) => pairs.len(),
            Examples::Labelled(labelled) => labelled.len(),
        }
    }
}

impl Stream {
    /// # Errors
    /// What the objective needs and does not have (see [`Settings`]); data of another objective, with ids outside the vocabulary, or with too little to learn from.
    pub fn open(recipe: Recipe, data: Data, settings: Settings) -> Result<Stream> {
        settings.check(&recipe)?;
        settings.check_data(&recipe, &data)?;
        let ordinary = settings.ordinary();
        let cut = cut(&data, &settings);
        let (train, held) = examples(&recipe, data, &settings, &ordinary)?;
        let enough = match (&train, &recipe) {
            (Examples::Documents(documents), Recipe::Nsp(_)) => documents.enough(Task::Next),
            (examples, _) => examples.len() > 0,
        };
        if !enough {
            return Err(input(match recipe {
                Recipe::Nsp(_) => "the data has too few documents: next-sentence prediction needs two to train on, one of them with two sentences".into(),
                Recipe::Sop(_) => "the data has no document with two sentences, which sentence order needs".into(),
                _ => format!("the data has too little text to learn from; the objective {} needs one example of two tokens at least", recipe.name()),
            }));
        }
        let epochs = Epochs::new(settings.seed, train.len());
        Ok(Stream { recipe, ordinary, train, held, epochs, cut, settings })
    }

    /// Examples in an epoch; of a packed text, places where a window may begin.
    pub fn examples(&self) -> usize {
        self.train.len()
    }

    /// Examples that are longer than the context and lose what is beyond it. Texts that are cut into several rows lose nothing.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// The batch of a step. Of `rtd`, the generator's.
    pub fn batch(&mut self, step: u64) -> Batch {
        let mut draws = Draws::of(self.settings.seed, Purpose::Step, step);
        if let Examples::Windows(windows) = &self.train {
            let rows: Vec<Row> = (0..self.settings.batch).map(|_| plain(windows.draw(&mut draws))).collect();
            return batch(&rows, self.settings.special.pad);
        }
        let turns = self.epochs.at(step, self.settings.batch);
        self.make(&self.train, &turns, &mut draws)
    }

    /// What is held out, each example once, in batches that are the same whenever they are asked for.
    pub fn held_out(&self) -> Vec<Batch> {
        let size = self.settings.batch;
        if let Examples::Windows(windows) = &self.held {
            let rows: Vec<Row> = windows.held().into_iter().map(plain).collect();
            return rows.chunks(size).map(|rows| batch(rows, self.settings.special.pad)).collect();
        }
        let turns: Vec<Turn> = (0..self.held.len()).map(|example| Turn { example, epoch: 0 }).collect();
        let made = |(number, turns): (usize, &[Turn])| {
            self.make(&self.held, turns, &mut Draws::of(self.settings.seed, Purpose::HeldOut, number as u64))
        };
        turns.chunks(size).enumerate().map(made).collect()
    }

    /// The discriminator's batch of a step, from the generator's and its scores of some of the texts, \[batch pos d_vocab\].
    /// Of a held-out batch the step is its number counted back from the greatest.
    ///
    /// # Errors
    /// Scores of another size, or not finite.
    pub fn replaced(&self, step: u64, masked: &Batch, scores: &[f32], texts: Range<usize>) -> Result<Batch> {
        replaced::replace(masked, scores, texts, &mut Draws::of(self.settings.seed, Purpose::Generator, step))
    }

    fn make(&self, examples: &Examples, turns: &[Turn], draws: &mut Draws) -> Batch {
        let (settings, special) = (&self.settings, &self.settings.special);
        let chosen = |at: &Turn| at.example;
        match (examples, self.recipe) {
            (Examples::Documents(documents), Recipe::Nsp(masking) | Recipe::Sop(masking)) => {
                let (task, name) = match self.recipe {
                    Recipe::Nsp(_) => (Task::Next, "next_sentence_label"),
                    _ => (Task::Order, "sentence_order_label"),
                };
                let (mut rows, mut odd) = (vec![], vec![]);
                for turn in turns {
                    let pair = documents.pair(turn.example, task, settings.context - 3, draws);
                    let ends = [special.cls, special.sep].map(|id| id.expect("checked when the stream was opened"));
                    let ids = [&[ends[0]], &pair.first[..], &[ends[1]], &pair.second[..], &[ends[1]]].concat();
                    let types = (0..ids.len()).map(|at| u32::from(at > pair.first.len() + 1)).collect();
                    rows.push(Row { types, ..self.masked(ids, masking, Deeds::Mixed, *turn, draws) });
                    odd.push(u32::from(pair.odd));
                }
                with_numbers(batch(&rows, special.pad), name, odd)
            }
            (Examples::Pieces(pieces), Recipe::Span(spans, _)) => {
                let row = |turn: &Turn| {
                    let (source, target) = spans.corrupt(&pieces[turn.example], &special.sentinels, draws);
                    [source, target]
                };
                let pairs: Vec<[Vec<u32>; 2]> = turns.iter().map(row).collect();
                self.pairs(&pairs.iter().collect::<Vec<_>>())
            }
            (Examples::Pieces(pieces), recipe) => {
                let row = |turn: &Turn| {
                    let piece = &pieces[turn.example];
                    match recipe {
                        Recipe::Mlm(masking, _) => self.masked(self.framed(piece), masking, Deeds::Mixed, *turn, draws),
                        Recipe::Rtd(share, _) => {
                            let masking = Masking { share, when: When::Dynamic };
                            self.masked(self.framed(piece), masking, Deeds::Masked, *turn, draws)
                        }
                        _ => plain(piece),
                    }
                };
                batch(&turns.iter().map(row).collect::<Vec<_>>(), special.pad)
            }
            (Examples::Pairs(pairs), _) => self.pairs(&turns.iter().map(|turn| &pairs[turn.example]).collect::<Vec<_>>()),
            (Examples::Labelled(labelled), _) => {
                let rows: Vec<Row> =
                    turns.iter().map(|at| Row { ids: self.framed(&labelled[chosen(at)].0), ..Row::default() }).collect();
                with_numbers(batch(&rows, special.pad), "labels", turns.iter().map(|at| labelled[chosen(at)].1))
            }
            (Examples::Windows(_), _) | (Examples::Documents(_), _) => {
                unreachable!("drawn elsewhere, or made for another objective")
            }
        }
    }

    /// A text between the tokens that begin and end it, cut to the context.
    fn framed(&self, text: &[u32]) -> Vec<u32> {
        let special = &self.settings.special;
        let around = [special.cls, special.sep].iter().flatten().count();
        let text = &text[..text.len().min(self.settings.context - around)];
        special.cls.iter().chain(text).chain(&special.sep).copied().collect()
    }

    fn masked(&self, ids: Vec<u32>, masking: Masking, deeds: Deeds, turn: Turn, draws: &mut Draws) -> Row {
        let vocabulary = Vocabulary {
            mask: self.settings.special.mask.expect("checked when the stream was opened"),
            ordinary: &self.ordinary,
        };
        let (ids, labels) = match masking.when {
            When::Dynamic => masking::corrupt(&ids, masking.share, deeds, &vocabulary, draws),
            When::Static { copies } => {
                let mut fixed = masking.copy(self.settings.seed, turn.example as u64, turn.epoch, copies);
                masking::corrupt(&ids, masking.share, deeds, &vocabulary, &mut fixed)
            }
        };
        Row { ids, labels, types: vec![] }
    }

    /// Sources and targets, each with the token that ends it; of a decoder one text, of which only the target has labels.
    fn pairs(&self, pairs: &[&[Vec<u32>; 2]]) -> Batch {
        let Settings { context, special, family, .. } = &self.settings;
        let eos = special.eos.as_slice();
        let row = |[source, target]: &[Vec<u32>; 2]| {
            if *family == Family::EncoderDecoder {
                let ended = |text: &[u32]| [&text[..text.len().min(context - eos.len())], eos].concat();
                let labels = ended(target).into_iter().map(i64::from).collect();
                return Row { ids: ended(source), labels, types: vec![] };
            }
            // What is too long loses the beginning of its prompt first, and then the end of its answer.
            let bos = special.bos.as_slice();
            let answer = [&target[..target.len().min(context - 1)], eos].concat();
            let answer = &answer[..answer.len().min(context - 1)];
            let room = context - answer.len();
            let prompt = [bos, source].concat();
            let prompt = &prompt[prompt.len() - prompt.len().min(room)..];
            let labels = std::iter::repeat_n(IGNORED, prompt.len()).chain(answer.iter().map(|id| i64::from(*id)));
            Row { ids: [prompt, answer].concat(), labels: labels.collect(), types: vec![] }
        };
        batch(&pairs.iter().map(|pair| row(pair)).collect::<Vec<_>>(), special.pad)
    }
}

/// A text that a decoder reads, each token a label.
fn plain(ids: &[u32]) -> Row {
    Row { ids: ids.to_vec(), labels: ids.iter().map(|id| i64::from(*id)).collect(), types: vec![] }
}

/// Those to train on, and those held out.
fn examples(recipe: &Recipe, data: Data, settings: &Settings, ordinary: &[u32]) -> Result<(Examples, Examples)> {
    let Settings { context, held_out, seed, special, .. } = settings;
    let (context, share, seed) = (*context, *held_out, *seed);
    let frame = [special.cls, special.sep].iter().flatten().count();
    Ok(match (recipe, data) {
        (Recipe::Clm(Rows::Packed), Data::Texts(texts)) => {
            let text = texts.into_iter().flat_map(|text| [text, special.eos.into_iter().collect()].concat()).collect();
            let windows = Windows::new(text, context, share, seed);
            (Examples::Windows(windows.clone()), Examples::Windows(windows))
        }
        (Recipe::Clm(Rows::Lines), Data::Texts(texts)) => {
            let whole = |text: Vec<u32>| [special.bos.as_slice(), &text, special.eos.as_slice()].concat();
            let mut pieces = pieces(texts.into_iter().map(whole), context);
            pieces.retain(|piece| piece.len() > 1);
            parted(pieces, share, seed, Examples::Pieces)
        }
        (Recipe::Mlm(_, rows) | Recipe::Rtd(_, rows), Data::Texts(texts)) => {
            let texts = if *rows == Rows::Packed { vec![texts.join(special.sep.as_slice())] } else { texts };
            let mut pieces = pieces(texts, context - frame);
            pieces.retain(|piece| piece.iter().any(|id| ordinary.binary_search(id).is_ok()));
            parted(pieces, share, seed, Examples::Pieces)
        }
        (Recipe::Span(spans, rows), Data::Texts(texts)) => {
            let room = spans.room(context).unwrap_or(2);
            let wanted = spans.sentinels(room);
            if wanted > special.sentinels.len() {
                return Err(input(format!(
                    "a context of {context} takes {wanted} sentinels, and the tokenizer has {}; give a shorter --context",
                    special.sentinels.len()
                )));
            }
            let texts = if *rows == Rows::Packed { vec![texts.concat()] } else { texts };
            let mut pieces = pieces(texts, room);
            pieces.retain(|piece| piece.len() > 1);
            parted(pieces, share, seed, Examples::Pieces)
        }
        (recipe, Data::Documents(documents)) => {
            let (task, least) = if matches!(recipe, Recipe::Nsp(_)) { (Task::Next, 2) } else { (Task::Order, 1) };
            // Sentence order has no use for a document of one sentence; next-sentence prediction takes its other segments from there, too.
            let useful = documents.into_iter().filter(|document| task == Task::Next || document.len() > 1).collect();
            let (train, held) = take(useful, share, least, seed);
            let (train, held) = (Documents::new(train), Documents::new(held));
            if share > 0.0 && train.enough(task) && !held.enough(task) {
                return Err(input(
                    "the documents that are held out give no pair of sentences; hold out a larger share, or none".into(),
                ));
            }
            (Examples::Documents(train), Examples::Documents(held))
        }
        (_, Data::Pairs(pairs)) => {
            let whole = pairs.into_iter().filter(|[source, target]| !source.is_empty() && !target.is_empty()).collect();
            parted(whole, share, seed, Examples::Pairs)
        }
        (_, Data::Labelled(labelled)) => parted(labelled, share, seed, Examples::Labelled),
        (_, Data::Texts(_)) => unreachable!("the data was checked against the objective"),
    })
}

fn parted<T>(all: Vec<T>, share: f64, seed: u64, form: fn(Vec<T>) -> Examples) -> (Examples, Examples) {
    let (train, held) = take(all, share, 1, seed);
    (form(train), form(held))
}

fn take<T>(all: Vec<T>, share: f64, least: usize, seed: u64) -> (Vec<T>, Vec<T>) {
    let (_, held) = split(all.len(), share, least, seed);
    let (held, train): (Vec<(usize, T)>, Vec<_>) =
        all.into_iter().enumerate().partition(|(at, _)| held.binary_search(at).is_ok());
    (train.into_iter().map(|(_, one)| one).collect(), held.into_iter().map(|(_, one)| one).collect())
}

/// Examples with more tokens than a row has room for.
fn cut(data: &Data, settings: &Settings) -> usize {
    let special = &settings.special;
    let end = special.eos.iter().count();
    let frame = [special.cls, special.sep].iter().flatten().count();
    let long = |tokens: usize| tokens > settings.context;
    match data {
        Data::Texts(_) | Data::Documents(_) => 0,
        Data::Labelled(labelled) => labelled.iter().filter(|(text, _)| long(text.len() + frame)).count(),
        Data::Pairs(pairs) => {
            let too_long = |[source, target]: &&[Vec<u32>; 2]| match settings.family {
                Family::EncoderDecoder => long(source.len() + end) || long(target.len() + end),
                _ => long(special.bos.iter().count() + source.len() + target.len() + end),
            };
            pairs.iter().filter(too_long).count()
        }
    }
}
