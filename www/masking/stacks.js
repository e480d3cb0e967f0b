// The attention stacks of a model, and the hooks at their places: an encoder-decoder has three, the others one.

/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {"encoder" | "decoder" | "cross"} Stack */

/**
 * In the order of the data.
 * @param {Kind} kind
 * @returns {Stack[]}
 */
export function stacksOf(kind) {
  return kind === "encoder-decoder" ? ["encoder", "cross", "decoder"] : [kind];
}

/**
 * An attention's name, such as `decoder.0.cross_attn`.
 * @param {Kind} kind
 * @param {Stack} stack
 * @param {number} layer from 0
 */
export function placeOf(kind, stack, layer) {
  return pathOf(kind, stack).join(String(layer));
}

/**
 * How many layers a stack has, read from the names of its hooks.
 * @param {{ kind: Kind, hooks: { name: string }[] } | undefined} info
 * @param {Stack} stack
 */
export function layersOf(info, stack) {
  if (!info) return 0;
  const [before, after] = pathOf(info.kind, stack);
  const end = `${after}.hook_pattern`;
  const own = info.hooks.filter(({ name }) => name.startsWith(before) && name.endsWith(end));
  return own.reduce((most, { name }) => Math.max(most, Number(name.slice(before.length, -end.length)) + 1), 0);
}

/**
 * What a stack's rows and columns stand for. A decoder's rows are the tokens that an encoder-decoder writes, its columns those it had read by then.
 * @param {Kind} kind
 * @param {Stack} stack
 * @param {{ source: Piece[], read: Piece[], written: Piece[] }} tokens
 * @returns {{ rows: Piece[], columns: Piece[] }}
 */
export function sidesOf(kind, stack, { source, read, written }) {
  if (kind !== "encoder-decoder" || stack === "encoder") return { rows: source, columns: source };
  return { rows: written, columns: stack === "cross" ? source : read };
}

/**
 * @param {Kind} kind
 * @param {Stack} stack
 */
function pathOf(kind, stack) {
  if (kind !== "encoder-decoder") return ["blocks.", ".attn"];
  return stack === "cross" ? ["decoder.", ".cross_attn"] : [`${stack}.`, ".attn"];
}
