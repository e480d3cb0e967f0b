// What comes back through the ops of src/ops, in doubles.

import { slope } from "../functions.js";
import { flatOf, placeOf } from "../nodes.js";
import { rope } from "./forward.js";
import { axesBefore, axesOf, bucketOf, copied, dot, masked, spreadOf, stretch, sumOf } from "./parts.js";

/** @typedef {import("../arithmetic.js").Explanation} Explanation */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */
/** @typedef {import("../arithmetic.js").Rule} Rule */

/** Σₒ dy[r, o] · w[o, i]. @type {Rule} */
function linearInput(numbers, { inputs: [dy, w] }, shape, flat) {
  const [out, width] = numbers.shapes[w];
  const [row, i] = [Math.floor(flat / width), flat % width];
  return dot(
    axesOf(numbers.graph[dy].axes, numbers.shapes[dy], out),
    stretch(numbers.all(dy), row * out, out),
    stretch(numbers.all(w), i, out, width),
    1,
    undefined,
    ["dy", "w"],
  );
}

/** Σᵣ dy[r, o] · x[r, i]. @type {Rule} */
function linearWeight(numbers, { inputs: [dy, x] }, [out, width], flat) {
  const [o, i] = [Math.floor(flat / width), flat % width];
  const [dys, xs] = [numbers.all(dy), numbers.all(x)];
  const rows = xs.length / width;
  return dot(
    axesBefore(numbers.graph[x].axes, numbers.shapes[x], rows),
    stretch(dys, o, rows, out),
    stretch(xs, i, rows, width),
    1,
    undefined,
    ["dy", "x"],
  );
}

/** Σᵣ x[r, j], over the leading axes. @type {Rule} */
function sumRows(numbers, { inputs: [x] }, shape, flat) {
  const [xs, step] = [numbers.all(x), shape.reduce((product, length) => product * length, 1)];
  const column = stretch(xs, flat, xs.length / step, step);
  return {
    kind: "line",
    axis: axesBefore(numbers.graph[x].axes, numbers.shapes[x], column.length),
    bars: [["dy", column]],
    terms: ["Σ dy"],
    value: sumOf(column),
  };
}

/** (g − mean(g) − x̂ · mean(g · x̂)) / s, where g = dy · w; an RMS norm's has no mean(g). @type {Rule} */
function norm(numbers, { op, inputs: [x, w, dy], eps = 0 }, shape, flat) {
  const width = /** @type {number} */ (shape.at(-1));
  const at = flat % width;
  const centred = op === "layer_norm_grad";
  const { row, root } = normalized(numbers, x, flat - at, width, centred, eps);
  const weights = numbers.all(w);
  const g = stretch(numbers.all(dy), flat - at, width).map((value, i) => value * weights[i]);
  const mean = centred ? sumOf(g) / width : 0;
  const along = sumOf(g.map((value, i) => value * row[i])) / width;
  const terms = [
    "(",
    g[at],
    ...(centred ? ["−", mean, { mean: "dy·w" }] : []),
    "−",
    row[at],
    "·",
    along,
    { mean: "dy·w·x̂" },
    ") /",
    root,
  ];
  return {
    kind: "line",
    axis: "d_model",
    at,
    bars: [
      ["x̂", row],
      ["dy·w", g],
    ],
    terms,
    value: (g[at] - mean - row[at] * along) / root,
  };
}

/** Σᵣ dy[r, i] · x̂[r, i]. @type {Rule} */
function normWeight(numbers, { op, inputs: [x, dy], eps = 0 }, [width], flat) {
  const rows = numbers.all(x).length / width;
  const own = Float64Array.from(
    { length: rows },
    (_, r) => normalized(numbers, x, r * width, width, op === "layer_norm_grad_weight", eps).row[flat],
  );
  return dot(
    axesBefore(numbers.graph[x].axes, numbers.shapes[x], rows),
    stretch(numbers.all(dy), flat, rows, width),
    own,
    1,
    undefined,
    ["dy", "x̂"],
  );
}

/** f′(x) · dy. @type {Rule} */
function activation(numbers, { inputs: [given, gradient], activation: name = "" }, shape, flat) {
  const [x, dy] = [numbers.at(given, flat), numbers.at(gradient, flat)];
  return { kind: "line", terms: [`${name}′(`, x, ") ·", dy], value: slope(name, x) * dy };
}

