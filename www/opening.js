// Which models the page opens: those beside it, or the reader's own; of families that it can draw.

import { loadModel } from "./diorama.js";

/** @typedef {import("./trace.js").Say} Say */

/**
 * The address of a model that a link names. One on another host must be chosen by the reader.
 * @param {string} model
 * @param {Say} say
 */
export function addressOf(model, say) {
  const url = new URL(model, document.baseURI);
  if (url.origin !== location.origin) throw new Error(say("error.foreign", { host: url.host }));
  return url.href;
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
