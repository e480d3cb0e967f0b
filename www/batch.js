// Steps on their way from the engine to the page. A step of a tiny model takes a third of a millisecond, and naming ten candidates in a message takes as long:
// so numbers travel as arrays, a token's spelling only once, and the page puts the objects together.

import { fromRaw } from "./trace.js";

/** @typedef {import("./trace.js").Piece} Piece */
/** @typedef {import("./trace.js").Step} Step */
/** @typedef {import("./trace.js").Candidate} Candidate */
/** @typedef {import("./trace.js").Activation} Activation */
/** @typedef {import("./wasm/diorama.js").Taken} Taken */
/**
 * `candidates` of a step are four numbers each: id, probability, kept, logit. `logits` are the scores of `block` steps in one array.
 * `pieces` are the tokens that the page has not met in this generation.
 * @typedef {{ ids: number[], texts: string[], done: boolean, first: number, ms: number[], candidates: Float32Array[], vocab: number, block: number,
 *   logits: Float32Array[], activations: Activation[][], pieces: Piece[] }} Packed
 */

/** Steps whose scores share one buffer. */
const BLOCK = 16;

/** Numbers of one candidate. */
const FIELDS = 4;

/** Steps being gathered on the engine's side. */
export class Batch {
  /** @type {Packed} */
  packed;

  /**
   * @param {number} vocab
   * @param {number} count steps at most
   */
  constructor(vocab, count) {
    const block = Math.min(count, BLOCK);
    this.packed = { ids: [], texts: [], done: false, first: 0, ms: [], candidates: [], vocab, block, logits: [], activations: [], pieces: [] };
  }

  get length() {
    return this.packed.ids.length;
  }

  /**
   * Copies a step out of the engine, and frees it there.
   * @param {Taken} taken
   * @param {number} ms
   * @param {string} text the whole text with this token
   */
  add(taken, ms, text) {
    const { packed } = this;
    const { vocab, block } = packed;
    const start = (packed.ids.length % block) * vocab;
    if (start === 0) packed.logits.push(new Float32Array(block * vocab));
    taken.logits(packed.logits[packed.logits.length - 1].subarray(start, start + vocab));
    if (packed.ids.length === 0) packed.first = taken.position;
    packed.ids.push(taken.id);
    packed.texts.push(text);
    packed.ms.push(ms);
    packed.candidates.push(taken.candidates());
    packed.activations.push(taken.activations());
    packed.done = taken.done;
    taken.free();
  }

  /**
   * Adds the spelling of tokens that are met for the first time.
   * @param {Set<number>} known grows
   * @param {(id: number) => Piece} piece
   */
  name(known, piece) {
    const { ids, candidates, pieces } = this.packed;
    const meet = (/** @type {number} */ id) => {
      if (known.has(id)) return;
      known.add(id);
      pieces.push(piece(id));
    };
    ids.forEach(meet);
    for (const list of candidates) for (let i = 0; i < list.length; i += FIELDS) meet(list[i]);
  }
}

/**
 * The steps on the page's side.
 * @param {Packed} packed
 * @param {Map<number, Piece>} pieces what the generation has met before; grows
 * @returns {Step[]}
 */
export function unpack(packed, pieces) {
  for (const piece of packed.pieces) pieces.set(piece.id, piece);
  const named = (/** @type {number} */ id) => /** @type {Piece} */ (pieces.get(id));
  return packed.ids.map((id, i) => ({
    ...named(id),
    text: packed.texts[i],
    candidates: candidatesOf(packed.candidates[i], named),
    trace: fromRaw({ logits: logitsOf(packed, i), activations: packed.activations[i] }),
    done: packed.done && i === packed.ids.length - 1,
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
 * @param {Packed} packed
 * @param {number} i
 * @returns {Activation}
 */
function logitsOf({ logits, vocab, block }, i) {
  const start = (i % block) * vocab;
  return { name: "logits", axes: ["batch", "pos", "d_vocab"], shape: [1, 1, vocab], data: logits[Math.floor(i / block)].subarray(start, start + vocab) };
}
