// A model's graph as the parts that a paper's figure shows: embeddings, layers with their attentions, feed-forward parts, norms and residual sums, heads.
// Nothing here is drawn by hand: a part is a run of the graph's own nodes.

import { sizeOf } from "./nodes.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */
/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {"embed" | "bias" | "norm" | "attention" | "cross" | "mlp" | "add" | "head"} PartKind */
/** `first` is where the weight is used for the first time: nothing where that is here. @typedef {{ node: number, size: number, first: string | undefined }} Use */
/**
 * `nodes` are the computed ones, in order, of which the last leaves the part. `residual` is, of a sum, the place of the part in its layer whose output comes
 * around; −1 is what enters the layer. `parameters` counts each weight where it is used first.
 * @typedef {{ id: string, kind: PartKind, nodes: number[], out: number, uses: Use[], parameters: number, residual?: number }} Part
 */
/** @typedef {{ number: number, parts: Part[], parameters: number }} Layer */
/** Layers of one make, one after another. `shared`: all of them use the weights of the first. @typedef {{ layers: Layer[], shared: boolean, parameters: number }} Group */
/** @typedef {{ name: "encoder" | "decoder", before: Part[], groups: Group[], after: Part[] }} Stack */
/** @typedef {{ stacks: Stack[], parts: Map<string, Part>, parameters: number }} Anatomy */

/**
 * @param {GraphNode[]} graph
 * @param {Kind} kind
 * @returns {Anatomy}
 */
export function anatomyOf(graph, kind) {
  const runs = runsOf(graph, kind);
  const owner = firstUses(graph, runs);
  const parts = runs.map((run) => partOf(graph, run, owner));
  const stacks = /** @type {const} */ (["encoder", "decoder"])
    .filter((name) => runs.some((run) => run.stack === name))
    .map((name) => {
      const own = runs.flatMap((run, i) => (run.stack === name ? [{ run, part: parts[i] }] : []));
      const numbers = own.flatMap(({ run }) => (run.layer === undefined ? [] : [run.layer]));
      const layers = [...new Set(numbers)].map((number) =>
        layerOf(
          graph,
          number,
          own.filter(({ run }) => run.layer === number).map(({ part }) => part),
        ),
      );
      const begun = own.findIndex(({ run }) => run.layer !== undefined);
      const outside = own.flatMap(({ run, part }, i) => (run.layer === undefined ? [{ part, early: i < begun }] : []));
      return {
        name,
        before: outside.filter(({ early }) => early).map(({ part }) => part),
        groups: grouped(graph, layers),
        after: outside.filter(({ early }) => !early).map(({ part }) => part),
      };
    });
  return {
    stacks,
    parts: new Map(parts.map((part) => [part.id, part])),
    parameters: parts.reduce((sum, part) => sum + part.parameters, 0),
  };
}

/** @typedef {{ stack: "encoder" | "decoder", layer: number | undefined, kind: PartKind, nodes: number[] }} Run */

/**
 * Neighbours of one kind in one place. A norm or a sum is a part by itself; a head ends with its scores.
 * @param {GraphNode[]} graph
 * @param {Kind} kind
 */
function runsOf(graph, kind) {
  /** @type {Run[]} */
  const runs = [];
  graph.forEach((node, index) => {
    if (node.op === "input" || node.op === "weight") return;
    const place = placeOf(node, kind);
    const before = runs.filter(({ stack }) => stack === place.stack);
    const inLayers = before.some(({ layer }) => layer !== undefined);
    const part = kindOf(node, inLayers);
    const last = runs.at(-1);
    const alone = part === "norm" || part === "add" || part === "bias";
    const ended = last?.kind === "head" && graph[/** @type {number} */ (last.nodes.at(-1))].name.endsWith("logits");
    if (last && !alone && !ended && last.kind === part && last.stack === place.stack && last.layer === place.layer)
      last.nodes.push(index);
    else runs.push({ stack: place.stack, layer: place.layer, kind: part, nodes: [index] });
  });
  return runs;
}

/**
 * What stands in no half is the head's of an encoder-decoder, and the whole of the others.
 * @param {GraphNode} node
 * @param {Kind} kind
 * @returns {{ stack: "encoder" | "decoder", layer: number | undefined }}
 */
function placeOf({ place: { stack, layer } }, kind) {
  const alone = kind === "encoder" ? "encoder" : "decoder";
  return { stack: stack === "encoder" || stack === "decoder" ? stack : alone, layer };
}

/**
 * @param {GraphNode} node
 * @param {boolean} inLayers whether a layer of this stack came before
 * @returns {PartKind}
 */
