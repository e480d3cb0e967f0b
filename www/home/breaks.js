// Three ways to break a translator in one click, each a change to the running model: the answer that follows is computed like any other.

import { MASKED } from "../trace.js";

/** @typedef {import("../trace.js").Intervention} Intervention */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {"hide" | "leftwards" | "bridge"} Break */

/** @type {Break[]} */
export const BREAKS = ["hide", "leftwards", "bridge"];

/** @param {string} name */
export function breakOf(name) {
  return BREAKS.find((one) => one === name);
}

/**
 * @param {Break} broken
 * @param {number} length of the source // tokens
 * @param {number[]} hidden places of the source that "hide" takes from the decoder
 * @returns {Intervention[]}
 */
export function interventionsOf(broken, length, hidden) {
  if (broken === "hide") return [{ hook: "decoder.*.cross_attn.hook_attn_scores", at: { key_pos: hidden }, set: MASKED }];
  if (broken === "bridge") return [{ hook: "decoder.*.hook_cross_attn_out", set: 0 }];
  // Every token of the encoder loses sight of those to its right; the last one has none there.
  return Array.from({ length: Math.max(0, length - 1) }, (_, i) => ({
    hook: "encoder.*.attn.hook_attn_scores",
    at: { query_pos: i, key_pos: Array.from({ length: length - 1 - i }, (_, n) => i + 1 + n) },
    set: MASKED,
  }));
}

const WORD = /[\p{L}\p{N}]/u;

/**
 * The places of the word that a token is a part of; the token alone where it is no part of a word.
 * @param {Piece[]} pieces in a spelling where ▁ begins a word
 * @param {number} at
 */
export function wordAround(pieces, at) {
  const isPart = (/** @type {Piece | undefined} */ piece) => piece && !piece.special && WORD.test(piece.token);
  if (!isPart(pieces[at])) return [at];
  let [first, last] = [at, at];
  while (!pieces[first].token.startsWith("▁") && isPart(pieces[first - 1])) first--;
  while (isPart(pieces[last + 1]) && !pieces[last + 1].token.startsWith("▁")) last++;
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
