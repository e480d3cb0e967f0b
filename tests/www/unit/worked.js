// One op on numbers that a person chose, worked out by the page.

import assert from "node:assert/strict";
import { Numbers } from "../../../www/anatomy/arithmetic.js";
import { graphOf } from "./graphs.js";

/** @typedef {import("./graphs.js").Axes} Axes */

/**
 * One op on given numbers, of two tokens.
 * @param {string} op
 * @param {{ axes: Axes, data: number[], weight?: true }[]} inputs
 * @param {Axes} axes
 * @param {object} [more]
 */
export function numbers(op, inputs, axes, more) {
  const g = graphOf();
  inputs.forEach(({ axes, weight }, i) => (weight ? g.weight(`in${i}`, axes) : g.op(`in${i}`, "given", [], axes)));
  g.op(
    "out",
    op,
    inputs.map((_, i) => `in${i}`),
    axes,
    more,
  );
  return new Numbers(g.nodes, { source: 2, target: 2 }, new Map(inputs.map(({ data }, i) => [i, data])));
}

/** The last node's numbers. @param {Numbers} found */
export const all = (found) => Array.from(found.all(found.graph.length - 1));
/** @type {(found: ArrayLike<number>, wanted: number[]) => void} */
export const near = (found, wanted) => {
  assert.equal(found.length, wanted.length);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= 1e-12 * Math.max(1, Math.abs(value)), `${i}: ${found[i]} is not ${value}`),
  );
};

export const text = /** @type {Axes} */ ([
  ["batch", "batch"],
  ["pos", "source"],
]);
export const hidden = /** @type {Axes} */ ([...text, ["d_model", 2]]);
export const square = /** @type {Axes} */ ([
  ["batch", "batch"],
  ["head", 2],
  ["query_pos", "source"],
  ["key_pos", "source"],
]);
