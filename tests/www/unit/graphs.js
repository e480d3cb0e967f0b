// Small graphs for tests, written node by node.

/** @typedef {import("../../../www/anatomy/nodes.js").GraphNode} GraphNode */
/** @typedef {[string, GraphNode["dims"][number]][]} Axes */

export function graphOf() {
  /** @type {GraphNode[]} */
  const nodes = [];
  const at = (/** @type {string} */ name) => nodes.findIndex((node) => node.name === name);
  /** @type {(name: string, op: string, inputs: string[], axes: Axes, more?: Partial<GraphNode>) => string} */
  const add = (name, op, inputs, axes, more = {}) => {
    const hooks = /(^|\.)hook_|logits$/.test(name) ? [name] : [];
    if (at(name) < 0)
      nodes.push({
        name,
        op,
        inputs: inputs.map(at),
        axes: axes.map(([axis]) => axis),
        dims: axes.map(([, dim]) => dim),
        stage: "source",
        hooks,
        place: {},
        ...more,
      });
    return name;
  };
  return {
    nodes,
    op: add,
    input: (/** @type {string} */ name, /** @type {Axes} */ axes) => add(name, "input", [], axes),
    weight: (/** @type {string} */ name, /** @type {Axes} */ axes) => add(name, "weight", [], axes),
  };
}
