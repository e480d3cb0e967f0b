// A model that has learned nothing yet, as the files of a folder: what `newModel` loads.

import { freshModel, startEngine } from "../wasm.js";
import { shown, Trouble } from "../../trouble.js";

/** `config` is the text of a config.json, `tokenizer` a parsed tokenizer.json. @typedef {{ name: string, config: string, tokenizer?: object, seed: number }} Fresh */

/**
 * The files, drawn from the seed: the same numbers for the same seed, wherever they are drawn.
 * @param {Fresh} fresh
 * @returns {Promise<import("../../checkpoint/files.js").ModelFiles>}
 */
export async function freshFiles({ name, config, tokenizer, seed }) {
  await startEngine();
  const files = /** @type {{ config: string, weights: Uint8Array }} */ (freshModel(config, seed, tokenizer && rows(tokenizer)));
  return { name, config: files.config, tokenizer, weights: [files.weights] };
}

/**
 * What a caller gives for a new model, in one form.
 * @param {{ config: object | string | Blob, tokenizer?: object | string | Blob, seed?: number, name?: string }} options
 * @returns {Promise<Fresh>}
 */
export async function freshOf({ config, tokenizer, seed = 0, name = "new model" }) {
  if (!(Number.isSafeInteger(seed) && seed >= 0))
    throw new Error(`seed: expected a whole number from 0, got ${JSON.stringify(seed)}.`);
  if (config === undefined) throw new Error("config: expected the contents of a config.json, got nothing.");
  const [text, tokens] = [await jsonText(config), tokenizer === undefined ? undefined : await jsonText(tokenizer)];
  return { name, config: text, tokenizer: tokens === undefined ? undefined : parsed(tokens), seed };
}

/** @param {object | string | Blob} json */
async function jsonText(json) {
  if (typeof json === "string") return json;
  return json instanceof Blob ? json.text() : JSON.stringify(json);
}

/** @param {string} text @returns {object} */
function parsed(text) {
  const start = new Trouble("trouble.json", { file: "tokenizer.json", start: shown(text) });
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    throw start;
  }
  throw start;
}

/** How many rows a table needs that has one for each id of a tokenizer. @param {any} tokenizer the parsed tokenizer.json */
function rows({ model, added_tokens: added }) {
  const vocabulary = model?.vocab ?? {};
  const ids = Array.isArray(vocabulary) ? [vocabulary.length - 1] : Object.values(vocabulary);
  return (
    1 + [...ids, ...(added ?? []).map((/** @type {{ id: number }} */ { id }) => id)].reduce((most, id) => Math.max(most, id), -1)
  );
}
