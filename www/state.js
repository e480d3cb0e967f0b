// The whole state of the page, as it stands in the URL's #hash. Only what differs from the model's defaults is written, so that a link stays short.

import { shippedAt } from "./catalogue.js";
import { entry } from "./lookup.js";
import { NO_EDITS, formatEdits, parseEdits } from "./reading/edits.js";
import { formatHeads, formatShapes, parseHeads, parseShapes } from "./reading/heads.js";
import { isExample, tasksOf } from "./reading/tasks.js";

/** @typedef {"auto" | "light" | "dark"} Theme */
/**
 * Layers and heads are counted from 1, as on the screen; head 0 is the mean of the heads. `heads` are the choices of single stacks, as "encoder:4.1,cross:3.0"; a stack without one has `layer` and `head`. `at` is the token that the reader chose, as "source:3" or "written:1" (from 0), or "none"; empty: the page chooses one. `shapes` are the stacks whose weights are shown as "lines" or as a "table". `topK` 0 and `topP` 1 are off; `temperature` 0 is greedy.
 * `moment` is the step of its training in which the model is looked at, where its making lies beside it; empty: the last one.
 * `pair` is a second text, `edits` are tokens masked or filled in by hand; `written` are the ids of what is written, once the reader has taken a token by hand. `tool` is what is open below the text, `block` what the reader chose in it.
 * `hide` names parts of the page that an embed leaves out (see HIDEABLE). An empty `lang` follows the browser.
 * @typedef {{ task: string, text: string, pair: string, edits: import("./reading/edits.js").Edits, temperature: number, topK: number, topP: number, seed: number, beams: number, max: number, pad: number, written: number[],
 *   layer: number, head: number, heads: string, at: string, shapes: string, ids: boolean, tool: string, block: Record<string, string>, lang: string, theme: Theme, device: "auto" | "webgpu" | "cpu", model: string, moment: string, hide: string[] }} State
 */

/** Those of the first model. @type {State} */
export const DEFAULTS = {
  task: "translate",
  text: "I am cold.",
  pair: "",
  edits: NO_EDITS,
  temperature: 0,
  topK: 0,
  topP: 1,
  seed: 1,
  beams: 1,
  max: 64, // tokens
  pad: 2, // tokens
  written: [],
  layer: 3,
  head: 0,
  heads: "",
  at: "",
  shapes: "",
  ids: false,
  tool: "look",
  block: {},
  lang: "",
  theme: "auto",
  device: "auto",
  model: "models/t5-tiny/",
  moment: "",
  hide: [],
};

/** A text that is continued is livelier when its tokens are drawn; padding behind it has no use. @type {Record<import("./kinds.js").Kind, Partial<State>>} */
const OF_KIND = { "encoder-decoder": {}, encoder: {}, decoder: { temperature: 0.8, pad: 0 } };

/** Begins the address of a model from the reader's disk. A number follows, by which the page knows its files for as long as it is open; elsewhere such an address says that a link holds no files. */
export const FROM_DISK = "file:";

/** Before the settings of the open tool. */
const OF_BLOCK = "b.";

/** A setting of the open tool as a link names it. Which settings there are, the tool knows. */
const SETTING = /^b\.[a-z][A-Za-z-]*$/;

/** Parts that `hide=` can leave out. */
export const HIDEABLE = [
  "header",
  "model",
  "device",
  "lang",
  "theme",
  "share",
  "guide",
  "input",
  "examples",
  "making",
  "tools",
  "source",
  "seen",
  "towers",
  "masks",
  "maps",
  "encoder",
  "cross",
  "decoder",
  "output",
  "candidates",
  "sliders",
  "more",
];

/** Numbers and their ranges: what lies outside is brought to the nearest end. @type {Record<string, { min: number, max: number, whole?: true }>} */
const RANGES = {
  temperature: { min: 0, max: 2 },
  topK: { min: 0, max: 1000, whole: true },
  topP: { min: 0.01, max: 1 },
  seed: { min: 0, max: 2 ** 32 - 1, whole: true },
  beams: { min: 1, max: 8, whole: true },
  max: { min: 1, max: 512, whole: true },
  pad: { min: 0, max: 8, whole: true },
  layer: { min: 1, max: 1000, whole: true },
  head: { min: 0, max: 1000, whole: true },
};

/** @type {Record<string, string[]>} */
const CHOICES = { theme: ["auto", "light", "dark"], device: ["auto", "webgpu", "cpu"], lang: ["", "en", "zh"] };

