// What a change does: the distribution before and after, side by side.

import { eachOf } from "../../engine/variants.js";
import { meaningOf } from "../../reading/classes.js";
import { best } from "./lens.js";

/** @typedef {import("../../trace.js").Activation} Activation */
/** @typedef {import("../../reading/classes.js").Kind} Kind */
/** `before` and `after` are probabilities, or the numbers of a regression. @typedef {{ id: number, before: number, after: number, logitBefore: number, logitAfter: number }} Compared */

/**
 * The scores at one place: of a word head one row, of classes all there is.
 * @param {Activation} logits
 * @param {number} place
 */
export function rowAt({ axes, shape, data }, place) {
  const width = shape[shape.length - 1];
  return axes.includes("pos") ? data.subarray(place * width, (place + 1) * width) : data.subarray(0, width);
}

/**
 * The likeliest of either side, in the order of before; the watched one is among them.
 * @param {Float32Array} before scores
 * @param {Float32Array} after scores
 * @param {number} watched id
 * @param {number} count of each side
 * @param {Kind | null} kind what the scores mean
 * @returns {Compared[]}
 */
export function compared(before, after, watched, count, kind) {
  const [p, q] = [meaningOf(kind, before), meaningOf(kind, after)];
  const ids = [...new Set([...best(before, count), ...best(after, count), watched])].filter(
    (id) => id >= 0 && id < before.length,
  );
  return ids
    .map((id) => ({ id, before: p[id], after: q[id], logitBefore: before[id], logitAfter: after[id] }))
    .sort((a, b) => b.before - a.before);
}

/**
 * How far what the model says has moved: Σ p · ln(p / q) of a distribution, in nats; of classes that are judged one by one the sum of that over each class's
 * yes and no; of a regression, which has no distribution, the largest |Δ|.
 * @param {Float32Array} before scores
 * @param {Float32Array} after scores
 * @param {Kind | null} kind what the scores mean
 */
export function divergence(before, after, kind) {
  const [p, q] = [before, after].map((row) => Array.from(meaningOf(kind, row)));
  if (kind === "numbers") return Math.max(...p.map((number, id) => Math.abs(q[id] - number)));
  const term = (/** @type {number} */ share, /** @type {number} */ other) =>
    share > 0 ? share * Math.log(share / Math.max(other, Number.MIN_VALUE)) : 0;
  const terms = p.map((share, id) => term(share, q[id]) + (kind === "sigmoid" ? term(1 - share, 1 - q[id]) : 0));
  return Math.max(
    0,
    terms.reduce((sum, one) => sum + one, 0),
  );
}

/**
 * Each head by itself set to zero: what that does to one token's or class's probability, or to one of a regression's numbers.
 * @param {import("../../engine/model.js").Model} model
 * @param {import("../../engine/host.js").Input} input
 * @param {import("./sites.js").Site} site
 * @param {(logits: Activation) => number} value
 * @param {import("../../engine/turns.js").Stoppable} [work]
 * @returns {Promise<number[][]>} the change for each layer's heads
 */
export async function sweep(model, input, { stack, part, layers }, value, work = {}) {
  const { heads } = model.info;
  const silenced = Array.from({ length: layers * heads }, (_, i) => [
    { hook: `${stack}.${Math.floor(i / heads)}.${part}.hook_z`, at: { head: i % heads }, set: 0 },
  ]);
  const values = [];
  for await (const { logits } of eachOf(model, input, [[], ...silenced], work)) values.push(value(logits));
  const [before, ...after] = values;
  return Array.from({ length: layers }, (_, layer) =>
    after.slice(layer * heads, (layer + 1) * heads).map((number) => number - before),
  );
}
