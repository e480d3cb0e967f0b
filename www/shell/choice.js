// The reader's choice of layer, head and token, which all lenses share, as the names and numbers that the views ask for.

import { attentionMatrix } from "../trace.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {"encoder" | "decoder" | "cross"} Stack */

/**
 * The stacks that a model has; encoder-only and decoder-only models have one.
 * @param {App} app
 * @returns {Stack[]}
 */
export function stacksOf({ kind }) {
  return kind === "encoder-decoder" ? ["encoder", "cross", "decoder"] : [kind];
}

/**
 * How many layers a stack has, read from the names of its hooks.
 * @param {App} app
 * @param {Stack} stack
 */
export function layersOf(app, stack) {
  const [before, after] = attentionPath(app, stack);
  const names = app.model?.info.hooks.map(({ name }) => name) ?? [];
  const own = names.filter((name) => name.startsWith(before) && name.endsWith(`${after}.hook_pattern`));
  const numbers = own.map((name) => Number(name.slice(before.length, -`${after}.hook_pattern`.length)));
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
  return attentionPath(app, stack).join(String(layerOf(app, stack)));
}

/**
 * The chosen pattern of a stack, where the trace has it.
 * @param {App} app
 * @param {Stack} stack
 */
export function patternOf(app, stack) {
  return app.reading.stale ? undefined : attentionMatrix(app.reading.trace, `${attentionName(app, stack)}.hook_pattern`, headOf(app));
}

/**
 * What is lit everywhere: the token under the cursor, else a pinned token of the input, else the chosen token of the output. A decoder's one row of tokens
 * counts as input throughout.
 * @param {App} app
 * @returns {import("../app.js").Hover}
 */
export function litOf({ kind, hover, pinned, selected, player }) {
  if (hover) return hover;
  if (pinned !== undefined) return { side: "source", position: pinned };
  if (selected === undefined) return undefined;
  return kind === "decoder" ? { side: "source", position: player.traced.length + selected } : { side: "target", position: selected };
}

/**
 * A stack's attention before and after the layer's number.
 * @param {App} app
 * @param {Stack} stack
 */
function attentionPath({ kind }, stack) {
  if (kind !== "encoder-decoder") return ["blocks.", ".attn"];
  return stack === "cross" ? ["decoder.", ".cross_attn"] : [`${stack}.`, ".attn"];
}
