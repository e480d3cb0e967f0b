// The logit lens (nostalgebraist 2020): what the model would say if its last layers were left out. The state after a layer is put in the place of the last layer's, so that the
// model's own final norm and head read it. The layers are computed once, the norm and the head for each state.

import { eachOf } from "../../engine/variants.js";
import { residualOf } from "./sites.js";

/** @typedef {import("../../engine/model.js").Model} Model */
/** @typedef {import("../../engine/host.js").Input} Input */
/** `state` is what is read; `cells` has one list for each position, the likeliest word first. @typedef {{ state: import("./sites.js").State, cells: { id: number, probability: number }[][] }} LensRow */

/**
 * @param {Model} model
 * @param {Input} input
 * @param {import("../../engine/turns.js").Stoppable} [work]
 * @param {number} [listed] words for each cell
 * @returns {Promise<LensRow[]>} from the first layer's input to the last layer's output
 */
export async function logitLens(model, input, work = {}, listed = 5) {
  const { states, last } = residualOf(model);
  const variants = states.map(({ hook }) => (hook === last ? [] : [{ hook: last, from: hook }]));
  const rows = [];
  for await (const { logits } of eachOf(model, input, variants, work))
    rows.push({ state: states[rows.length], cells: likeliest(logits, listed) });
  return rows;
}

/**
 * @param {import("../../trace.js").Activation} logits [batch pos d_vocab]
 * @param {number} listed
 * @returns {{ id: number, probability: number }[][]}
 */
export function likeliest({ shape, data }, listed) {
  const [, positions, vocab] = shape;
  return Array.from({ length: positions }, (_, position) => {
    const row = data.subarray(position * vocab, (position + 1) * vocab);
    const top = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    return best(row, listed).map((id) => ({ id, probability: Math.exp(row[id] - top) / total }));
  });
}

/**
 * The places of the largest numbers, the largest first; of equal ones the earlier.
 * @param {Float32Array} row
 * @param {number} count
 */
export function best(row, count) {
  /** @type {number[]} */
  const list = [];
  for (let id = 0; id < row.length; id++) {
    if (list.length === count && row[id] <= row[list[count - 1]]) continue;
    let place = list.length;
    while (place > 0 && row[id] > row[list[place - 1]]) place--;
    list.splice(place, 0, id);
    if (list.length > count) list.pop();
  }
  return list;
}
