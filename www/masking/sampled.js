// What models say of a text that was corrupted as theirs were in training: each sample with the trained model's answers beside the truth.

import { countDeeds, epochsOf, targetsOf } from "./corruption.js";
import { runPair } from "../engine/electra.js";
import { corruptSpans, spansWritten } from "./spans.js";
import { slice } from "../trace.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("./corruption.js").Deed} Deed */
/** @typedef {import("../engine/turns.js").Stoppable} Stoppable */
/** `share` is the probability that the model gives it. @typedef {Piece & { share: number }} Word */
/** @typedef {{ position: number, deed: Deed, read: Piece, truth: Word, guess: Word }} Answer */

/** Ids of tokens that stand for text, which a swapped token is drawn from. @type {WeakMap<Model, Promise<number[]>>} */
const VOCABULARIES = new WeakMap();

/**
 * BERT's 80/10/10 on a text, and what the model would put at the chosen places.
 * @param {Model} model a masked-language model
 * @param {{ text: string, pair?: string, seed: number, rate?: number }} sample
 * @param {Stoppable} [work] here and below
 */
export async function sampleMasks(model, { text, pair, seed, rate }, work) {
  const { mask } = model.info;
  if (mask === null) throw new Error(`${model.info.name} has no mask token: take a model with a tokenizer.json that has one.`);
  const tokens = await model.encode(text, pair || undefined);
  const vocabulary = await vocabularyOf(model);
  const targets = await targetsOf(model.corrupt, tokens, { seed, mask, vocabulary, rate });
  const ids = tokens.map(({ id }) => id);
  for (const { position, id } of targets) ids[position] = id;
  const { logits } = await model.run({ ids, tokenTypeIds: segmentsOf(tokens) }, work);
  const guesses = targets.map(({ position }) => guessAt(logits, position, tokens[position].id));
  const [reads, words] = await Promise.all([
    model.pieces(targets.map(({ id }) => id)),
    model.pieces(guesses.map(({ id }) => id)),
  ]);
  const answers = targets.map(({ position, deed }, i) => ({
    position,
    deed,
    read: reads[i],
    truth: { ...tokens[position], share: guesses[i].truthShare },
    guess: { ...words[i], share: guesses[i].share },
  }));
  return { tokens, answers, counts: countDeeds(targets) };
}

/**
 * T5's spans on a text, and what the model writes for them.
 * @param {Model} model an encoder-decoder that has learned to fill gaps
 * @param {{ text: string, seed: number, rate?: number, mean?: number, prefix: string }} sample `prefix`: how the model is asked to
 * @param {Stoppable} [work]
 */
export async function sampleSpans(model, { text, seed, rate, mean, prefix }, { signal, onProgress } = {}) {
  const corrupted = await corruptSpans(model.corrupt, text, { seed, density: rate, mean });
  if (!corrupted) return undefined;
  /** @type {Piece[]} */
  const written = [];
  const limit = 8 * corrupted.hidden + 8;
  for await (const { id, token, special } of model.generate(
    { text: prefix + corrupted.input },
    { maxNewTokens: limit, capture: [], signal },
  )) {
    written.push({ id, token, special });
    onProgress?.(written.length / limit);
  }
  signal?.throwIfAborted();
  return { ...corrupted, answers: spansWritten(written), answer: spelled(written) };
}

/**
 * ELECTRA's replacement: the generator draws what stands at chosen places, the discriminator judges every token.
 * @param {Model} generator
 * @param {Model} discriminator
 * @param {{ text: string, seed: number, rate?: number }} sample
 * @param {Stoppable} [work]
 */
export async function sampleReplacements(generator, discriminator, { text, seed, rate }, work) {
  const tokens = await generator.encode(text);
  const [places] = await epochsOf(generator.corrupt, tokens, { seed, epochs: 1, rate });
  const input = { ids: tokens.map(({ id }) => id), tokenTypeIds: segmentsOf(tokens) };
  const { ids, discriminator: judged } = await runPair(generator, discriminator, input, {
    places,
    temperature: 1,
    seed,
    ...work,
  });
  const reads = await generator.pieces(ids);
  const suspicions = Array.from(judged.logits.data.subarray(0, ids.length), (logit) => 1 / (1 + Math.exp(-logit)));
  return reads.map((read, position) => ({
    read,
    truth: tokens[position],
    drawn: places.includes(position),
    replaced: read.id !== tokens[position].id,
    suspicion: suspicions[position],
  }));
}

/** @param {Model} model */
function vocabularyOf(model) {
  let vocabulary = VOCABULARIES.get(model);
  if (!vocabulary) {
    vocabulary = model
      .pieces(Array.from({ length: model.info.vocab }, (_, id) => id))
      .then((pieces) => pieces.filter(({ special }) => !special).map(({ id }) => id));
    VOCABULARIES.set(model, vocabulary);
    vocabulary.catch(() => VOCABULARIES.delete(model));
  }
  return vocabulary;
}

/** @param {Piece[]} tokens */
function segmentsOf(tokens) {
  return tokens.every(({ segment }) => segment !== undefined)
    ? tokens.map(({ segment }) => /** @type {number} */ (segment))
    : undefined;
}

/**
 * The likeliest id at a place, with its probability and the truth's.
 * @param {import("../trace.js").Activation} logits [batch pos d_vocab]
 * @param {number} position
 * @param {number} truth
 */
function guessAt(logits, position, truth) {
  const { data } = slice(logits, { batch: 0, pos: position });
  const id = data.reduce((best, logit, i) => (logit > data[best] ? i : best), 0);
  const total = data.reduce((sum, logit) => sum + Math.exp(logit - data[id]), 0);
  return { id, share: 1 / total, truthShare: Math.exp(data[truth] - data[id]) / total };
}

/** @param {Piece[]} written */
function spelled(written) {
  return written
    .map(({ token }) => token.replaceAll("▁", " "))
    .join("")
    .replace("</s>", "")
    .trim();
}