function kindOf(node, inLayers) {
  const { layer, part } = node.place;
  const norm = node.op === "layer_norm" || node.op === "rms_norm";
  if (layer === undefined) {
    if (node.op === "relative_bias") return "bias";
    if (!inLayers) return "embed";
    return norm && part !== "head" ? "norm" : "head";
  }
  if (part === "cross_attn") return "cross";
  if (part === "attn") return "attention";
  if (norm) return "norm";
  return node.op === "add" ? "add" : "mlp";
}

/**
 * For each weight the part that uses it first, in the order of the graph.
 * @param {GraphNode[]} graph
 * @param {Run[]} runs
 */
function firstUses(graph, runs) {
  /** @type {Map<number, string>} */
  const owner = new Map();
  for (const run of runs)
    for (const node of run.nodes)
      for (const weight of weightsOf(graph, node)) if (!owner.has(weight)) owner.set(weight, idOf(graph, run));
  return owner;
}

/**
 * @param {GraphNode[]} graph
 * @param {Run} run
 * @param {Map<number, string>} owner
 * @returns {Part}
 */
function partOf(graph, run, owner) {
  const id = idOf(graph, run);
  const used = [...new Set(run.nodes.flatMap((node) => weightsOf(graph, node)))];
  const uses = used.map((node) => ({
    node,
    size: sizeOf(graph[node].dims.map(Number)),
    first: owner.get(node) === id ? undefined : owner.get(node),
  }));
  const parameters = uses.reduce((sum, { size, first }) => sum + (first === undefined ? size : 0), 0);
  return { id, kind: run.kind, nodes: run.nodes, out: /** @type {number} */ (run.nodes.at(-1)), uses, parameters };
}

/**
 * A part is called by the node that leaves it.
 * @param {GraphNode[]} graph
 * @param {Run} run
 */
function idOf(graph, run) {
  return graph[/** @type {number} */ (run.nodes.at(-1))].name;
}

/**
 * @param {GraphNode[]} graph
 * @param {number} number
 * @param {Part[]} parts
 * @returns {Layer}
 */
function layerOf(graph, number, parts) {
  for (const part of parts)
    if (part.kind === "add") part.residual = parts.findIndex(({ out }) => out === graph[part.out].inputs[0]);
  return { number, parts, parameters: parts.reduce((sum, part) => sum + part.parameters, 0) };
}

/**
 * @param {GraphNode[]} graph
 * @param {Layer[]} layers
 * @returns {Group[]}
 */
function grouped(graph, layers) {
  /** @type {Group[]} */
  const groups = [];
  let last = "";
  for (const layer of layers) {
    const make = JSON.stringify(
      layer.parts.map(({ kind, nodes, uses }) => [
        kind,
        nodes.map((node) => [graph[node].op, graph[node].dims]),
        uses.map(({ node }) => graph[node].dims),
      ]),
    );
    const group = groups.at(-1);
    if (group && make === last) group.layers.push(layer);
    else groups.push({ layers: [layer], shared: false, parameters: 0 });
    last = make;
  }
  for (const group of groups) {
    const own = (/** @type {Layer} */ { parts }) => parts.flatMap(({ uses }) => uses.map(({ node }) => node)).join();
    group.shared = group.layers.length > 1 && new Set(group.layers.map(own)).size === 1;
    group.parameters = group.layers.reduce((sum, { parameters }) => sum + parameters, 0);
  }
  return groups;
}

/**
 * @param {GraphNode[]} graph
 * @param {number} node
 */
function weightsOf(graph, node) {
  return graph[node].inputs.filter((input) => graph[input].op === "weight");
}

/**
 * The hooks that must be captured so that a node and what it is computed from are known: nodes that are no hooks are worked out from their own inputs.
 * @param {GraphNode[]} graph
 * @param {number} index
 * @returns {{ hooked: number[], weights: number[] }}
 */
export function needsOf(graph, index) {
  /** @type {Set<number>} */
  const hooked = new Set();
  /** @type {Set<number>} */
  const weights = new Set();
  const seen = new Set();
  const visit = (/** @type {number} */ node, /** @type {boolean} */ open) => {
    const { op, hooks, inputs } = graph[node];
    if (op === "weight") weights.add(node);
    else if (op !== "input") {
      if (hooks.length > 0) hooked.add(node);
      if ((hooks.length === 0 || open) && !seen.has(node)) {
        seen.add(node);
        inputs.forEach((input) => visit(input, false));
      }
    }
  };
  visit(index, true);
  return { hooked: [...hooked], weights: [...weights] };
}
