// Masks that a reader draws: a rule says who may look at whom, single cells differ from it, and the model runs with that instead of its own.

import { placeOf } from "./stacks.js";
import { portion } from "../engine/turns.js";
import { MASKED } from "../trace.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../engine/host.js").Input} Input */
/** @typedef {import("./stacks.js").Stack} Stack */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Intervention} Intervention */
/** @typedef {import("../trace.js").Activation} Activation */
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
  return new Set(String(text).split(",").filter((cell) => /^\d{1,4}\.\d{1,4}$/.test(cell)));
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
 * Rows that forbid the same columns, together: one intervention each.
 * @param {Uint8Array} grid
 * @param {Stack} stack
 * @param {number} columns
 * @returns {{ rows: number[], columns: number[] }[]} of cells that the model allows
 */
export function blocked(grid, stack, columns) {
  /** @type {Map<string, { rows: number[], columns: number[] }>} */
  const groups = new Map();
  for (let row = 0; row * columns < grid.length; row++) {
    const hidden = Array.from({ length: columns }, (_, column) => column).filter((column) => !grid[row * columns + column] && ownAllows(stack, row, column));
    if (hidden.length === 0) continue;
    const group = groups.get(hidden.join()) ?? { rows: [], columns: hidden };
    group.rows.push(row);
    groups.set(hidden.join(), group);
  }
  return [...groups.values()];
}

/**
 * Whether a mask allows what the model forbids.
 * @param {Uint8Array} grid
 * @param {Stack} stack
 * @param {number} columns
 */
export function opens(grid, stack, columns) {
  return grid.some((allowed, i) => allowed === 1 && !ownAllows(stack, Math.floor(i / columns), i % columns));
}

/**
 * A pass under a mask. What the mask forbids is set to the masked score. What it allows and the model forbids needs the model's own scores before its mask, and a
 * layer's scores depend on the layers below: so they are read layer by layer, each under the masks of those before it, which is exact and takes a pass for each layer.
 * @param {Model} model
 * @param {Input} input
 * @param {{ mask: Mask, extent: Extent, rows: number, columns: number, layers: number }} under `layers`: how many the stack has
 * @param {string[]} [capture]
 * @param {import("../engine/turns.js").Stoppable} [work]
 * @returns {Promise<{ trace: Trace, passes: number }>}
 */
export async function runMasked(model, input, { mask, extent, rows, columns, layers }, capture = [], work = {}) {
  const { stack, heads } = extent;
  const grid = gridOf(mask, stack, rows, columns);
  const places = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => extent.layers.length === 0 || extent.layers.includes(layer)).map((layer) => placeOf(model.info.kind, stack, layer));
  /** @type {Intervention[]} */
  const interventions = [];
  if (!opens(grid, stack, columns)) {
    /** @type {Record<string, number[]>} */
    const only = heads.length > 0 ? { head: heads } : {};
    for (const place of places) for (const group of blocked(grid, stack, columns)) interventions.push({ hook: `${place}.hook_attn_scores`, at: { ...only, query_pos: group.rows, key_pos: group.columns }, set: MASKED });
    return { trace: await model.run(input, { capture, interventions, ...work }), passes: 1 };
  }
  const passes = places.length + 1;
  for (const [done, place] of places.entries()) {
    const name = `${place}.hook_attn_scores_unmasked`;
    const { activations } = await model.run(input, { capture: [name], interventions, ...portion(work, done, passes) });
    interventions.push({ hook: `${place}.hook_attn_scores`, from: masked(/** @type {Activation} */ (activations.get(name)), grid, { stack, heads }) });
  }
  return { trace: await model.run(input, { capture, interventions, ...portion(work, passes - 1, passes) }), passes };
}

/**
 * Scores with a mask on the chosen heads, and the model's own on the others.
 * @param {Activation} scores [batch head query_pos key_pos]
 * @param {Uint8Array} grid
 * @param {{ stack: Stack, heads: number[] }} where
 * @returns {Activation}
 */
function masked({ name, axes, shape, data }, grid, { stack, heads }) {
  const [, count, , columns] = shape;
  const size = grid.length;
  const chosen = (/** @type {number} */ i) => heads.length === 0 || heads.includes(Math.floor(i / size) % count);
  const allowed = (/** @type {number} */ i) => (chosen(i) ? grid[i % size] === 1 : ownAllows(stack, Math.floor((i % size) / columns), i % columns));
  return { name: name.replace("_unmasked", ""), axes, shape, data: data.map((score, i) => (allowed(i) ? score : MASKED)) };
}
