// How one number of an activation came about, worked out in the page from the numbers that it was computed from: the formulas of src/ops once more, in
// doubles, so that what is shown can be held against what the engine computed.

import { entry } from "../lookup.js";
import { flatOf, placeOf, shapeOf, sizeOf } from "./nodes.js";
import { isMasked, MASKED } from "../trace.js";
import { activate } from "./functions.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */
/** @typedef {import("./nodes.js").Lens} Lens */
/**
 * `value` is what the page works out. `dot`: Σ aᵢ bᵢ · times + plus, over `axis`. `softmax`: of a row. `norm`: of a row; `mean` and `bias` are a layer norm's.
 * `pair`: two numbers and a sign. `row`: a row of a table. `turn`: a pair of numbers, turned by an angle. `copy`: the number of another node.
 * @typedef {{ kind: "dot", axis: string, a: Float64Array, b: Float64Array, times: number, plus: number | undefined, value: number }
 *   | { kind: "softmax", scores: Float64Array, max: number, powers: Float64Array, sum: number, at: number, value: number }
 *   | { kind: "mask", score: number, allowed: boolean, rule: string, value: number }
 *   | { kind: "norm", row: Float64Array, at: number, mean: number | undefined, spread: number, eps: number, weight: number, bias: number | undefined, value: number }
 *   | { kind: "function", name: string, x: number, value: number }
 *   | { kind: "pair", sign: "+" | "×", a: number, b: number, value: number }
 *   | { kind: "row", table: string, row: number, column: number, value: number }
 *   | { kind: "turn", a: number, b: number, angle: number, value: number }
 *   | { kind: "copy", from: string, place: number[], value: number }} Explanation
 */

export class Numbers {
  /** @type {Map<number, Float64Array>} */
  #rows = new Map();

  /**
   * @param {GraphNode[]} graph
   * @param {Lens} lens
   * @param {Map<number, ArrayLike<number>>} known numbers by node: captured activations, weights, inputs
   */
  constructor(graph, lens, known) {
    this.graph = graph;
    this.known = known;
    this.shapes = graph.map((node) => shapeOf(node, lens));
  }

  /**
   * A node's number: the engine's where it is known, else worked out.
   * @param {number} node
   * @param {number} flat
   * @returns {number}
   */
  at(node, flat) {
    const known = this.known.get(node);
    return known ? known[flat] : this.explain(node, flat).value;
  }

  /**
   * All numbers of a node.
   * @param {number} node
   */
  all(node) {
    const known = this.known.get(node);
    if (known) return known;
    const kept = this.#rows.get(node);
    if (kept) return kept;
    const data = Float64Array.from({ length: sizeOf(this.shapes[node]) }, (_, flat) => this.explain(node, flat).value);
    this.#rows.set(node, data);
    this.known.set(node, data);
    return data;
  }

  /**
   * @param {number} index
   * @param {number} flat the number's place in the node
   * @returns {Explanation}
   */
  explain(index, flat) {
    const node = this.graph[index];
    const rule = entry(RULES, node.op);
    if (!rule) throw new Error(`"${node.op}" has no arithmetic here: ${node.name}`);
    return rule(this, node, this.shapes[index], flat);
  }
}

/** @type {Record<string, (numbers: Numbers, node: GraphNode, shape: number[], flat: number) => Explanation>} */
const RULES = { linear, attn_scores: scores, attn_mix: mix, softmax, mask, layer_norm: norm, rms_norm: norm, activation, add, mul, scale, embed, rope, append, first, relative_bias: bucket };

/** The ops whose numbers can be worked out here. */
export const EXPLAINED = Object.keys(RULES);

/** @type {typeof RULES[string]} */
function linear(numbers, { inputs: [x, w, b] }, shape, flat) {
  const [out, width] = numbers.shapes[w];
  const [row, column] = [Math.floor(flat / out), flat % out];
  const [xs, ws] = [numbers.all(x), numbers.all(w)];
  const axes = numbers.graph[x].axes;
  const plus = b === undefined ? undefined : numbers.at(b, column);
  return dot(axesOf(axes, numbers.shapes[x], width), stretch(xs, row * width, width), stretch(ws, column * width, width), 1, plus);
}

