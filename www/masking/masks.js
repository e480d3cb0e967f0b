// Masks that a reader draws: a rule says who may look at whom, single cells differ from it, and the model runs with that instead of its own.

import { placeOf } from "./stacks.js";
import { MASKED } from "../trace.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../engine/host.js").Input} Input */
/** @typedef {import("./stacks.js").Stack} Stack */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {"own" | "bidirectional" | "causal" | "prefix" | "window" | "padding"} Rule */
/**
 * `prefix` tokens are seen by all; a `window` reaches so many tokens, itself included; the last `padded` of `length` columns are padding. `cells` differ from the rule.
 * @typedef {{ rule: Rule, prefix: number, window: number, padded: number, length: number, cells: ReadonlySet<string> }} Mask
 */
/** Where a mask holds; an empty list means everywhere. @typedef {{ stack: Stack, layers: number[], heads: number[] }} Extent */

/** The rules that make sense in a stack, its own first. @type {Record<Stack, Rule[]>} */
export const RULES = {
  encoder: ["bidirectional", "padding", "window", "prefix", "causal"],
  decoder: ["causal", "window", "prefix", "bidirectional", "padding"],
  cross: ["bidirectional", "padding"],
};

/**
 * Whether the model itself lets a row look at a column.
 * @param {Stack} stack
 * @param {number} row
 * @param {number} column
 */
export function ownAllows(stack, row, column) {
  return stack !== "decoder" || column <= row;
}

/**
 * @param {Mask} mask
 * @param {Stack} stack
 * @param {number} row
 * @param {number} column
 */
export function allows({ rule, prefix, window, padded, length, cells }, stack, row, column) {
  const back = stack === "decoder";
  const ruled = {
    own: () => ownAllows(stack, row, column),
    bidirectional: () => true,
    causal: () => column <= row,
    prefix: () => column <= row || column < prefix,
    window: () => (back ? column <= row && row - column < window : Math.abs(row - column) < window),
    padding: () => ownAllows(stack, row, column) && (column < length - padded || column >= length),
  }[rule]();
  return ruled !== cells.has(cellName(row, column));
}

/**
 * @param {number} row
 * @param {number} column
 */
export function cellName(row, column) {
  return `${row}.${column}`;
}

/**
 * Cells as they stand in a link.
 * @param {string} text
 * @returns {Set<string>}
 */
export function parseCells(text) {
  return new Set(
    String(text)
      .split(",")
      .filter((cell) => /^\d{1,4}\.\d{1,4}$/.test(cell)),
  );
}

/**
 * A mask with these cells made allowed or forbidden.
 * @param {Mask} mask
 * @param {Stack} stack
 * @param {{ row: number, column: number }[]} places
 * @param {boolean} allow
 * @returns {Set<string>} the cells that then differ from the rule
 */
export function painted(mask, stack, places, allow) {
  const cells = new Set(mask.cells);
  for (const { row, column } of places) {
    const name = cellName(row, column);
    if (allows({ ...mask, cells }, stack, row, column) !== allow && !cells.delete(name)) cells.add(name);
  }
  return cells;
}

/**
 * A mask as numbers: 1 allowed, 0 forbidden.
 * @param {Mask} mask
 * @param {Stack} stack
 * @param {number} rows
 * @param {number} columns
 */
export function gridOf(mask, stack, rows, columns) {
  return Uint8Array.from({ length: rows * columns }, (_, i) => Number(allows(mask, stack, Math.floor(i / columns), i % columns)));
}

/**
 * Where a mask differs from the model's own: rows that differ in the same columns, together, one intervention each.
 * @param {Uint8Array} grid
 * @param {Stack} stack
 * @param {number} columns
 * @param {0 | 1} allowed 0: cells that the mask forbids and the model allows; 1: the other way round
 * @returns {{ rows: number[], columns: number[] }[]}
 */
export function differing(grid, stack, columns, allowed) {
  /** @type {Map<string, { rows: number[], columns: number[] }>} */
  const groups = new Map();
  for (let row = 0; row * columns < grid.length; row++) {
    const found = Array.from({ length: columns }, (_, column) => column).filter(
      (column) => grid[row * columns + column] === allowed && Number(ownAllows(stack, row, column)) !== allowed,
    );
    if (found.length === 0) continue;
    const group = groups.get(found.join()) ?? { rows: [], columns: found };
    group.rows.push(row);
    groups.set(found.join(), group);
  }
  return [...groups.values()];
}

/**
 * A pass under a mask. What the mask forbids is set to the masked score; what it allows and the model forbids gets the score that the model computed before it masked it, in the
 * same pass.
 * @param {Model} model
 * @param {Input} input
 * @param {{ mask: Mask, extent: Extent, rows: number, columns: number, layers: number }} under `layers`: how many the stack has
 * @param {string[]} [capture]
 * @param {import("../engine/turns.js").Stoppable} [work]
 * @returns {Promise<{ trace: Trace, opens: boolean }>} whether the mask allows what the model forbids
 */
export async function runMasked(model, input, { mask, extent, rows, columns, layers }, capture = [], work = {}) {
  const { stack, heads } = extent;
  const grid = gridOf(mask, stack, rows, columns);
  const chosen = Array.from({ length: layers }, (_, layer) => layer).filter(
    (layer) => extent.layers.length === 0 || extent.layers.includes(layer),
  );
  /** @type {Record<string, number[]>} */
  const only = heads.length > 0 ? { head: heads } : {};
  const at = (/** @type {{ rows: number[], columns: number[] }} */ group) => ({
    ...only,
    query_pos: group.rows,
    key_pos: group.columns,
  });
  const [opened, blocked] = [differing(grid, stack, columns, 1), differing(grid, stack, columns, 0)];
  const interventions = chosen.flatMap((layer) => {
    const hook = `${placeOf(model.info.kind, stack, layer)}.hook_attn_scores`;
    return [
      ...opened.map((group) => ({ hook, at: at(group), from: `${hook}_unmasked` })),
      ...blocked.map((group) => ({ hook, at: at(group), set: MASKED })),
    ];
  });
  return { trace: await model.run(input, { capture, interventions, ...work }), opens: opened.length > 0 };
}
