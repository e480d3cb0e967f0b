// Where a model can be changed, read off the places of its hooks: nothing here knows a model by its class.

/** @typedef {{ info: Pick<import("../../engine/model.js").ModelInfo, "hooks"> }} Known */
/** A stack of layers that has attention of this kind: `blocks` `attn`, `decoder` `cross_attn`. @typedef {{ stack: string, part: string, layers: number }} Site */
/** What runs past the layers: what enters the first, which is of no layer, or what leaves one. @typedef {{ hook: string, layer: number | undefined }} State */

/**
 * @param {Known} model
 * @returns {Site[]} in the order of the data
 */
export function sitesOf({ info }) {
  /** @type {Map<string, Site>} */
  const sites = new Map();
  for (const {
    name,
    place: { stack, layer, part },
  } of info.hooks) {
    if (!stack || layer === undefined || !part || !name.endsWith(".hook_z")) continue;
    const key = `${stack}.${part}`;
    sites.set(key, { stack, part, layers: Math.max(sites.get(key)?.layers ?? 0, layer + 1) });
  }
  return [...sites.values()].sort((a, b) => ORDER.indexOf(a.stack) - ORDER.indexOf(b.stack));
}

const ORDER = ["encoder", "blocks", "decoder"];

/**
 * The stack that ends in the head, with what its layers leave behind: the first one's input, then every layer's output.
 * @param {Known} model
 * @returns {{ stack: string, states: State[], last: string }}
 */
export function residualOf({ info }) {
  const named = (/** @type {string} */ word) => info.hooks.filter(({ name }) => name.endsWith(`.${word}`));
  const posts = named("hook_resid_post");
  const stack = ["decoder", "blocks"].find((stack) => posts.some(({ place }) => place.stack === stack)) ?? "encoder";
  const outputs = posts
    .filter(({ place }) => place.stack === stack)
    .map(({ name, place }) => ({ hook: name, layer: place.layer }));
  const first = named("hook_resid_pre").find(({ place }) => place.stack === stack && place.layer === 0);
  return {
    stack,
    states: first ? [{ hook: first.name, layer: undefined }, ...outputs] : outputs,
    last: outputs[outputs.length - 1].hook,
  };
}
