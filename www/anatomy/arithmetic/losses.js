// The losses of src/ops and their gradients, in doubles.

import { axesOf, dot, powersOf, stretch } from "./parts.js";

/** @typedef {import("../arithmetic.js").Rule} Rule */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */

/** ln Σ e^z − z[label]. @type {Rule} */
function surprise(numbers, { inputs: [z, labels] }, shape, flat) {
  const label = numbers.at(labels, flat);
  if (label < 0) return UNLABELLED;
  const { scores, max, powers, sum } = rowOf(numbers, z, flat);
  const value = Math.log(sum) + max - scores[label];
  return {
    kind: "line",
    axis: "d_vocab",
    at: label,
    bars: [
      ["z", scores],
      ["eᶻ⁻ᵐ", powers],
    ],
    terms: ["ln", sum, "+", max, "−", scores[label]],
    value,
  };
}

/** dy · (softmax(z)[v] − 1 where v is the label). @type {Rule} */
function surpriseGrad(numbers, { inputs: [z, labels, gradient] }, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const [place, at] = [Math.floor(flat / width), flat % width];
  const label = numbers.at(labels, place);
  if (label < 0) return UNLABELLED;
  const { scores, powers, sum } = rowOf(numbers, z, place);
  const dy = numbers.at(gradient, place);
  const wanted = at === label ? 1 : 0;
  return {
    kind: "line",
    axis: "d_vocab",
    at,
    bars: [
      ["z", scores],
      ["eᶻ⁻ᵐ", powers],
    ],
    terms: [dy, "· (", powers[at], "/", sum, "−", wanted, ")"],
    value: dy * (powers[at] / sum - wanted),
  };
}

/** max(z, 0) − z · label + ln(1 + e^−|z|). @type {Rule} */
function yesOrNo(numbers, { inputs: [scores, labels] }, shape, flat) {
  const [z, label] = [numbers.at(scores, flat), numbers.at(labels, flat)];
  const value = Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
  return { kind: "line", terms: ["max(", z, ", 0) −", z, "·", label, "+ ln(1 + exp(−", Math.abs(z), "))"], value };
}

/** dy · (σ(z) − label). @type {Rule} */
function yesOrNoGrad(numbers, { inputs: [scores, labels, gradient] }, shape, flat) {
  const [z, label, dy] = [numbers.at(scores, flat), numbers.at(labels, flat), numbers.at(gradient, flat)];
  return { kind: "line", terms: [dy, "· (σ(", z, ") −", label, ")"], value: dy * (1 / (1 + Math.exp(-z)) - label) };
}

/** (x − label)². @type {Rule} */
function squared(numbers, { inputs: [given, labels] }, shape, flat) {
  const [x, label] = [numbers.at(given, flat), numbers.at(labels, flat)];
  return { kind: "line", terms: ["(", x, "−", label, ")²"], value: (x - label) ** 2 };
}

/** 2 · dy · (x − label). @type {Rule} */
function squaredGrad(numbers, { inputs: [given, labels, gradient] }, shape, flat) {
  const [x, label, dy] = [numbers.at(given, flat), numbers.at(labels, flat), numbers.at(gradient, flat)];
  return { kind: "line", terms: ["2 ·", dy, "· (", x, "−", label, ")"], value: 2 * dy * (x - label) };
}

/** All numbers, each times its weight. @type {Rule} */
function weighted(numbers, { inputs: [x, w] }) {
  const shape = numbers.shapes[x];
  const axis = axesOf(
    numbers.graph[x].axes,
    shape,
    shape.reduce((product, length) => product * length, 1),
  );
  return dot(axis, Float64Array.from(numbers.all(x)), Float64Array.from(numbers.all(w)));
}

/** A place that does not count. @type {import("../arithmetic.js").Explanation} */
const UNLABELLED = { kind: "zero", why: "unlabelled", value: 0 };

/**
 * The scores of one place.
 * @param {Numbers} numbers
 * @param {number} node
 * @param {number} place
 */
function rowOf(numbers, node, place) {
  const width = /** @type {number} */ (numbers.shapes[node].at(-1));
  const scores = stretch(numbers.all(node), place * width, width);
  return { scores, ...powersOf(scores) };
}

/** By the ops' words. @type {Record<string, Rule>} */
export const LOSSES = {
  cross_entropy: surprise,
  cross_entropy_grad: surpriseGrad,
  binary_cross_entropy: yesOrNo,
  binary_cross_entropy_grad: yesOrNoGrad,
  squared_error: squared,
  squared_error_grad: squaredGrad,
  dot: weighted,
};
