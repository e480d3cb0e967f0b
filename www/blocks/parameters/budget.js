// What a graph says of its own size: parameters by what they do, FLOPs of a token, bytes of a cache. Every figure is read off the nodes that the engine would run.

import { entry } from "../../lookup.js";

/** @typedef {import("../../trace.js").GraphNode} PlanNode */
/** @typedef {{ architecture: string, kind: "encoder" | "encoder-decoder" | "decoder", layers: number, heads: number, vocab: number, nodes: PlanNode[] }} Plan */
/** @typedef {"tokens" | "positions" | "segments" | "widening" | "query" | "key" | "value" | "output" | "mlp" | "norms" | "pooler" | "head"} Part */
/** `terms`: matrices of one shape and how many there are of them. @typedef {{ part: Part, size: number, terms: { count: number, dims: number[] }[] }} Summand */

/** In the order in which a text meets them. @type {Part[]} */
export const PARTS = [
  "tokens",
  "positions",
  "segments",
  "widening",
  "query",
  "key",
  "value",
  "output",
  "mlp",
  "norms",
  "pooler",
  "head",
];

/** Parts that are embeddings. @type {Part[]} */
export const EMBEDDING = ["tokens", "positions", "segments", "widening"];

const product = (/** @type {number[]} */ dims) => dims.reduce((size, n) => size * n, 1);

/** What an embedding's table is of, by the input that its rows are looked up with. @type {Record<string, Part>} */
const LOOKED_UP = { position_ids: "positions", token_type_ids: "segments" };

/**
 * What the first node that reads a weight does with it: by its op and its place, and within an attention by who reads its result.
 * @param {PlanNode[]} nodes
 * @param {number} reader
 * @returns {Part}
 */
function partOf(nodes, reader) {
  const { op, inputs, place } = nodes[reader];
  if (op === "embed") return entry(LOOKED_UP, nodes[inputs[0]].name) ?? "tokens";
  if (op === "relative_bias") return "positions";
  if (place.part === "head" || place.part === "pooler") return place.part;
  if (op === "layer_norm" || op === "rms_norm") return "norms";
  if (place.part === "mlp") return "mlp";
  if (place.part) return roleOf(nodes, reader) ?? "output";
  return "widening";
}

/**
 * Whether a node's numbers are an attention's queries, keys or values, turned and kept on the way or not; undefined for what attention has made.
 * @param {PlanNode[]} nodes
 * @param {number} index
 * @returns {"query" | "key" | "value" | undefined}
 */
function roleOf(nodes, index) {
  for (const [reader, { op, inputs }] of nodes.entries()) {
    if (!inputs.includes(index)) continue;
    if (op === "attn_scores") return inputs[0] === index ? "query" : "key";
    if (op === "attn_mix") return "value";
    const role = op === "rope" || op === "append" ? roleOf(nodes, reader) : undefined;
    if (role) return role;
  }
  return undefined;
}

/**
 * Each tensor once, where it is first read: a tied head adds nothing.
 * @param {Plan} plan
 * @returns {Summand[]} those that are there
 */
export function budget({ nodes }) {
  /** @type {Map<Part, Map<string, { count: number, dims: number[] }>>} */
  const parts = new Map();
  nodes.forEach((node, index) => {
    if (node.op !== "weight") return;
    const reader = nodes.findIndex(({ inputs }) => inputs.includes(index));
    const dims = /** @type {number[]} */ (node.dims);
    const part = reader < 0 ? "head" : partOf(nodes, reader);
    const terms = parts.get(part) ?? new Map();
    parts.set(part, terms);
    const key = dims.join("×");
    const term = terms.get(key) ?? { count: 0, dims };
    term.count++;
    terms.set(key, term);
  });
  return PARTS.filter((part) => parts.has(part)).map((part) => {
    const terms = [...(parts.get(part)?.values() ?? [])].sort(
      (a, b) => b.dims.length - a.dims.length || product(b.dims) - product(a.dims),
    );
    return { part, terms, size: terms.reduce((sum, { count, dims }) => sum + count * product(dims), 0) };
  });
}

/**
 * @param {Summand[]} summands
 * @param {Part[]} [without]
 */
export function total(summands, without = []) {
  return summands.reduce((sum, { part, size }) => sum + (without.includes(part) ? 0 : size), 0);
}

/**
 * "12 × 768 × 768 + 12 × 768"
 * @param {Summand} summand
 */
export function formula({ terms }) {
  return terms
    .map(({ count, dims }) => [...(count > 1 ? [count] : []), ...dims].map((n) => n.toLocaleString("en-US")).join(" × "))
    .join(" + ");
}

/**
 * FLOPs of a forward pass for one token that sees `context` tokens: a product with a matrix of n × m numbers takes 2nm. By the text that the token is of.
 * @param {Plan} plan
 * @param {number} context
 * @returns {Record<"source" | "target", { matrices: number, attention: number }>}
 */
export function flopsOfToken({ nodes }, context) {
  const sums = { source: { matrices: 0, attention: 0 }, target: { matrices: 0, attention: 0 } };
  for (const node of nodes) {
    const text = node.dims.find((dim) => dim === "source" || dim === "target");
    if (text !== "source" && text !== "target") continue;
    if (node.op === "linear") sums[text].matrices += 2 * product(/** @type {number[]} */ (nodes[node.inputs[1]].dims));
    // Scores have a row for each query; the text that asks stands before the one that is asked.
    if (node.op === "attn_scores") sums[text].attention += 2 * context * headNumbers(nodes[node.inputs[0]]);
    if (node.op === "attn_mix") sums[text].attention += 2 * context * headNumbers(node);
  }
  return sums;
}

/** Numbers in all heads of one token. @param {PlanNode} node [… head d_head] */
function headNumbers({ dims }) {
  return product(/** @type {number[]} */ (dims.slice(-2)));
}

/**
 * The cache of a model that writes: key/value heads, layers, numbers in a head.
 * @param {Plan} plan
 */
export function cacheOf({ nodes, heads }) {
  const appended = nodes.filter(({ op }) => op === "append");
  if (appended.length === 0) return undefined;
  const [kvHeads, width] = /** @type {number[]} */ (appended[0].dims.slice(-2));
  return { heads, kvHeads, width, layers: appended.length / 2 };
}

/** Bytes of a number in f16. */
const F16 = 2;

/**
 * A key and a value for each layer, head and token.
 * @param {{ layers: number, width: number }} cache
 * @param {number} kvHeads
 * @param {number} context
 */
export function cacheBytes({ layers, width }, kvHeads, context) {
  return 2 * layers * kvHeads * width * context * F16;
}
