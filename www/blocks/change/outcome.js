// What a change does: the distribution before and after, side by side.

import { portion } from "../../engine/turns.js";
import { best } from "./lens.js";

/** @typedef {import("../../trace.js").Activation} Activation */
/** `before` and `after` are probabilities. @typedef {{ id: number, before: number, after: number, logitBefore: number, logitAfter: number }} Compared */

/**
 * The scores at one place: of a word head one row, of classes all there is.
 * @param {Activation} logits
 * @param {number} place
 */
export function rowAt({ axes, shape, data }, place) {
  const width = shape[shape.length - 1];
  return axes.includes("pos") ? data.subarray(place * width, (place + 1) * width) : data.subarray(0, width);
}

/** @param {Float32Array} row scores */
export function softmax(row) {
  const top = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const weights = Float64Array.from(row, (logit) => Math.exp(logit - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * The likeliest of either side, in the order of before; the watched one is among them.
 * @param {Float32Array} before scores
 * @param {Float32Array} after scores
 * @param {number} watched id
 * @param {number} count of each side
 * @returns {Compared[]}
 */
export function compared(before, after, watched, count) {
  const [p, q] = [softmax(before), softmax(after)];
  const ids = [...new Set([...best(before, count), ...best(after, count), watched])].filter((id) => id >= 0 && id < before.length);
  return ids.map((id) => ({ id, before: p[id], after: q[id], logitBefore: before[id], logitAfter: after[id] })).sort((a, b) => b.before - a.before);
}

/**
 * How far the distribution has moved: Σ p · ln(p / q). // nats
 * @param {Float32Array} before scores
 * @param {Float32Array} after scores
 */
export function divergence(before, after) {
  const [p, q] = [softmax(before), softmax(after)];
  return Math.max(0, p.reduce((sum, share, id) => (share > 0 ? sum + share * Math.log(share / Math.max(q[id], Number.MIN_VALUE)) : sum), 0));
}

/**
 * Each head by itself set to zero: what that does to one token's probability.
 * @param {import("../../engine/model.js").Model} model
 * @param {import("../../engine/host.js").Input} input
 * @param {import("./sites.js").Site} site
 * @param {(logits: Activation) => number} probability
 * @param {import("../../engine/turns.js").Stoppable} [work]
 * @returns {Promise<number[][]>} the change for each layer's heads
 */
export async function sweep(model, input, { stack, part, layers }, probability, work = {}) {
  const passes = 1 + layers * model.info.heads;
  let done = 0;
  const next = () => portion(work, done++, passes);
  const before = probability((await model.run(input, next())).logits);
  const changes = [];
  for (let layer = 0; layer < layers; layer++) {
    const heads = [];
    for (let head = 0; head < model.info.heads; head++) {
      const { logits } = await model.run(input, { interventions: [{ hook: `${stack}.${layer}.${part}.hook_z`, at: { head }, set: 0 }], ...next() });
      heads.push(probability(logits) - before);
    }
    changes.push(heads);
  }
  return changes;
}
