// A node's numbers as a matrix that can be looked at: rows are tokens where there are tokens, columns are its last axis; one head, where it has heads.

import { flatOf, sizeOf } from "./nodes.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */
/** `at` gives a cell's place in the whole. @typedef {{ rowDim: number, columnDim: number, rows: number, columns: number, from: number, data: Float64Array, at: (row: number, column: number) => number }} Plane */

/** Columns that are shown at once: a vocabulary is wider than any screen. */
export const WIDEST = 512;

/**
 * @param {GraphNode} node
 * @param {number[]} shape
 * @param {ArrayLike<number>} data
 * @param {{ head: number, from: number }} choice `from` is the first column shown
 * @returns {Plane}
 */
export function planeOf({ axes }, shape, data, { head, from }) {
  const columnDim = shape.length - 1;
  const rowDim =
    ["pos", "query_pos", "key_pos", "out"].map((name) => axes.lastIndexOf(name)).find((dim) => dim >= 0 && dim !== columnDim) ??
    -1;
  const rows = rowDim < 0 ? 1 : shape[rowDim];
  const first = Math.min(from, Math.max(0, shape[columnDim] - 1));
  const columns = Math.min(WIDEST, shape[columnDim] - first);
  const at = (/** @type {number} */ row, /** @type {number} */ column) =>
    flatOf(
      shape,
      shape.map((_, dim) => {
        if (dim === columnDim) return column + first;
        if (dim === rowDim) return row;
        return axes[dim].endsWith("head") ? Math.min(head, shape[dim] - 1) : 0;
      }),
    );
  return {
    rowDim,
    columnDim,
    rows,
    columns,
    from: first,
    data: Float64Array.from({ length: sizeOf([rows, columns]) }, (_, i) => data[at(Math.floor(i / columns), i % columns)]),
    at,
  };
}

/**
 * The axis of heads, of which one is looked at.
 * @param {GraphNode} node
 * @param {number[]} shape
 */
export function headsOf({ axes }, shape) {
  const dim = axes.findIndex((axis) => axis === "head" || axis === "kv_head");
  return dim < 0 || dim === shape.length - 1 ? 0 : shape[dim];
}
