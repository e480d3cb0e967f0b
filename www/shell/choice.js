// The reader's choice of layer, head and token, which all lenses share, as the names and numbers that the views ask for.

import * as stacks from "../masking/stacks.js";
import { attentionMatrix } from "../trace.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../masking/stacks.js").Stack} Stack */

/**
 * @param {App} app
 * @returns {Stack[]}
 */
export function stacksOf({ kind }) {
  return stacks.stacksOf(kind);
}

/**
 * @param {App} app
 * @param {Stack} stack
 */
export function layersOf({ model }, stack) {
  return stacks.layersOf(model?.info, stack);
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
  return stacks.placeOf(app.kind, stack, layerOf(app, stack));
}

/**
 * The chosen pattern of a stack, where the trace has it.
 * @param {App} app
 * @param {Stack} stack
 */
export function patternOf(app, stack) {
  return app.reading.stale
    ? undefined
    : attentionMatrix(app.reading.trace, `${attentionName(app, stack)}.hook_pattern`, headOf(app));
}

/**
 * What the page shows beside its maps: the tokens, and what the model says.
 * @param {App} app
 */
export function saidOf(app) {
  return app.querySelectorAll(
    ".bottom :is(diorama-candidates, diorama-class-bars, diorama-token-strip), .source diorama-token-strip",
  );
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
  return kind === "decoder"
    ? { side: "source", position: player.traced.length + selected }
    : { side: "target", position: selected };
}
