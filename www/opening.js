// Which models the page opens: those beside it, or the reader's own; of families that it can draw.

import { isKept } from "./cache.js";
import { loadModel } from "./diorama.js";
import { Trouble } from "./trouble.js";

/** @typedef {import("./trace.js").Say} Say */

/**
 * The address of a model that a link names. Another host is asked only where the reader has agreed to the address, and need not be asked for a model that
 * the browser keeps.
 * @param {string} model
 * @param {Set<string>} allowed
 */
export async function addressOf(model, allowed) {
  const url = new URL(model, document.baseURI);
  if (isOurs(model) || allowed.has(url.href) || (await isKept(url.href))) return url.href;
  throw new Trouble("trouble.foreign", { host: url.host });
}

/**
 * Whether a model lies beside the page.
 * @param {string} model
 */
export function isOurs(model) {
  return new URL(model, document.baseURI).origin === location.origin;
}

/**
 * Loads a model that the lenses can show.
 * @param {Parameters<typeof loadModel>[0]} source
 * @param {NonNullable<Parameters<typeof loadModel>[1]>} options
 * @param {Say} say
 */
export async function openModel(source, options, say) {
  const model = await loadModel(source, options);
  const { architecture: name, kind } = model.info;
  if (kind === "encoder-decoder") return model;
  model.dispose();
  throw new Error(say("error.family", { name, kind }));
}
