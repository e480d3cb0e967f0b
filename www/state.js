// The whole state of the page, as it stands in the URL's #hash. Only what differs from the defaults is written, so that a link stays short.

/** @typedef {"auto" | "light" | "dark"} Theme */
/**
 * Layers and heads are counted from 1, as on the screen; head 0 is the mean of the heads. `topK` 0 and `topP` 1 are off; `temperature` 0 is greedy.
 * `hide` names parts of the page that an embed leaves out (see HIDEABLE). An empty `lang` follows the browser.
 * @typedef {{ task: string, text: string, temperature: number, topK: number, topP: number, seed: number, beams: number, max: number, pad: number,
 *   layer: number, head: number, ids: boolean, lang: string, theme: Theme, device: "auto" | "webgpu" | "cpu", model: string, hide: string[] }} State
 */

/** @type {State} */
export const DEFAULTS = {
  task: "translate",
  text: "I am cold.",
  temperature: 0,
  topK: 0,
  topP: 1,
  seed: 1,
  beams: 1,
  max: 64, // tokens
  pad: 2, // tokens
  layer: 3,
  head: 0,
  ids: false,
  lang: "",
  theme: "auto",
  device: "auto",
  model: "models/t5-tiny/",
  hide: [],
};

/** Parts that `hide=` can leave out. */
export const HIDEABLE = ["header", "model", "device", "lang", "theme", "share", "input", "examples", "source", "towers", "masks", "maps", "encoder", "cross", "decoder", "output", "candidates", "sliders", "more"];

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
 * @param {string} hash with or without its "#"
 * @returns {State} what cannot be understood falls back to its default
 */
export function parseState(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Record<string, any>} */
  const state = { ...DEFAULTS, hide: [] };
  for (const [name, text] of given) {
    if (name in RANGES) state[name] = inRange(Number(text), RANGES[name], state[name]);
    else if (name in CHOICES) state[name] = CHOICES[name].includes(text) ? text : state[name];
    else if (name === "ids") state.ids = text === "1";
    else if (name === "hide") state.hide = text.split(",").filter((part) => HIDEABLE.includes(part));
    else if (["task", "text", "model"].includes(name)) state[name] = text;
  }
  return /** @type {State} */ (state);
}

/**
 * @param {State} state
 * @returns {string} without "#"; empty where everything is at its default
 */
export function formatState(state) {
  const hash = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    const text = Array.isArray(value) ? value.join(",") : typeof value === "boolean" ? (value ? "1" : "") : String(value);
    const standard = /** @type {Record<string, any>} */ (DEFAULTS)[name];
    const same = Array.isArray(standard) ? text === "" : typeof standard === "boolean" ? value === standard : text === String(standard);
    if (!same) hash.set(name, text);
  }
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
