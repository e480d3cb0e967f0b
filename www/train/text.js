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
