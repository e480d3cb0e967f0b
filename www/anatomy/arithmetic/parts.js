// What the rules of several ops share: rows of numbers, sums, and the forms of explanations.

import { flatOf, placeOf } from "../nodes.js";
import { isMasked, MASKED } from "../../trace.js";

/** @typedef {import("../arithmetic.js").Explanation} Explanation */
/** @typedef {import("../arithmetic.js").Numbers} Numbers */
/** @typedef {import("../arithmetic.js").Rule} Rule */
/** @typedef {import("../nodes.js").GraphNode} GraphNode */

/**
 * @param {string} axis
 * @param {Float64Array} a
 * @param {Float64Array} b
 * @param {number} [times]
 * @param {number} [plus]
 * @param {[string, string]} [names]
 * @returns {Explanation}
 */
export function dot(axis, a, b, times = 1, plus, names) {
  const sum = a.reduce((total, value, i) => total + value * b[i], 0);
  return { kind: "dot", axis, a, b, times, plus, names, value: sum * times + (plus ?? 0) };
}

/**
 * @param {Numbers} numbers
 * @param {number} from
 * @param {number[]} place
 * @returns {Explanation}
 */
export function copied(numbers, from, place) {
  return { kind: "copy", from: numbers.graph[from].name, place, value: numbers.at(from, flatOf(numbers.shapes[from], place)) };
}

/**
 * A score that is let through where the query may look at the key, and otherwise is `hidden`. A whole text is the step with nothing before it.
 * @param {Numbers} numbers
 * @param {GraphNode} node
 * @param {number[]} shape
 * @param {number} flat
 * @param {number} hidden
 * @returns {Explanation}
 */
export function masked(numbers, { inputs: [x, given], mask: rule }, shape, flat, hidden) {
  const [batch, , query, key] = placeOf(shape, flat);
  const score = numbers.at(x, flat);
  const reach = rule === "causal" ? shape[3] - shape[2] + query : shape[3];
  const allowed = numbers.at(given, flatOf(numbers.shapes[given], [batch, key])) !== 0 && key <= reach;
  return { kind: "mask", score, allowed, rule: rule ?? "", value: allowed ? score : hidden };
}

/**
 * @param {ArrayLike<number>} data
 * @param {number} from
 * @param {number} length
 * @param {number} [step] from one number to the next
 */
export function stretch(data, from, length, step = 1) {
  return Float64Array.from({ length }, (_, i) => data[from + i * step]);
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
export function keyed(numbers, node, batch, pos, head, heads) {
  const shape = numbers.shapes[node];
  const [, , own, width] = shape;
  const cached = numbers.graph[node].axes[0] === "key_pos";
  const group = Math.floor((head * own) / heads);
  return stretch(numbers.all(node), flatOf(shape, cached ? [pos, batch, group, 0] : [batch, pos, group, 0]), width);
}

/**
 * e to the power of each score of a row, with the largest taken off first so that nothing overflows.
 * @param {Float64Array} scores
 */
export function powersOf(scores) {
  const max = scores.reduce((most, score) => Math.max(most, score), MASKED);
  const powers = scores.map((score) => (isMasked(score) ? 0 : Math.exp(score - max)));
  return { max, powers, sum: sumOf(powers) };
}

/**
 * A layer norm's mean and variance of a row, or an RMS norm's mean square.
 * @param {Float64Array} row
 * @param {boolean} centred
 */
export function spreadOf(row, centred) {
  const mean = centred ? sumOf(row) / row.length : undefined;
  return { mean, spread: sumOf(row.map((value) => (value - (mean ?? 0)) ** 2)) / row.length };
}

/** @param {Float64Array} row */
export function sumOf(row) {
  return row.reduce((total, value) => total + value, 0);
}

/**
 * The row of T5's table for a query and a key.
 * @param {GraphNode} node
 * @param {number} query
 * @param {number} key
 */
export function bucketOf({ direction, bounds = [] }, query, key) {
  const distance = direction === "both" ? Math.abs(query - key) : Math.max(0, query - key);
  const offset = direction === "both" && key > query ? bounds.length + 1 : 0;
  return offset + bounds.filter((bound) => bound <= distance).length;
}

/**
 * The last axes of an input, as many as make up a row.
 * @param {string[]} axes
 * @param {number[]} shape
 * @param {number} width
 */
export function axesOf(axes, shape, width) {
  let from = shape.length;
  for (let product = 1; product < width && from > 0;) product *= shape[--from];
  return axes.slice(from).join(" × ");
}

/**
 * The first axes of an input, as many as count its rows. One text alone is not worth an axis.
 * @param {string[]} axes
 * @param {number[]} shape
 * @param {number} rows
 */
export function axesBefore(axes, shape, rows) {
  let to = 1;
  for (let product = shape[0]; product < rows && to < shape.length;) product *= shape[to++];
  return axes.slice(to > 1 && shape[0] === 1 ? 1 : 0, to).join(" × ");
}
