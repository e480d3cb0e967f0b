// What a host needs to load a model: its files and its tokenizer, refused before the weights come where they cannot run.

import { readModel } from "../checkpoint/files.js";
import { SITE } from "../site.js";
import { textOf } from "../text/text.js";
import { freshFiles } from "./training/fresh.js";
import { check } from "./wasm.js";

/** @typedef {import("../checkpoint/folder.js").ModelSource} ModelSource */
/** @typedef {import("../checkpoint/files.js").ModelFiles} ModelFiles */
/**
 * `read`: by another worker, because this one may not ask that host or need not fetch it again; `fresh`: drawn from a seed; `lend`: the files will be asked for once more.
 * @typedef {(ModelSource | { read: ModelFiles } | { fresh: import("./training/fresh.js").Fresh }) & { lend?: boolean }} Source
 */

/**
 * @param {Source} source
 * @param {import("../checkpoint/files.js").OnProgress} onProgress
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ read: ModelFiles, text: import("../text/text.js").Text | undefined }>}
 */
export async function readFiles(source, onProgress, signal) {
  /** @type {import("../text/text.js").Text | undefined} */
  let text;
  const tokenizer = (/** @type {import("../checkpoint/files.js").TokenizerParts} */ parts) => void (text = textOf(parts));
  // A model of the site is known to run: its weights need not wait for the engine.
  const known = "url" in source && source.url.startsWith(new URL("models/", SITE).href);
  if ("fresh" in source) {
    const read = await freshFiles(source.fresh);
    tokenizer(read);
    return { read, text };
  }
  const read =
    "read" in source ? source.read : await readModel(source, onProgress, signal, known ? undefined : { model: check, tokenizer });
  if (!text) tokenizer(read);
  return { read, text };
}
