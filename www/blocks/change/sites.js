// Where a model can be changed, read off the names of its hooks: nothing here knows a model by its class.

/** @typedef {{ info: import("../../engine/model.js").ModelInfo }} Known */
/** A stack of layers that has attention of this kind: `blocks` `attn`, `decoder` `cross_attn`. @typedef {{ stack: string, part: string, layers: number }} Site */

/**
 * @param {Known} model
 * @returns {Site[]} in the order of the data
 */
export function sitesOf({ info }) {
  /** @type {Map<string, Site>} */
  const sites = new Map();
  for (const { name } of info.hooks) {
    const [, stack, layer, part] = name.match(/^(blocks|encoder|decoder)\.(\d+)\.(attn|cross_attn)\.hook_z$/) ?? [];
    if (!stack) continue;
    const key = `${stack}.${part}`;
    sites.set(key, { stack, part, layers: Math.max(sites.get(key)?.layers ?? 0, Number(layer) + 1) });
  }
  return [...sites.values()].sort((a, b) => ORDER.indexOf(a.stack) - ORDER.indexOf(b.stack));
}

const ORDER = ["encoder", "blocks", "decoder"];

/**
 * The stack that ends in the head, with what its layers leave behind: the first one's input, then every layer's output.
 * @param {Known} model
 * @returns {{ stack: string, states: string[], last: string }}
 */
export function residualOf({ info }) {
  const names = new Set(info.hooks.map(({ name }) => name));
  const stack = names.has("decoder.0.hook_resid_post") ? "decoder" : names.has("blocks.0.hook_resid_post") ? "blocks" : "encoder";
  const outputs = [];
  for (let layer = 0; names.has(`${stack}.${layer}.hook_resid_post`); layer++) outputs.push(`${stack}.${layer}.hook_resid_post`);
  const first = `${stack}.0.hook_resid_pre`;
  return { stack, states: names.has(first) ? [first, ...outputs] : outputs, last: outputs[outputs.length - 1] };
}
