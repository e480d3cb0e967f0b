// The reader's choice of layer, head and token, which all lenses share, as the names and numbers that the views ask for.

import * as stacks from "../masking/stacks.js";
import { formatHeads, parseHeads } from "../reading/heads.js";
import { attentionMatrix } from "../trace.js";

/** @typedef {import("../explore.js").App} App */
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
 * What is chosen in a stack, counted from 1 as in the state.
 * @param {App} app
 * @param {Stack} stack
 */
function choiceOf({ state }, stack) {
  return parseHeads(state.heads).get(stack) ?? { layer: state.layer, head: state.head };
}

/**
 * The state with another layer and head, counted from 1, in one stack: the others stay as they are.
 * @param {App} app
 * @param {Stack} stack
 * @param {import("../reading/heads.js").HeadChoice} choice
 * @returns {Partial<import("../state.js").State>}
 */
export function chosen({ kind, state }, stack, choice) {
  if (kind !== "encoder-decoder") return { ...choice, heads: "" };
  return { heads: formatHeads(parseHeads(state.heads).set(stack, choice)) };
}

/**
 * From 0; a stack with fewer layers than the choice shows its last.
 * @param {App} app
 * @param {Stack} stack
 */
export function layerOf(app, stack) {
  return Math.max(0, Math.min(choiceOf(app, stack).layer, layersOf(app, stack)) - 1);
}

/**
 * From 0, or the mean.
 * @param {App} app
 * @param {Stack} stack
 * @returns {number | "mean"}
 */
export function headOf(app, stack) {
  const heads = app.model?.info.heads ?? 0;
  const { head } = choiceOf(app, stack);
  return head === 0 ? "mean" : Math.max(0, Math.min(head, heads) - 1);
}

/**
 * The stack whose weights stand under the tokens, and of which the page speaks: what an encoder-decoder's two halves say to each other.
 * @param {App} app
 * @returns {Stack}
 */
export function mainStack({ kind }) {
  return kind === "encoder-decoder" ? "cross" : kind;
}

/**
 * What a stack's rows and columns stand for.
 * @param {App} app
 * @param {Stack} stack
 * @returns {{ rows: import("../trace.js").Piece[], columns: import("../trace.js").Piece[] }}
 */
export function sidesOf({ kind, player, reader }, stack) {
  if (kind !== "encoder-decoder") {
    const tokens = kind === "encoder" ? reader.traced : player.sequence;
    return { rows: tokens, columns: tokens };
  }
  if (stack === "encoder") return { rows: player.traced, columns: player.traced };
  return { rows: player.steps, columns: stack === "decoder" ? player.decoderInput : player.traced };
}

/**
 * The reader chooses a token, or lets go of it: the link says so.
 * @param {App} app
 * @param {"source" | "written"} side a decoder's prompt is its source
 * @param {number} position
 */
export function chooseToken(app, side, position) {
  const before = side === "source" ? app.pinned : app.selected;
  const at = before === position && (side === "written" || app.selected === undefined) ? "none" : `${side}:${position}`;
  app.amend({ at });
  light(app, at);
}

/**
 * Lights the token that the reader chose. Any chosen token of a decoder is one of one row; an encoder-decoder may have one on either side.
 * @param {App} app
 * @param {string} at as in the state
 * @returns {boolean} whether there is that token
 */
export function light(app, at) {
  const [side, number] = at.split(":");
  const position = Number(number);
  if (side === "none") [app.pinned, app.selected] = [undefined, undefined];
  else if (side === "source" && position < app.reading.source.length) {
    app.pinned = position;
    if (app.kind === "decoder") app.selected = undefined;
  } else if (side === "written" && position < app.player.steps.length) [app.pinned, app.selected] = [undefined, position];
  else return false;
  return true;
}

/**
 * The row of the main stack that is lit.
 * @param {App} app
 */
export function litRow(app) {
  const lit = litOf(app);
  return lit && lit.side === (app.kind === "encoder-decoder" ? "target" : "source") ? lit.position : undefined;
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
 * The pattern of a stack's chosen layer, where the trace has it.
 * @param {App} app
 * @param {Stack} stack
 * @param {number | "mean"} [head] default: the chosen one
 */
export function patternOf(app, stack, head = headOf(app, stack)) {
  const { stale, trace } = app.reading;
  return stale ? undefined : attentionMatrix(trace, `${attentionName(app, stack)}.hook_pattern`, head);
}

/**
 * What the page shows beside its maps: the tokens, and what the model says.
 * @param {App} app
 */
export function saidOf(app) {
  return app.querySelectorAll(".bottom :is(diorama-candidates, diorama-class-bars), :is(.output, .source) diorama-token-strip");
}

/**
 * What is lit everywhere: the token under the cursor, else a pinned token of the input, else the chosen token of the output. A decoder's one row of tokens
 * counts as input throughout.
 * @param {App} app
 * @returns {import("../explore.js").Hover}
 */
export function litOf({ kind, hover, pinned, selected, player }) {
  if (hover) return hover;
  if (pinned !== undefined) return { side: "source", position: pinned };
  if (selected === undefined) return undefined;
  return kind === "decoder"
    ? { side: "source", position: player.traced.length + selected }
    : { side: "target", position: selected };
}
