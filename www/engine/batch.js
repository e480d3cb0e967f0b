// Steps on their way from the engine to the page. A step of a tiny model takes a third of a millisecond, and naming ten candidates in a message takes as long:
// so numbers travel as arrays, a token's spelling only once, and the page puts the objects together.

import { fromRaw } from "../trace.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("../trace.js").Activation} Activation */
/** @typedef {import("../wasm/diorama.js").Taken} Taken */
/**
 * `candidates` are four numbers each: id, probability, kept, logit; `counts` of these numbers belong to each step. `logits` are the scores of all steps,
 * `scores` the same after the rules of the checkpoint (empty where it has none),
 * `met` the tokens that the page has not met in this generation: as three lists, because a hundred objects take a tenth of a millisecond to send.
 * @typedef {{ ids: number[], texts: string[], done: boolean, first: number, ms: number[], candidates: Float32Array, counts: number[], logits: Float32Array, scores: Float32Array,
 *   activations: Activation[][], met: { ids: number[], tokens: string[], special: boolean[] } }} Packed
 */

/** Numbers of one candidate. */
const FIELDS = 4;

/**
 * Copies steps out of the engine, and frees them there.
 * @param {Taken} taken
 * @param {(id: number) => string} textAfter the whole text with this token
 * @param {Set<number>} met tokens that the page can spell; grows
 * @param {(id: number) => Piece} piece
 * @returns {Packed}
 */
export function pack(taken, textAfter, met, piece) {
  const ids = Array.from(taken.ids());
  const candidates = taken.candidates();
  /** @type {Packed["met"]} */
  const fresh = { ids: [], tokens: [], special: [] };
  const meet = (/** @type {number} */ id) => {
    if (met.has(id)) return;
    met.add(id);
    const { token, special } = piece(id);
    fresh.ids.push(id);
    fresh.tokens.push(token);
    fresh.special.push(special);
  };
  ids.forEach(meet);
  for (let i = 0; i < candidates.length; i += FIELDS) meet(candidates[i]);
  const [ms, counts] = [Array.from(taken.ms()), Array.from(taken.counts())];
  const packed = {
    ids,
    texts: ids.map(textAfter),
    done: taken.done(),
    first: taken.first(),
    ms,
    candidates,
    counts,
    logits: taken.logits(),
    scores: taken.scores(),
    activations: taken.activations(),
    met: fresh,
  };
  taken.free();
  return packed;
}

/**
 * The steps on the page's side.
 * @param {Packed} packed
 * @param {Map<number, Piece>} pieces what the generation has met before; grows
 * @returns {Step[]}
 */
export function unpack(packed, pieces) {
  const { ids: fresh, tokens, special } = packed.met;
  fresh.forEach((id, i) => pieces.set(id, { id, token: tokens[i], special: special[i] }));
  const named = (/** @type {number} */ id) => /** @type {Piece} */ (pieces.get(id));
  const { ids, texts, counts, candidates, logits, scores, activations } = packed;
  const vocab = logits.length / ids.length;
  let listed = 0;
  return ids.map((id, i) => ({
    ...named(id),
    text: texts[i],
    candidates: candidatesOf(candidates.subarray(listed, (listed += counts[i])), named),
    trace: fromRaw({ logits: logitsOf(logits.subarray(i * vocab, (i + 1) * vocab)), activations: activations[i] }),
    scores: scores.length > 0 ? scores.subarray(i * vocab, (i + 1) * vocab) : undefined,
    done: packed.done && i === ids.length - 1,
    position: packed.first + i,
    ms: packed.ms[i],
  }));
}

/**
 * @param {Float32Array} list
 * @param {(id: number) => Piece} piece
 * @returns {Candidate[]}
 */
export function candidatesOf(list, piece) {
  const candidates = [];
  for (let i = 0; i < list.length; i += FIELDS) {
    candidates.push({ ...piece(list[i]), probability: list[i + 1], kept: list[i + 2] === 1, logit: list[i + 3] });
  }
  return candidates;
}

/**
 * @param {Float32Array} data
 * @returns {Activation}
 */
function logitsOf(data) {
  return { name: "logits", axes: ["batch", "pos", "d_vocab"], shape: [1, 1, data.length], data };
}
