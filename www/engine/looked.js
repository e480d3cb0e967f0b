// What a beam search looked at, in names.

/** @typedef {import("../trace.js").Continuation} Continuation */

/** What became of a continuation, as the engine numbers it. */
const FATES = /** @type {const} */ (["dropped", "kept", "finished"]);

/**
 * @param {import("../wasm/diorama.js").Search} search
 * @param {Float32Array[]} steps four numbers for each continuation: beam, id, sum of log-probabilities, fate
 * @param {import("../text/text.js").Text | import("../text/text.js").NoText} text
 * @returns {{ looked: Continuation[][], found?: { ids: number[], text: string } }} `found`: the text that won, once the search has ended
 */
export function looked(search, steps, text) {
  const named = (/** @type {Float32Array} */ [beam, id, score, fate]) => ({ beam, ...text.piece(id), score, fate: FATES[fate] });
  const read = (/** @type {Float32Array} */ list) =>
    Array.from({ length: list.length / 4 }, (_, i) => named(list.subarray(4 * i, 4 * i + 4)));
  const ids = search.found();
  return { looked: steps.map(read), found: ids && { ids: Array.from(ids), text: text.decode(Array.from(ids)) } };
}
