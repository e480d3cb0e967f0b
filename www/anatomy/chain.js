// From a query and a key to what the one takes from the other: the nodes of one attention, in the order in which a cell passes through them.

import { flatOf } from "./nodes.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */
/** @typedef {{ scores: number, masked: number, pattern: number, mix: number }} Chain */

/**
 * The four steps of the attention that has this pattern, score or mix; nothing for other nodes.
 * @param {GraphNode[]} graph
 * @param {number} index
 * @returns {Chain | undefined}
 */
export function chainOf(graph, index) {
  const reads = (/** @type {number} */ node, /** @type {string} */ op) =>
    graph.findIndex(({ op: word, inputs }) => word === op && inputs[0] === node);
  const { op, inputs } = graph[index];
  const scores = {
    attn_scores: index,
    mask: inputs[0],
    softmax: graph[inputs[0]]?.inputs[0],
    attn_mix: graph[graph[inputs[0]]?.inputs[0]]?.inputs[0],
  }[op];
  if (scores === undefined) return undefined;
  const masked = reads(scores, "mask");
  const pattern = reads(masked, "softmax");
  return { scores, masked, pattern, mix: reads(pattern, "attn_mix") };
}

/**
 * The place of a query and a key in one head's pattern, and of a number of what the query mixes together.
 * @param {number[]} pattern shape
 * @param {number[]} mix shape
 * @param {{ head: number, query: number, key: number, d: number }} at
 */
export function placesIn(pattern, mix, { head, query, key, d }) {
  return { cell: flatOf(pattern, [0, head, query, key]), mixed: flatOf(mix, [0, query, head, d]) };
}
