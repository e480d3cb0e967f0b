// A node of a model's graph as the engine tells of it, and the sizes of what it holds for a text at hand.

/** @typedef {import("../trace.js").GraphNode} GraphNode */
/** In tokens. @typedef {{ source: number, target: number }} Lens */

/**
 * @param {GraphNode} node
 * @param {Lens} lens
 */
export function shapeOf({ dims }, { source, target }) {
  return dims.map((dim) => (typeof dim === "number" ? dim : dim === "batch" ? 1 : dim === "source" ? source : target));
}

/**
 * Axes with their lengths, as they stand on an arrow: `pos 9 · d_model 128`. A batch of one text is left out.
 * @param {GraphNode} node
 * @param {Lens} lens
 */
export function shapeText(node, lens) {
  const shape = shapeOf(node, lens);
  return (
    node.axes.flatMap((axis, i) => (axis === "batch" ? [] : [`${axis} ${shape[i].toLocaleString("en")}`])).join(" · ") || "1"
  );
}

/** @param {number[]} shape */
export function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * @param {number[]} shape
 * @param {number} flat
 * @returns {number[]} a place on each axis
 */
export function placeOf(shape, flat) {
  const place = new Array(shape.length);
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    place[dim] = flat % shape[dim];
    flat = Math.floor(flat / shape[dim]);
  }
  return place;
}

/**
 * @param {number[]} shape
 * @param {number[]} place
 */
export function flatOf(shape, place) {
  return place.reduce((flat, index, dim) => flat * shape[dim] + index, 0);
}

/**
 * A node's name within its layer, or within its stack where it is in none: `attn.hook_q` of `blocks.0.attn.hook_q`.
 * @param {GraphNode} node
 */
export function shortName({ name, place: { stack, layer } }) {
  const path = [stack, layer].filter((part) => part !== undefined).join(".");
  return path ? name.slice(path.length + 1) : name;
}

/**
 * The name of the same computed node in another layer, counted from 0.
 * @param {GraphNode} node
 * @param {number} layer
 */
export function nameInLayer(node, layer) {
  return node.place.layer === undefined ? node.name : `${node.place.stack}.${layer}.${shortName(node)}`;
}
