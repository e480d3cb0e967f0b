// A text as a model has it, and the numbers of any node of its graph for that text: captured from the engine when they are asked for, with what they were
// computed from.

import { Numbers } from "./arithmetic.js";
import { needsOf } from "./anatomy.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("./nodes.js").GraphNode} GraphNode */
/** @typedef {import("./nodes.js").Lens} Lens */

/** An encoder-decoder writes this much to be looked at. // tokens */
const WRITTEN = 24;

export class Specimen {
  /** @type {Map<number, ArrayLike<number>>} captured so far */
  #known = new Map();

  /**
   * @param {Model} model
   * @param {GraphNode[]} graph
   * @param {{ source: Piece[], target: Piece[] }} tokens
   * @param {import("../engine/host.js").Input} input
   */
  constructor(model, graph, tokens, input) {
    this.model = model;
    this.graph = graph;
    this.tokens = tokens;
    this.input = input;
    /** @type {Lens} */
    this.lens = { source: tokens.source.length, target: tokens.target.length };
  }

  /**
   * @param {Model} model
   * @param {string} text
   * @param {string} [pair]
   * @param {AbortSignal} [signal]
   */
  static async of(model, text, pair, signal) {
    const { kind, decoderStart } = model.info;
    const [graph, pieces] = await Promise.all([model.graph(), model.encode(text, pair)]);
    const ids = pieces.map(({ id }) => id);
    if (kind === "decoder") return new Specimen(model, graph, { source: [], target: pieces }, { ids });
    if (kind === "encoder") {
      const tokenTypeIds = pieces.some(({ segment }) => segment !== undefined)
        ? pieces.map(({ segment }) => segment ?? 0)
        : undefined;
      return new Specimen(model, graph, { source: pieces, target: [] }, { ids, tokenTypeIds });
    }
    const written = [];
    for await (const { id } of model.generate({ ids }, { maxNewTokens: WRITTEN, signal })) written.push(id);
    signal?.throwIfAborted();
    const decoderIds = [decoderStart, ...written.slice(0, -1)];
    return new Specimen(model, graph, { source: pieces, target: await model.pieces(decoderIds) }, { ids, decoderIds });
  }

  /**
   * The numbers of a node and of all that it is computed from. `captured` says whether the engine itself told them: a node without a hook is worked out here.
   * @param {number} index
   * @param {{ signal?: AbortSignal, onProgress?: (share: number) => void }} [stoppable]
   * @returns {Promise<Numbers>}
   */
  async numbers(index, stoppable) {
    const { hooked, weights } = needsOf(this.graph, index);
    const wanted = hooked.filter((node) => !this.#known.has(node));
    if (wanted.length > 0) {
      const { logits, activations } = await this.model.run(this.input, {
        capture: wanted.map((node) => this.graph[node].hooks[0]),
        ...stoppable,
      });
      for (const node of wanted) {
        const name = this.graph[node].hooks[0];
        const found = activations.get(name) ?? (name === "logits" ? logits : undefined);
        if (found) this.#known.set(node, found.data);
      }
    }
    for (const node of weights.filter((node) => !this.#known.has(node))) {
      const { name, part } = this.graph[node];
      this.#known.set(node, (await this.model.weight(name, part)).data);
    }
    this.graph.forEach((node, i) => node.op === "input" && !this.#known.has(i) && this.#known.set(i, this.#given(node)));
    return new Numbers(this.graph, this.lens, new Map(this.#known));
  }

  /**
   * The tokens that an axis of a node counts, where it counts tokens.
   * @param {GraphNode} node
   * @param {number} dim
   * @returns {Piece[] | undefined}
   */
  tokensAt({ axes, dims }, dim) {
    if (!["pos", "query_pos", "key_pos"].includes(axes[dim]) || typeof dims[dim] === "number") return undefined;
    return dims[dim] === "source" ? this.tokens.source : this.tokens.target;
  }

  /** What the page gave the engine for an input node. @param {GraphNode} node @returns {number[]} */
  #given(node) {
    const { ids = [], decoderIds = [], tokenTypeIds } = this.input;
    switch (node.name) {
      case "ids":
        return ids;
      case "decoder_ids":
        return decoderIds;
      case "token_type_ids":
        return tokenTypeIds ?? ids.map(() => 0);
      case "position_ids":
        return ids.map((_, i) => i + this.#firstPosition(node));
      case "attention_mask":
        return ids.map(() => 1);
      case "decoder_attention_mask":
        return decoderIds.map(() => 1);
      default:
        return [];
    }
  }

  /** RoBERTa's positions begin after those that its table keeps for padding. @param {GraphNode} positions */
  #firstPosition(positions) {
    const at = this.graph.indexOf(positions);
    const lookup = this.graph.find(({ op, inputs }) => op === "embed" && inputs[0] === at);
    const rows = lookup ? Number(this.graph[lookup.inputs[1]].dims[0]) : 0;
    return rows - (this.model.info.maxPositions ?? rows);
  }
}