/** q · k, times a constant, plus a bias. @type {typeof RULES[string]} */
function scores(numbers, { inputs: [q, k, bias], scale = 1 }, shape, flat) {
  const [batch, head, query, key] = placeOf(shape, flat);
  const [, , heads, width] = numbers.shapes[q];
  const from = flatOf(numbers.shapes[q], [batch, query, head, 0]);
  const plus = bias === undefined ? undefined : numbers.at(bias, flatOf(numbers.shapes[bias], [head, query, key]));
  return dot("d_head", stretch(numbers.all(q), from, width), keyed(numbers, k, batch, key, head, heads), scale, plus);
}

/** @type {typeof RULES[string]} */
function mix(numbers, { inputs: [pattern, v] }, shape, flat) {
  const [batch, query, head, d] = placeOf(shape, flat);
  const [, heads, , keys] = numbers.shapes[pattern];
  const row = stretch(numbers.all(pattern), flatOf(numbers.shapes[pattern], [batch, head, query, 0]), keys);
  const values = Float64Array.from({ length: keys }, (_, key) => keyed(numbers, v, batch, key, head, heads)[d]);
  return dot("key_pos", row, values, 1, undefined);
}

/**
 * A key's or value's vector for a query head: in a cache the positions come first, and several heads may share one.
 * @param {Numbers} numbers
 * @param {number} node
 * @param {number} batch
 * @param {number} pos
 * @param {number} head
 * @param {number} heads
 */
function keyed(numbers, node, batch, pos, head, heads) {
  const shape = numbers.shapes[node];
  const [, , own, width] = shape;
  const cached = numbers.graph[node].axes[0] === "key_pos";
  const group = Math.floor((head * own) / heads);
  return stretch(numbers.all(node), flatOf(shape, cached ? [pos, batch, group, 0] : [batch, pos, group, 0]), width);
}

