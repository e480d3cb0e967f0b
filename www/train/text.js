// The text that a recipe learns from: one that lies beside the page, or the reader's own.

import { askSite, whole } from "../asset.js";
import { Trouble } from "../trouble.js";

/** Less is no text to learn from; more makes the tab wait. // characters */
export const LEAST = 2000;
export const MOST = 2_000_000;

/**
 * @param {import("./recipes.js").Data} data
 * @param {string} own the reader's
 */
export async function textOf(data, own) {
  if (!("file" in data)) {
    if (own.length < LEAST) throw new Trouble("train.short", { n: own.length, least: LEAST });
    if (own.length > MOST) throw new Trouble("train.long", { n: own.length, most: MOST });
    return own;
  }
  const file = String(data.file);
  const text = await (await whole(await askSite(file, file), file)).text();
  return data.pick === "words" ? text.replace(/\t.*$/gm, "") : text;
}

/**
 * The loss of who knows for each character only how often each other one follows it: the entropy of the pairs of a text.
 * @param {string} text
 * @param {boolean} lines whether each line ends by itself, so that nothing follows from one to the next
 * @returns {number} nats a character
 */
export function pairEntropy(text, lines) {
  /** @type {Map<string, Map<string, number>>} */
  const followers = new Map();
  let all = 0;
  for (const part of lines
    ? text
        .split("\n")
        .filter(Boolean)
        .map((line) => `${line}\n`)
    : [text]) {
    const characters = [...part];
    for (let i = 1; i < characters.length; i++) {
      const after = followers.get(characters[i - 1]) ?? new Map();
      followers.set(characters[i - 1], after.set(characters[i], (after.get(characters[i]) ?? 0) + 1));
      all++;
    }
  }
  let sum = 0;
  for (const after of followers.values()) {
    const total = [...after.values()].reduce((a, b) => a + b, 0);
    for (const count of after.values()) sum -= count * Math.log(count / total);
  }
  return all === 0 ? 0 : sum / all;
}
