// How one number of an activation or a gradient came about, worked out in the page from the numbers that it was computed from: the formulas of src/ops once more, in
// doubles, so that what is shown can be held against what the engine computed.

import { entry } from "../lookup.js";
import { BACKWARD } from "./arithmetic/backward.js";
import { FORWARD } from "./arithmetic/forward.js";
import { LOSSES } from "./arithmetic/losses.js";
import { PREFERENCES } from "./arithmetic/preferences.js";
import { UPDATE } from "./arithmetic/update.js";
import { shapeOf, sizeOf } from "./nodes.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */
/** @typedef {import("./nodes.js").Lens} Lens */
/**
 * A number, a sign, or what the number before it is: a mean of something.
 * @typedef {number | string | { mean: string }} Term
 */
/**
 * `value` is what the page works out. `dot`: Σ aᵢ bᵢ · times + plus, over `axis`; `names` are those of a and b, where the op has its own. `softmax`: of a row. `norm`: of a row; `mean` and `bias` are a layer norm's.
 * `pair`: two numbers and a sign. `row`: a row of a table. `turn`: a pair of numbers, turned by an angle. `copy`: the number of another node.
 * `line`: a formula with its numbers in place, beside the rows along `axis` that they come from; `at` is the place in them that it is about. `zero`: nothing, and why: the
 * place has no label, or nothing read it.
 * @typedef {{ kind: "dot", axis: string, a: Float64Array, b: Float64Array, times: number, plus: number | undefined, names: [string, string] | undefined, value: number }
 *   | { kind: "softmax", scores: Float64Array, max: number, powers: Float64Array, sum: number, at: number, value: number }
 *   | { kind: "mask", score: number, allowed: boolean, rule: string, value: number }
 *   | { kind: "norm", row: Float64Array, at: number, mean: number | undefined, spread: number, eps: number, weight: number, bias: number | undefined, value: number }
 *   | { kind: "function", name: string, x: number, value: number }
 *   | { kind: "pair", sign: "+" | "×", a: number, b: number, value: number }
 *   | { kind: "row", table: string, row: number, column: number, value: number }
 *   | { kind: "turn", a: number, b: number, angle: number, value: number }
 *   | { kind: "copy", from: string, place: number[], value: number }
 *   | { kind: "line", axis?: string, at?: number, bars?: [string, Float64Array][], terms: Term[], value: number }
 *   | { kind: "zero", why: "unlabelled" | "unread", value: 0 }} Explanation
 */

export class Numbers {
  /** @type {Map<number, Float64Array>} */
  #rows = new Map();

  /**
   * @param {GraphNode[]} graph
   * @param {Lens} lens
   * @param {Map<number, ArrayLike<number>>} known numbers by node: captured activations, weights, inputs
   */
  constructor(graph, lens, known) {
    this.graph = graph;
    this.known = known;
    this.shapes = graph.map((node) => shapeOf(node, lens));
  }

  /**
   * A node's number: the engine's where it is known, else worked out.
   * @param {number} node
   * @param {number} flat
   * @returns {number}
   */
  at(node, flat) {
    const known = this.known.get(node);
    return known ? known[flat] : this.explain(node, flat).value;
  }

  /**
   * All numbers of a node.
   * @param {number} node
   */
  all(node) {
    const known = this.known.get(node);
    if (known) return known;
    const kept = this.#rows.get(node);
    if (kept) return kept;
    const data = Float64Array.from({ length: sizeOf(this.shapes[node]) }, (_, flat) => this.explain(node, flat).value);
    this.#rows.set(node, data);
    this.known.set(node, data);
    return data;
  }

  /**
   * @param {number} index
   * @param {number} flat the number's place in the node
   * @returns {Explanation}
   */
  explain(index, flat) {
    const node = this.graph[index];
    const rule = entry(RULES, node.op);
    if (!rule) throw new Error(`"${node.op}" has no arithmetic here: ${node.name}`);
    return rule(this, node, this.shapes[index], flat);
  }
}

/** @typedef {(numbers: Numbers, node: GraphNode, shape: number[], flat: number) => Explanation} Rule */

/** @type {Record<string, Rule>} */
const RULES = { ...FORWARD, ...LOSSES, ...PREFERENCES, ...BACKWARD, ...UPDATE };

/** The ops whose numbers can be worked out here. */
export const EXPLAINED = Object.keys(RULES);
