// The reader's choice of layer and head, which all lenses share, as the names and numbers that the views ask for.

import { attentionMatrix } from "../trace.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {"encoder" | "decoder" | "cross"} Stack */

/**
 * How many layers a stack has, read from the names of its hooks.
 * @param {App} app
 * @param {Stack} stack
 */
export function layersOf(app, stack) {
  const names = app.model?.info.hooks.map(({ name }) => name) ?? [];
  const numbers = names.map((name) => name.match(PATTERN[stack])).flatMap((match) => (match ? [Number(match[1])] : []));
  return numbers.length > 0 ? Math.max(...numbers) + 1 : 0;
}

/**
 * From 0; a stack with fewer layers than the choice shows its last.
 * @param {App} app
 * @param {Stack} stack
 */
export function layerOf(app, stack) {
  return Math.max(0, Math.min(app.state.layer, layersOf(app, stack)) - 1);
}

/**
 * From 0, or the mean.
 * @param {App} app
 * @returns {number | "mean"}
 */
export function headOf(app) {
  const heads = app.model?.info.heads ?? 0;
  return app.state.head === 0 ? "mean" : Math.max(0, Math.min(app.state.head, heads) - 1);
}

/**
 * The place in the model whose mask and map a lens shows.
 * @param {App} app
 * @param {Stack} stack
 */
export function attentionName(app, stack) {
  const layer = layerOf(app, stack);
  return stack === "cross" ? `decoder.${layer}.cross_attn` : `${stack}.${layer}.attn`;
}

/**
 * The chosen cross-attention: a row for each written token, a column for each source token.
 * @param {App} app
 */
export function crossMatrix(app) {
  return app.player.stale ? undefined : attentionMatrix(app.player.trace, `${attentionName(app, "cross")}.hook_pattern`, headOf(app));
}

/** @type {Record<Stack, RegExp>} */
const PATTERN = {
  encoder: /^encoder\.(\d+)\.attn\.hook_pattern$/,
  decoder: /^decoder\.(\d+)\.attn\.hook_pattern$/,
  cross: /^decoder\.(\d+)\.cross_attn\.hook_pattern$/,
};
