// The ops of src/ops by which weights learn, in doubles. Rates are numbered as in src/ops/adamw.rs.

import { placeOf } from "../nodes.js";
import { copied, dot } from "./parts.js";

/** @typedef {import("../arithmetic.js").Rule} Rule */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */

/** before + Σ x². @type {Rule} */
function squares(numbers, { inputs: [x, before] }) {
  const all = Float64Array.from(numbers.all(x));
  return dot(numbers.graph[x].axes.join(" × "), all, all, 1, before === undefined ? undefined : numbers.at(before, 0), [
    "x",
    "x",
  ]);
}

/** β x + (1 − β) (c g)ᵖ, or x where β is 1; p is the order, 1 or 2, and β the rate of that number. @type {Rule} */
function moment(numbers, { inputs: [state, gradient, norm, rates], order = 1 }, shape, flat) {
  const keep = numbers.at(rates, order);
  if (keep === 1) return copied(numbers, state, placeOf(shape, flat));
  const [old, g, cut] = [numbers.at(state, flat), numbers.at(gradient, flat), cutOf(numbers, norm, rates)];
  const power = order === 1 ? [cut, "·", g] : ["(", cut, "·", g, ")²"];
  return {
    kind: "line",
    terms: [keep, "·", old, "+ (1 −", keep, ") ·", ...power],
    value: keep * old + (1 - keep) * (cut * g) ** order,
  };
}

/** w (1 − r · decay) − r · (m / b₁) / (√v / √b₂ + ε), or w where r is 0. @type {Rule} */
function step(numbers, { inputs: [weight, mean, square, rates], share = 1 }, shape, flat) {
  const [w, m, v] = [weight, mean, square].map((node) => numbers.at(node, flat));
  const [rate, , , eps, decay, , first, second] = Array.from(numbers.all(rates));
  if (rate === 0) return copied(numbers, weight, placeOf(shape, flat));
  const keep = 1 - rate * decay * share;
  return {
    kind: "line",
    terms: [w, "·", keep, "−", rate, "· (", m, "/", first, ") / (√", v, "/ √", second, "+", eps, ")"],
    value: w * keep - ((rate / first) * m) / (Math.sqrt(v) / Math.sqrt(second) + eps),
  };
}

/** μ m + c g + decay · w, or m where μ is 1. @type {Rule} */
function momentum(numbers, { inputs: [state, gradient, weight, norm, rates], share = 1 }, shape, flat) {
  const keep = numbers.at(rates, 1);
  if (keep === 1) return copied(numbers, state, placeOf(shape, flat));
  const [m, g, w] = [state, gradient, weight].map((node) => numbers.at(node, flat));
  const [cut, decay] = [cutOf(numbers, norm, rates), numbers.at(rates, 4) * share];
  return { kind: "line", terms: [keep, "·", m, "+", cut, "·", g, "+", decay, "·", w], value: keep * m + (cut * g + decay * w) };
}

/** w − r m, or w where r is 0. @type {Rule} */
function descent(numbers, { inputs: [weight, mean, rates] }, shape, flat) {
  const [w, m, rate] = [numbers.at(weight, flat), numbers.at(mean, flat), numbers.at(rates, 0)];
  if (rate === 0) return copied(numbers, weight, placeOf(shape, flat));
  return { kind: "line", terms: [w, "−", rate, "·", m], value: w - rate * m };
}

/** e a + (1 − e) w, or a where e is 1. @type {Rule} */
function average(numbers, { inputs: [state, weight, rates] }, shape, flat) {
  const [a, w, keep] = [numbers.at(state, flat), numbers.at(weight, flat), numbers.at(rates, 8)];
  if (keep === 1) return copied(numbers, state, placeOf(shape, flat));
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
export const UPDATE = { square_sum: squares, adam_moment: moment, adamw: step, momentum, sgd: descent, average, record, guard };