/** @type {typeof RULES[string]} */
function softmax(numbers, { inputs: [x] }, shape, flat) {
  const keys = /** @type {number} */ (shape.at(-1));
  const at = flat % keys;
  const row = stretch(numbers.all(x), flat - at, keys);
  const max = row.reduce((most, score) => Math.max(most, score), MASKED);
  const powers = row.map((score) => (isMasked(score) ? 0 : Math.exp(score - max)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { kind: "softmax", scores: row, max, powers, sum, at, value: sum === 0 ? 0 : powers[at] / sum };
}

/** @type {typeof RULES[string]} */
function mask(numbers, { inputs: [x, given], mask: rule = "" }, shape, flat) {
  const [batch, , query, key] = placeOf(shape, flat);
  const score = numbers.at(x, flat);
  const reach = rule === "causal" ? shape[3] - shape[2] + query : shape[3];
  const allowed = numbers.at(given, flatOf(numbers.shapes[given], [batch, key])) !== 0 && key <= reach;
  return { kind: "mask", score, allowed, rule, value: allowed ? score : Math.fround(MASKED) };
}

/** @type {typeof RULES[string]} */
function norm(numbers, { op, inputs: [x, w, b], eps = 0 }, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const at = flat % width;
  const row = stretch(numbers.all(x), flat - at, width);
  const average = (/** @type {(value: number) => number} */ of) => row.reduce((sum, value) => sum + of(value), 0) / width;
  const mean = op === "layer_norm" ? average((value) => value) : undefined;
  const spread = average((value) => (value - (mean ?? 0)) ** 2);
  const [weight, bias] = [numbers.at(w, at), b === undefined ? undefined : numbers.at(b, at)];
  return { kind: "norm", row, at, mean, spread, eps, weight, bias, value: ((row[at] - (mean ?? 0)) / Math.sqrt(spread + eps)) * weight + (bias ?? 0) };
}

/** @type {typeof RULES[string]} */
function activation(numbers, { inputs: [x], activation: name = "" }, shape, flat) {
  const given = numbers.at(x, flat);
  return { kind: "function", name, x: given, value: activate(name, given) };
}

/** @type {typeof RULES[string]} */
function add(numbers, { inputs: [x, y] }, shape, flat) {
  const [a, b] = [numbers.at(x, flat), numbers.at(y, flat)];
  return { kind: "pair", sign: "+", a, b, value: a + b };
}

/** @type {typeof RULES[string]} */
function mul(numbers, { inputs: [x, y] }, shape, flat) {
  const [a, b] = [numbers.at(x, flat), numbers.at(y, flat)];
  return { kind: "pair", sign: "×", a, b, value: a * b };
}

/** @type {typeof RULES[string]} */
function scale(numbers, { inputs: [x], by = 1 }, shape, flat) {
  const a = numbers.at(x, flat);
  return { kind: "pair", sign: "×", a, b: by, value: a * by };
}

/** @type {typeof RULES[string]} */
function embed(numbers, { inputs: [ids, table] }, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const [row, column] = [numbers.at(ids, Math.floor(flat / width)), flat % width];
  return { kind: "row", table: numbers.graph[table].name, row, column, value: numbers.at(table, row * width + column) };
}

/** Sines and cosines are made outside of the graph: the angle is the one by which the engine turned the pair. @type {typeof RULES[string]} */
function rope(numbers, node, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const half = width / 2;
  const i = flat % width;
  const other = i < half ? flat + half : flat - half;
  const [own, turned] = [numbers.all(node.inputs[0]), numbers.known.get(numbers.graph.indexOf(node))];
  if (!turned) throw new Error(`${node.name}: a rotation is known by what it did, and that was not captured`);
  const [first, second] = i < half ? [flat, other] : [other, flat];
  const angle = Math.atan2(turned[second], turned[first]) - Math.atan2(own[second], own[first]);
  const [a, b] = [own[first], own[second]];
  return { kind: "turn", a, b, angle: (angle + 3 * Math.PI) % (2 * Math.PI) - Math.PI, value: i < half ? a * Math.cos(angle) - b * Math.sin(angle) : b * Math.cos(angle) + a * Math.sin(angle) };
}

/** A whole text is the step with nothing before it. @type {typeof RULES[string]} */
function append(numbers, { inputs: [x] }, shape, flat) {
  const [pos, batch, head, d] = placeOf(shape, flat);
  return copied(numbers, x, [batch, pos, head, d]);
}

/** @type {typeof RULES[string]} */
function first(numbers, { inputs: [x] }, shape, flat) {
  const [batch, d] = placeOf(shape, flat);
  return copied(numbers, x, [batch, 0, d]);
}

/** T5's bias for a distance between query and key. @type {typeof RULES[string]} */
function bucket(numbers, { inputs: [table], direction, bounds = [] }, shape, flat) {
  const [head, query, key] = placeOf(shape, flat);
  const distance = direction === "both" ? Math.abs(query - key) : Math.max(0, query - key);
  const offset = direction === "both" && key > query ? bounds.length + 1 : 0;
  const row = offset + bounds.filter((bound) => bound <= distance).length;
  return { kind: "row", table: numbers.graph[table].name, row, column: head, value: numbers.at(table, row * shape[0] + head) };
}

/**
 * @param {Numbers} numbers
 * @param {number} from
 * @param {number[]} place
 * @returns {Explanation}
 */
function copied(numbers, from, place) {
  return { kind: "copy", from: numbers.graph[from].name, place, value: numbers.at(from, flatOf(numbers.shapes[from], place)) };
}

/**
 * @param {string} axis
 * @param {Float64Array} a
 * @param {Float64Array} b
 * @param {number} times
 * @param {number | undefined} plus
 * @returns {Explanation}
 */
function dot(axis, a, b, times, plus) {
  const sum = a.reduce((total, value, i) => total + value * b[i], 0);
  return { kind: "dot", axis, a, b, times, plus, value: sum * times + (plus ?? 0) };
}

/**
 * @param {ArrayLike<number>} data
 * @param {number} from
 * @param {number} length
 */
function stretch(data, from, length) {
  return Float64Array.from({ length }, (_, i) => data[from + i]);
}

/**
 * The last axes of an input, as many as make up a row.
 * @param {string[]} axes
 * @param {number[]} shape
 * @param {number} width
 */
function axesOf(axes, shape, width) {
  let from = shape.length;
  for (let product = 1; product < width && from > 0; ) product *= shape[--from];
  return axes.slice(from).join(" × ");
}
