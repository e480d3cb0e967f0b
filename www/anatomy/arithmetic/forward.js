// The forward ops of src/ops, in doubles: how one number of each came about.

import { activate } from "../functions.js";
import { flatOf, placeOf } from "../nodes.js";
import { MASKED } from "../../trace.js";
import { axesOf, bucketOf, copied, dot, keyed, masked, powersOf, spreadOf, stretch } from "./parts.js";

/** @typedef {import("../arithmetic.js").Rule} Rule */

/** @type {Rule} */
function linear(numbers, { inputs: [x, w, b] }, shape, flat) {
  const [out, width] = numbers.shapes[w];
  const [row, column] = [Math.floor(flat / out), flat % out];
  const [xs, ws] = [numbers.all(x), numbers.all(w)];
  const axes = numbers.graph[x].axes;
  const plus = b === undefined ? undefined : numbers.at(b, column);
  return dot(
    axesOf(axes, numbers.shapes[x], width),
    stretch(xs, row * width, width),
    stretch(ws, column * width, width),
    1,
    plus,
  );
}

/** q · k, times a constant, plus a bias. @type {Rule} */
function scores(numbers, { inputs: [q, k, bias], scale = 1 }, shape, flat) {
  const [batch, head, query, key] = placeOf(shape, flat);
  const [, , heads, width] = numbers.shapes[q];
  const from = flatOf(numbers.shapes[q], [batch, query, head, 0]);
  const plus = bias === undefined ? undefined : numbers.at(bias, flatOf(numbers.shapes[bias], [head, query, key]));
  return dot("d_head", stretch(numbers.all(q), from, width), keyed(numbers, k, batch, key, head, heads), scale, plus);
}

/** @type {Rule} */
function mix(numbers, { inputs: [pattern, v] }, shape, flat) {
  const [batch, query, head, d] = placeOf(shape, flat);
  const [, heads, , keys] = numbers.shapes[pattern];
  const row = stretch(numbers.all(pattern), flatOf(numbers.shapes[pattern], [batch, head, query, 0]), keys);
  const values = Float64Array.from({ length: keys }, (_, key) => keyed(numbers, v, batch, key, head, heads)[d]);
  return dot("key_pos", row, values, 1, undefined);
}

/** @type {Rule} */
function softmax(numbers, { inputs: [x] }, shape, flat) {
  const keys = /** @type {number} */ (shape.at(-1));
  const at = flat % keys;
  const row = stretch(numbers.all(x), flat - at, keys);
  const { max, powers, sum } = powersOf(row);
  return { kind: "softmax", scores: row, max, powers, sum, at, value: sum === 0 ? 0 : powers[at] / sum };
}

/** @type {Rule} */
function mask(numbers, node, shape, flat) {
  return masked(numbers, node, shape, flat, Math.fround(MASKED));
}

/** @type {Rule} */
function norm(numbers, { op, inputs: [x, w, b], eps = 0 }, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const at = flat % width;
  const row = stretch(numbers.all(x), flat - at, width);
  const { mean, spread } = spreadOf(row, op === "layer_norm");
  const [weight, bias] = [numbers.at(w, at), b === undefined ? undefined : numbers.at(b, at)];
  return {
    kind: "norm",
    row,
    at,
    mean,
    spread,
    eps,
    weight,
    bias,
    value: ((row[at] - (mean ?? 0)) / Math.sqrt(spread + eps)) * weight + (bias ?? 0),
  };
}

/** @type {Rule} */
function activation(numbers, { inputs: [x], activation: name = "" }, shape, flat) {
  const given = numbers.at(x, flat);
  return { kind: "function", name, x: given, value: activate(name, given) };
}

/** @type {Rule} */
function add(numbers, { inputs: [x, y] }, shape, flat) {
  const [a, b] = [numbers.at(x, flat), numbers.at(y, flat)];
  return { kind: "pair", sign: "+", a, b, value: a + b };
}

/** @type {Rule} */
function mul(numbers, { inputs: [x, y] }, shape, flat) {
  const [a, b] = [numbers.at(x, flat), numbers.at(y, flat)];
  return { kind: "pair", sign: "×", a, b, value: a * b };
}

/** @type {Rule} */
function scale(numbers, { inputs: [x], by = 1 }, shape, flat) {
  const a = numbers.at(x, flat);
  return { kind: "pair", sign: "×", a, b: by, value: a * by };
}

/** @type {Rule} */
function embed(numbers, { inputs: [ids, table] }, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const [row, column] = [numbers.at(ids, Math.floor(flat / width)), flat % width];
  return { kind: "row", table: numbers.graph[table].name, row, column, value: numbers.at(table, row * width + column) };
}

/** Sines and cosines are made outside of the graph: the angle is the one by which the engine turned the pair. @type {Rule} */
export function rope(numbers, node, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const half = width / 2;
  const i = flat % width;
  const other = i < half ? flat + half : flat - half;
  const [own, turned] = [numbers.all(node.inputs[0]), numbers.known.get(numbers.graph.indexOf(node))];
  if (!turned) throw new Error(`${node.name}: a rotation is known by what it did, and that was not captured`);
  const [first, second] = i < half ? [flat, other] : [other, flat];
  const angle = Math.atan2(turned[second], turned[first]) - Math.atan2(own[second], own[first]);
  const [a, b] = [own[first], own[second]];
  return {
    kind: "turn",
    a,
    b,
    angle: ((angle + 3 * Math.PI) % (2 * Math.PI)) - Math.PI,
    value: i < half ? a * Math.cos(angle) - b * Math.sin(angle) : b * Math.cos(angle) + a * Math.sin(angle),
  };
}

/** A whole text is the step with nothing before it. @type {Rule} */
function append(numbers, { inputs: [x] }, shape, flat) {
  const [pos, batch, head, d] = placeOf(shape, flat);
  return copied(numbers, x, [batch, pos, head, d]);
}

/** @type {Rule} */
function first(numbers, { inputs: [x] }, shape, flat) {
  const [batch, d] = placeOf(shape, flat);
  return copied(numbers, x, [batch, 0, d]);
}

/** T5's bias for a distance between query and key. @type {Rule} */
function bucket(numbers, node, shape, flat) {
  const table = node.inputs[0];
  const [head, query, key] = placeOf(shape, flat);
  const row = bucketOf(node, query, key);
  return { kind: "row", table: numbers.graph[table].name, row, column: head, value: numbers.at(table, row * shape[0] + head) };
}

/** By the ops' words. @type {Record<string, Rule>} */
export const FORWARD = {
  linear,
  attn_scores: scores,
  attn_mix: mix,
  softmax,
  mask,
  layer_norm: norm,
  rms_norm: norm,
  activation,
  add,
  mul,
  scale,
  embed,
  rope,
  append,
  first,
  relative_bias: bucket,
};