/** Σ over the heads that share a value, and over queries, of pattern · dz. @type {Rule} */
function mixValues(numbers, node, shape, flat) {
  const [pattern, dz] = node.inputs;
  const [, heads, queries] = numbers.shapes[pattern];
  const place = placeOf(shape, flat);
  const [batch, key] = node.axes[0] === "key_pos" ? [place[1], place[0]] : place;
  const shared = heads / shape[2];
  const cells = Array.from({ length: shared * queries }, (_, i) => ({
    head: place[2] * shared + Math.floor(i / queries),
    query: i % queries,
  }));
  const [weights, back] = [numbers.all(pattern), numbers.all(dz)];
  const a = Float64Array.from(cells, ({ head, query }) => weights[flatOf(numbers.shapes[pattern], [batch, head, query, key])]);
  const b = Float64Array.from(cells, ({ head, query }) => back[flatOf(numbers.shapes[dz], [batch, query, head, place[3]])]);
  // The same sum gives a gradient for keys, from the scores' gradient and the queries.
  const names = /** @type {[string, string]} */ (numbers.graph[pattern].op === "softmax" ? ["p", "dz"] : ["ds", "q"]);
  return dot(shared === 1 ? "query_pos" : "head × query_pos", a, b, 1, undefined, names);
}

/** p[k] · (dp[k] − Σⱼ dp[j] · p[j]). @type {Rule} */
function softmax(numbers, { inputs: [pattern, gradient] }, shape, flat) {
  const keys = /** @type {number} */ (shape.at(-1));
  const at = flat % keys;
  const [p, dp] = [pattern, gradient].map((input) => stretch(numbers.all(input), flat - at, keys));
  const products = p.map((weight, i) => weight * dp[i]);
  const sum = sumOf(products);
  return {
    kind: "line",
    axis: "key_pos",
    at,
    bars: [
      ["p", p],
      ["dp", dp],
      ["p·dp", products],
    ],
    terms: [p[at], "· (", dp[at], "−", sum, "Σ p·dp )"],
    value: p[at] * (dp[at] - sum),
  };
}

/** @type {Rule} */
function mask(numbers, node, shape, flat) {
  return masked(numbers, node, shape, flat, 0);
}

/** Σ over the cells whose distance has this row of the table. @type {Rule} */
function bucket(numbers, node, shape, flat) {
  const [row, head] = placeOf(shape, flat);
  const [, queries, keys] = numbers.shapes[node.inputs[0]];
  const own = Float64Array.from({ length: queries * keys }, (_, i) =>
    bucketOf(node, Math.floor(i / keys), i % keys) === row ? 1 : 0,
  );
  return dot("query_pos × key_pos", own, stretch(numbers.all(node.inputs[0]), head * own.length, own.length), 1, undefined, [
    `[row ${row}]`,
    "dB",
  ]);
}

/** A whole text is the step with nothing before it. @type {Rule} */
function append(numbers, { inputs: [cache] }, shape, flat) {
  const [batch, pos, head, d] = placeOf(shape, flat);
  return copied(numbers, cache, [pos, batch, head, d]);
}

/** @type {Rule} */
function first(numbers, { inputs: [dy] }, shape, flat) {
  const [batch, pos, d] = placeOf(shape, flat);
  return pos === 0 ? copied(numbers, dy, [batch, d]) : { kind: "zero", why: "unread", value: 0 };
}

/** Σ over the places whose id is this row. @type {Rule} */
function embed(numbers, { inputs: [ids, dy] }, shape, flat) {
  const [row, column] = placeOf(shape, flat);
  const own = Float64Array.from(numbers.all(ids), (id) => (id === row ? 1 : 0));
  return dot(
    axesBefore(numbers.graph[ids].axes, numbers.shapes[ids], own.length),
    own,
    stretch(numbers.all(dy), column, own.length, shape[1]),
    1,
    undefined,
    [`[id ${row}]`, "dy"],
  );
}

/**
 * A row less its mean, where it is centred, over its root.
 * @param {Numbers} numbers
 * @param {number} node
 * @param {number} from
 * @param {number} width
 * @param {boolean} centred
 * @param {number} eps
 */
function normalized(numbers, node, from, width, centred, eps) {
  const row = stretch(numbers.all(node), from, width);
  const { mean = 0, spread } = spreadOf(row, centred);
  const root = Math.sqrt(spread + eps);
  return { root, row: row.map((value) => (value - mean) / root) };
}

/** By the ops' words. @type {Record<string, Rule>} */
export const BACKWARD = {
  linear_grad_input: linearInput,
  linear_grad_weight: linearWeight,
  sum_rows: sumRows,
  layer_norm_grad: norm,
  layer_norm_grad_weight: normWeight,
  rms_norm_grad: norm,
  rms_norm_grad_weight: normWeight,
  activation_grad: activation,
  attn_mix_grad_values: mixValues,
  softmax_grad: softmax,
  mask_grad: mask,
  relative_bias_grad: bucket,
  append_grad: append,
  rope_grad: rope, // the angle that the engine took is the opposite one
  first_grad: first,
  embed_grad: embed,
};
