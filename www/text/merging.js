// BPE for words that the library has no rules for: characters behind the first that bear a mark ("continuing_subword_prefix"), and characters that are dropped or
// spelled in bytes before anything is merged.

import { byteTokens } from "./bytes.js";

/**
 * @typedef {{
 *   vocabulary: Map<string, number>, ranks: Map<string, number>, prefix: string, suffix: string, unknown?: string | null, byteFallback?: boolean, fuse?: boolean,
 * }} Rules with the ranks of pairs, written as JSON
 */

/**
 * A word's characters; those behind the first and the last one bear marks.
 * @param {string} word
 * @param {Rules} rules
 */
export function symbolsOf(word, { prefix, suffix }) {
  const characters = [...word];
  return characters.map((character, i) => (i > 0 ? prefix : "") + character + (i === characters.length - 1 ? suffix : ""));
}

/**
 * Pair by pair, the earliest merge first; a continuation loses its mark where it joins what stands before it.
 * @param {string[]} symbols
 * @param {Rules} rules
 */
export function merge(symbols, rules) {
  const merged = spelled(symbols, rules);
  const rankAt = (/** @type {number} */ i) => rules.ranks.get(JSON.stringify([merged[i], merged[i + 1]])) ?? Infinity;
  const pairs = merged.slice(1).map((_, i) => rankAt(i));
  for (;;) {
    const best = pairs.reduce((best, rank, i) => (rank < (pairs[best] ?? Infinity) ? i : best), -1);
    if (best < 0) return merged;
    merged.splice(best, 2, merged[best] + merged[best + 1].slice(rules.prefix.length));
    pairs.splice(best, 1);
    if (best > 0) pairs[best - 1] = rankAt(best - 1);
    if (best < pairs.length) pairs[best] = rankAt(best);
  }
}

/**
 * What is unknown is spelled in bytes where the vocabulary has them all, else by the token for it, which waits for the next known symbol: the reference has this
 * order, too.
 * @param {string[]} symbols
 * @param {Rules} rules
 */
function spelled(symbols, { vocabulary, unknown, byteFallback, fuse }) {
  /** @type {string[]} */
  const known = [];
  /** @type {string[]} */
  let waiting = [];
  for (const symbol of symbols) {
    const bytes = byteFallback ? byteTokens(symbol) : [];
    if (vocabulary.has(symbol)) {
      known.push(...waiting, symbol);
      waiting = [];
    } else if (bytes.length > 0 && bytes.every((byte) => vocabulary.has(byte))) {
      known.push(...bytes);
    } else if (unknown != null && !(fuse && waiting.length > 0)) {
      known.push(...waiting);
      waiting = [unknown];
    }
  }
  return [...known, ...waiting];
}
