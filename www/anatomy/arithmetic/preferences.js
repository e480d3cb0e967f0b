// The ops of src/ops by which preferences are learnt, in doubles.

import { dot, stretch } from "./parts.js";

/** @typedef {import("../arithmetic.js").Rule} Rule */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */

/** A text's places, each times its weight. @type {Rule} */
function weightedText(numbers, { inputs: [x, w] }, shape, flat) {
  const pos = numbers.shapes[x][1];
  const [places, weights] = [x, w].map((node) => stretch(numbers.all(node), flat * pos, pos));
  return dot("pos", places, weights, 1, undefined, ["x", "w"]);
}

/** What came back for the text, times the place's weight. @type {Rule} */
function weightedTextGrad(numbers, { inputs: [gradient, w] }, shape, flat) {
  const [dy, weight] = [numbers.at(gradient, Math.floor(flat / shape[1])), numbers.at(w, flat)];
  return { kind: "line", terms: [dy, "·", weight], value: dy * weight };
}

/** A text against the other one of its pair; one without a partner against itself. @type {Rule} */
function versus(numbers, { inputs: [x] }, shape, flat) {
  const row = shape.slice(1).reduce((product, length) => product * length, 1);
  const partner = Math.floor(flat / row) ^ 1;
  const other = partner < shape[0] ? partner * row + (flat % row) : flat;
  const [a, b] = [numbers.at(x, flat), numbers.at(x, other)];
  return { kind: "line", terms: [a, "−", b], value: a - b };
}

/** −min(ρ a, clip(ρ) a), ρ = e^(o − x). @type {Rule} */
function clipped(numbers, node, shape, flat) {
  const { ratio, within, advantage } = ratioOf(numbers, node, flat);
  return {
    kind: "line",
    terms: ["−min(", ratio, "·", advantage, ",", within, "·", advantage, ")"],
    value: -Math.min(ratio * advantage, within * advantage),
  };
}

/** ρ a dy, or 0 where the ratio was clipped. @type {Rule} */
function clippedGrad(numbers, node, shape, flat) {
  const { ratio, within, advantage } = ratioOf(numbers, node, flat);
  const dy = numbers.at(node.inputs[3], flat);
  const counts = ratio * advantage <= within * advantage;
  return counts
    ? { kind: "line", terms: [ratio, "·", advantage, "·", dy], value: ratio * advantage * dy }
    : { kind: "line", terms: ["0 ·", dy], value: 0 };
}

/**
 * How much likelier a token is than when it was drawn; the same within the bounds; and the token's advantage.
 * @param {Numbers} numbers
 * @param {import("../nodes.js").GraphNode} node
 * @param {number} flat
 */
function ratioOf(numbers, { inputs: [x, old, gain], clip = 0 }, flat) {
  const ratio = Math.exp(Math.min(numbers.at(old, flat) - numbers.at(x, flat), 60));
  return { ratio, within: Math.min(Math.max(ratio, 1 - clip), 1 + clip), advantage: numbers.at(gain, flat) };
}

/** By the ops' words. @type {Record<string, Rule>} */
export const PREFERENCES = {
  dot_rows: weightedText,
  dot_rows_grad: weightedTextGrad,
  versus,
  clipped_ratio: clipped,
  clipped_ratio_grad: clippedGrad,
};
