// How each attention stack is looked at, as a link says it: its layer and head ("encoder:4.1,cross:3.0"), and what its weights are shown as ("cross:lines").

/** @typedef {import("../masking/stacks.js").Stack} Stack */
/** Counted from 1; head 0 is the mean of the heads. @typedef {{ layer: number, head: number }} HeadChoice */

/**
 * @param {string} text
 * @returns {Map<Stack, HeadChoice>} what cannot be read is left out
 */
export function parseHeads(text) {
  /** @type {Map<Stack, HeadChoice>} */
  const heads = new Map();
  for (const part of text.split(",")) {
    const found = part.match(/^(encoder|cross|decoder):([1-9]\d{0,2})\.(\d{1,3})$/);
    if (found) heads.set(/** @type {Stack} */ (found[1]), { layer: Number(found[2]), head: Number(found[3]) });
  }
  return heads;
}

/** @param {Map<Stack, HeadChoice>} heads */
export function formatHeads(heads) {
  return [...heads].map(([stack, { layer, head }]) => `${stack}:${layer}.${head}`).join(",");
}

/** What weights are shown as, where it is not a map. @typedef {"lines" | "table"} Shape */

/**
 * @param {string} text
 * @returns {Map<Stack, Shape>} what cannot be read is left out
 */
export function parseShapes(text) {
  /** @type {Map<Stack, Shape>} */
  const shapes = new Map();
  for (const part of text.split(",")) {
    const found = part.match(/^(encoder|cross|decoder):(lines|table)$/);
    if (found) shapes.set(/** @type {Stack} */ (found[1]), /** @type {Shape} */ (found[2]));
  }
  return shapes;
}

/** @param {Map<Stack, Shape>} shapes */
export function formatShapes(shapes) {
  return [...shapes].map(([stack, shape]) => `${stack}:${shape}`).join(",");
}
