// The ops of src/ops by which weights learn, in doubles. Rates are numbered as in src/ops/adamw.rs.

import { placeOf } from "../nodes.js";
import { copied, dot } from "./parts.js";

/** @typedef {import("../arithmetic.js").Rule} Rule */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */

/** before + Σ x². @type {Rule} */
function squares(numbers, { inputs: [x, before] }) {
  const all = Float64Array.from(numbers.all(x));
  return dot(numbers.graph[x].axes.join(" × "), all, all, 1, before === undefined ? undefined : numbers.at(before, 0), ["x", "x"]);
}

/** β₁ m + (1 − β₁) c g, or m where β₁ is 1. @type {Rule} */
function runningMean(numbers, { inputs: [state, gradient, norm, rates] }, shape, flat) {
  if (numbers.at(rates, 1) === 1) return copied(numbers, state, placeOf(shape, flat));
  const [old, g, keep, cut] = [numbers.at(state, flat), numbers.at(gradient, flat), numbers.at(rates, 1), cutOf(numbers, norm, rates)];
  return { kind: "line", terms: [keep, "·", old, "+ (1 −", keep, ") ·", cut, "·", g], value: keep * old + (1 - keep) * cut * g };
}

/** β₂ v + (1 − β₂) (c g)², or v where β₂ is 1. @type {Rule} */
function runningSquare(numbers, { inputs: [state, gradient, norm, rates] }, shape, flat) {
  if (numbers.at(rates, 2) === 1) return copied(numbers, state, placeOf(shape, flat));
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

/** c g + decay · w. @type {Rule} */
function decayed(numbers, { inputs: [gradient, weight, norm, rates], share = 1 }, shape, flat) {
  const [g, w, cut, decay] = [numbers.at(gradient, flat), numbers.at(weight, flat), cutOf(numbers, norm, rates), numbers.at(rates, 4) * share];
  return { kind: "line", terms: [cut, "·", g, "+", decay, "·", w], value: cut * g + decay * w };
}

/** μ m + d, or m where μ is 1. @type {Rule} */
function momentum(numbers, { inputs: [state, gradient, rates] }, shape, flat) {
  const [m, d, keep] = [numbers.at(state, flat), numbers.at(gradient, flat), numbers.at(rates, 1)];
  if (keep === 1) return copied(numbers, state, placeOf(shape, flat));
  return { kind: "line", terms: [keep, "·", m, "+", d], value: keep * m + d };
}

/** w − r m. @type {Rule} */
function descent(numbers, { inputs: [weight, mean, rates] }, shape, flat) {
  const [w, m, rate] = [numbers.at(weight, flat), numbers.at(mean, flat), numbers.at(rates, 0)];
  return { kind: "line", terms: [w, "−", rate, "·", m], value: w - rate * m };
}

/** e a + (1 − e) w. @type {Rule} */
function average(numbers, { inputs: [state, weight, rates] }, shape, flat) {
  const [a, w, keep] = [numbers.at(state, flat), numbers.at(weight, flat), numbers.at(rates, 8)];
  return { kind: "line", terms: [keep, "·", a, "+ (1 −", keep, ") ·", w], value: keep * a + (1 - keep) * w };
}

/** This step's loss and squared norm at its place; in front a mark, once one of them is not finite; everything else as it was. @type {Rule} */
function record(numbers, { inputs: [state, loss, norm, rates] }, shape, flat) {
  const place = 1 + 2 * numbers.at(rates, 9);
  if (flat === place) return copied(numbers, loss, [0]);
  if (flat === place + 1) return copied(numbers, norm, [0]);
  const wild = flat === 0 && [loss, norm].some((node) => !Number.isFinite(numbers.at(node, 0)));
  return wild ? { kind: "line", terms: [numbers.at(loss, 0), numbers.at(norm, 0)], value: 1 } : copied(numbers, state, [flat]);
}

/** Learning rate, decay, cut and place at which nothing changes are 0, everything else 1. @type {Rule} */
function guard(numbers, { inputs: [rates, marked] }, shape, flat) {
  if (numbers.at(marked, 0) === 0) return copied(numbers, rates, [flat]);
  const value = [0, 4, 5, 9].includes(flat) ? 0 : 1;
  return { kind: "line", terms: [value], value };
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
export const UPDATE = { square_sum: squares, adam_mean: runningMean, adam_square: runningSquare, adamw: step, decayed, momentum, sgd: descent, average, record, guard };
