// The ops of src/ops by which weights learn, in doubles. Rates are numbered as in src/ops/adamw.rs.

import { dot } from "./parts.js";

/** @typedef {import("../arithmetic.js").Rule} Rule */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */

/** before + Σ x². @type {Rule} */
function squares(numbers, { inputs: [x, before] }) {
  const all = Float64Array.from(numbers.all(x));
  return dot(numbers.graph[x].axes.join(" × "), all, all, 1, before === undefined ? undefined : numbers.at(before, 0), ["x", "x"]);
}

/** β₁ m + (1 − β₁) c g. @type {Rule} */
function runningMean(numbers, { inputs: [state, gradient, norm, rates] }, shape, flat) {
  const [old, g, keep, cut] = [numbers.at(state, flat), numbers.at(gradient, flat), numbers.at(rates, 1), cutOf(numbers, norm, rates)];
  return { kind: "line", terms: [keep, "·", old, "+ (1 −", keep, ") ·", cut, "·", g], value: keep * old + (1 - keep) * cut * g };
}

/** β₂ v + (1 − β₂) (c g)². @type {Rule} */
function runningSquare(numbers, { inputs: [state, gradient, norm, rates] }, shape, flat) {
  const [old, g, keep, cut] = [numbers.at(state, flat), numbers.at(gradient, flat), numbers.at(rates, 2), cutOf(numbers, norm, rates)];
  return { kind: "line", terms: [keep, "·", old, "+ (1 −", keep, ") · (", cut, "·", g, ")²"], value: keep * old + (1 - keep) * (cut * g) ** 2 };
}

/** w (1 − r · decay) − r · (m / b₁) / (√v / √b₂ + ε). @type {Rule} */
function step(numbers, { inputs: [weight, mean, square, rates], share = 1 }, shape, flat) {
  const [w, m, v] = [weight, mean, square].map((node) => numbers.at(node, flat));
  const [rate, , , eps, decay, , first, second] = Array.from(numbers.all(rates));
  const keep = 1 - rate * decay * share;
  return { kind: "line", terms: [w, "·", keep, "−", rate, "· (", m, "/", first, ") / (√", v, "/ √", second, "+", eps, ")"], value: w * keep - ((rate / first) * m) / (Math.sqrt(v) / Math.sqrt(second) + eps) };
}

/**
 * By what the gradients are multiplied so that their norm stays within the cut.
 * @param {Numbers} numbers
 * @param {number} norm
 * @param {number} rates
 */
function cutOf(numbers, norm, rates) {
  const most = numbers.at(rates, 5);
  return most > 0 ? Math.min(1, most / (Math.sqrt(numbers.at(norm, 0)) + 1e-6)) : 1;
}

/** By the ops' words. @type {Record<string, Rule>} */
export const UPDATE = { square_sum: squares, adam_mean: runningMean, adam_square: runningSquare, adamw: step };
