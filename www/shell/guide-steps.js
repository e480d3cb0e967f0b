// The first minute, step by step: where each points, and how it knows that the reader has done what it asks for. What a step says at its end was read off the page.

import { headOf, layerOf, litRow, mainStack, patternOf, sidesOf, stacksOf } from "./choice.js";
import { heaviest } from "../reading/moment.js";
import { named } from "../spelling.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("../kinds.js").Kind} Kind */
/**
 * `target` is what it points at; `kinds` are those whose pages have it. `begin` takes note of how things stand, `done` gives what has come of them, as the
 * key of a remark with its values, once the reader has done something. The card stands `above` where what matters is below; `first` is the
 * part that takes the focus, where it is not the first.
 * @typedef {{ id: string, target: string, above?: true, first?: string, kinds?: Kind[], begin: (app: App) => any, done: (app: App, begun: any) => Remark | undefined }} Step
 */
/** @typedef {{ key: string, values?: Record<string, string | number> }} Remark */

/** @type {Step[]} */
export const STEPS = [
  { id: "run", target: ".input form", begin: written, done: hasRun },
  { id: "tokens", target: ".source", begin: ({ state, hover }) => ({ ids: state.ids, hover }), done: namesToken },
  {
    id: "masks",
    target: ".lens:last-child diorama-mask-grid",
    begin: ({ cell }) => cell,
    done: ({ cell }, before) => (cell && cell !== before ? { key: "guide.masks.done" } : undefined),
  },
  {
    id: "look",
    target: ".output",
    first: ".output diorama-token-strip",
    kinds: ["encoder-decoder"],
    begin: ({ hover, selected }) => ({ hover, selected }),
    done: looks,
  },
  {
    id: "look",
    target: ".source diorama-token-strip",
    kinds: ["encoder", "decoder"],
    begin: ({ hover, selected }) => ({ hover, selected }),
    done: looks,
  },
  {
    id: "heads",
    target: ":is(.lens.cross, .lenses.alone) diorama-tower",
    above: true,
    begin: (app) => chosenHeads(app),
    done: choosesHead,
  },
  {
    id: "chance",
    target: ".candidates",
    kinds: ["encoder-decoder", "decoder"],
    begin: (app) => ({ temperature: app.state.temperature, written: written(app) }),
    done: samples,
  },
];

/** @param {Kind} kind */
export function stepsOf(kind) {
  return STEPS.filter(({ kinds }) => !kinds || kinds.includes(kind));
}

/**
 * What changes with every text that is run or read.
 * @param {App} app
 */
function written({ kind, player, reader }) {
  return kind === "encoder" ? reader.traced : player.steps;
}

/** @param {App} app */
function settled({ reading, loading }) {
  return !loading && !reading.running && !reading.stale;
}

/**
 * The text that the page runs by itself does not count.
 * @param {App} app
 * @param {{ length: number }} before
 * @returns {Remark | undefined}
 */
function hasRun(app, before) {
  const { kind, state, model, player } = app;
  const now = written(app);
  if (!settled(app) || now === before || now.length === 0 || !model) return undefined;
  if (kind === "encoder") return { key: "guide.run.read", values: { n: now.length } };
  if (!player.finished && !player.cutShort) return undefined;
  const ms = player.ms ?? model.info.timing[model.info.device];
  return {
    key: ms == null ? "guide.run.done" : "guide.run.timed",
    values: {
      text: state.text,
      n: now.length,
      ms: ms == null ? "" : ms.toFixed(ms < 10 ? 1 : 0),
      device: { cpu: "CPU", webgpu: "WebGPU" }[model.info.device],
    },
  };
}

/**
 * @param {App} app
 * @param {{ ids: boolean, hover: import("../explore.js").Hover }} before
 */
function namesToken(app, before) {
  const { state, hover, reading, model } = app;
  const pointed = hover && hover !== before.hover && hover.side === "source" ? hover.position : undefined;
  const piece = reading.source[pointed ?? reading.prefixLength];
  if (!piece || !model || (pointed === undefined && state.ids === before.ids)) return undefined;
  return {
    key: "guide.tokens.done",
    values: { token: named(piece.token), id: piece.id, vocab: model.info.vocab.toLocaleString("en") },
  };
}

/**
 * @param {App} app
 * @param {{ hover: import("../explore.js").Hover, selected: number | undefined }} before
 */
function looks(app, before) {
  const row = litRow(app);
  if (row === undefined || (app.hover === before.hover && app.selected === before.selected)) return undefined;
  const stack = mainStack(app);
  const matrix = patternOf(app, stack);
  const most = matrix && heaviest(matrix, row);
  const { rows, columns } = sidesOf(app, stack);
  const from = most && columns[most.column];
  if (!from) return undefined;
  return {
    key: "guide.look.done",
    values: { token: named(rows[row].token), from: named(from.token), share: `${Math.round(most.weight * 100)} %` },
  };
}

/**
 * Layer and head of each stack.
 * @param {App} app
 */
function chosenHeads(app) {
  return stacksOf(app).map((stack) => ({ layer: layerOf(app, stack), head: headOf(app, stack) }));
}

/**
 * @param {App} app
 * @param {ReturnType<typeof chosenHeads>} before
 */
function choosesHead(app, before) {
  const changed = chosenHeads(app).find(({ layer, head }, i) => layer !== before[i]?.layer || head !== before[i].head);
  if (!changed) return undefined;
  const { layer, head } = changed;
  return { key: "guide.heads.done", values: { layer: layer + 1, head: head === "mean" ? app.say("tower.mean") : head + 1 } };
}

/**
 * A drawn text of the same words, or a text that goes on from another candidate.
 * @param {App} app
 * @param {{ temperature: number, written: { length: number } }} before
 */
function samples(app, before) {
  const { temperature } = app.state;
  if (temperature !== before.temperature) return { key: "guide.chance.done", values: { temperature: temperature.toFixed(1) } };
  return settled(app) && written(app) !== before.written && written(app).length > 0 ? { key: "guide.chance.taken" } : undefined;
}
