// The attention stacks of a model, and the hooks at their places: an encoder-decoder has three, the others one.

/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Place} Place */
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
  const [half, part] = pathOf(kind, stack);
  return `${half}.${layer}.${part}`;
}

/**
 * How many layers a stack has, read from the places of its hooks.
 * @param {{ kind: Kind, hooks: { name: string, place: Place }[] } | undefined} info
 * @param {Stack} stack
 */
export function layersOf(info, stack) {
  if (!info) return 0;
  const [half, part] = pathOf(info.kind, stack);
  const own = info.hooks.filter(
    ({ name, place }) => place.stack === half && place.part === part && name.endsWith(".hook_pattern"),
  );
  return own.reduce((most, { place: { layer = 0 } }) => Math.max(most, layer + 1), 0);
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
 * The stack and the part of its layers, as nodes have them.
 * @param {Kind} kind
 * @param {Stack} stack
 * @returns {[Place["stack"], Place["part"]]}
 */
function pathOf(kind, stack) {
  if (kind !== "encoder-decoder") return ["blocks", "attn"];
  return stack === "cross" ? ["decoder", "cross_attn"] : [stack, "attn"];
}