/**
 * Where a model begins: with its first example. A model that is not known yet has no text.
 * @param {string} model
 * @returns {State}
 */
export function defaultsOf(model) {
  const shipped = shippedAt(model);
  if (!shipped) return { ...DEFAULTS, model, task: "", text: "" };
  const [
    {
      id,
      examples: [example],
    },
  ] = tasksOf(shipped.name, shipped.kind);
  return { ...DEFAULTS, ...OF_KIND[shipped.kind], ...shipped.begin, model, task: id, ...example };
}

/**
 * The state with another model: the reader's own text and settings stay, examples and settings that were nobody's choice become the new model's.
 * @param {State} state
 * @param {string} model
 * @returns {State}
 */
export function movedTo(state, model) {
  const [before, after] = [defaultsOf(state.model), defaultsOf(model)];
  const untouched = /** @type {const} */ (["temperature", "pad", "layer", "head"]).filter((name) => state[name] === before[name]);
  const settings = Object.fromEntries(untouched.map((name) => [name, after[name]]));
  const texts = isExample(state.text)
    ? { text: after.text, pair: after.pair }
    : { pair: isExample(state.pair) ? "" : state.pair };
  return {
    ...state,
    model,
    task: after.task,
    edits: NO_EDITS,
    written: [],
    heads: "",
    at: "",
    moment: "",
    ...settings,
    ...texts,
  };
}

/**
 * The state with the first example of these tasks, unless it has one already or the text is the reader's own.
 * @param {State} state
 * @param {import("./reading/tasks.js").Task[]} tasks
 * @returns {State}
 */
export function begun(state, tasks) {
  const known = tasks.some(({ examples }) => examples.some(({ text }) => text === state.text));
  return known || !isExample(state.text) ? state : { ...state, task: tasks[0].id, ...tasks[0].examples[0] };
}

/**
 * @param {string} hash with or without its "#"
 * @returns {State} what cannot be understood falls back to its default
 */
export function parseState(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Record<string, any>} */
  const state = { ...defaultsOf(given.get("model") ?? DEFAULTS.model), hide: [], block: {} };
  for (const [name, text] of given) {
    const [range, choices] = [entry(RANGES, name), entry(CHOICES, name)];
    if (range) state[name] = inRange(Number(text), range, state[name]);
    else if (choices) state[name] = choices.includes(text) ? text : state[name];
    else if (name === "ids") state.ids = text === "1";
    else if (name === "hide") state.hide = text.split(",").filter((part) => HIDEABLE.includes(part));
    else if (name === "written")
      state.written = text
        .split(",")
        .filter((id) => /^\d{1,7}$/.test(id))
        .slice(0, RANGES.max.max)
        .map(Number);
    else if (name === "edits") state.edits = parseEdits(text);
    else if (name === "heads") state.heads = formatHeads(parseHeads(text));
    else if (name === "at") state.at = /^(none|(source|written):\d{1,4})$/.test(text) ? text : "";
    else if (name === "moment") state.moment = /^\d{1,9}$/.test(text) ? text : "";
    else if (name === "shapes") state.shapes = formatShapes(parseShapes(text));
    else if (SETTING.test(name)) state.block[name.slice(OF_BLOCK.length)] = text;
    else if (["task", "text", "pair", "model", "tool"].includes(name)) state[name] = text;
  }
  return /** @type {State} */ (state);
}

/**
 * @param {State} state
 * @returns {string} without "#"; empty where everything is at its default
 */
export function formatState(state) {
  const hash = new URLSearchParams();
  const standard = { ...defaultsOf(state.model), model: DEFAULTS.model };
  for (const name of /** @type {(keyof State)[]} */ (Object.keys(DEFAULTS))) {
    if (name === "block") continue;
    const text = written(state[name]);
    if (text !== written(standard[name])) hash.set(name, text);
  }
  for (const [name, text] of Object.entries(state.block)) hash.set(OF_BLOCK + name, text);
  return hash.toString();
}

/**
 * @param {number} value
 * @param {{ min: number, max: number, whole?: true }} range
 * @param {number} fallback
 */
function inRange(value, { min, max, whole }, fallback) {
  if (!Number.isFinite(value)) return fallback;
  const clamped = Math.min(max, Math.max(min, value));
  return whole ? Math.round(clamped) : clamped;
}

/** @param {State[keyof State]} value */
function written(value) {
  if (value instanceof Map) return formatEdits(value);
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "boolean" ? (value ? "1" : "") : String(value);
}
