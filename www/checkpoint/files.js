// Reads a model's files, from an address or from File objects, with progress in bytes. Every refusal is one sentence that names the file.

import { findShelf, openShelf } from "./cache.js";
import { writes } from "./families.js";
import { openFolder } from "./folder.js";
import { parsePython } from "../json.js";
import { optionalJson, optionalText, survey, TOKENIZER, tokenizerFiles } from "./survey.js";
import { Trouble } from "../trouble.js";
import { readWhole } from "./transfer.js";

/** @typedef {import("./folder.js").ModelSource} ModelSource */
/** `config` and `generationConfig` are JSON. @typedef {{ name: string, config: string, generationConfig?: string, tokenizer?: object, tokenizerConfig?: object, weights: Uint8Array[] }} ModelFiles */
/** @typedef {{ received: number, total: number }} Bytes */
/** @typedef {(stage: string, fraction: number, bytes?: Bytes) => void} OnProgress */

/** Between two reports of progress: the eye sees no more. // ms */
const REPORTS = 50;

/**
 * @param {ModelSource} source
 * @param {OnProgress} [onProgress] stage "download", fraction of the weights' bytes
 * @param {AbortSignal} [signal]
 * @returns {Promise<ModelFiles>}
 */
export async function readModel(source, onProgress = () => {}, signal) {
  const folder = await openFolder(source, openShelf, signal);
  const [{ name, config, parts, bytes: total }, tokenizer, tokenizerConfig] = await Promise.all([
    survey(folder),
    optionalJson(folder, TOKENIZER),
    optionalJson(folder, "tokenizer_config.json"),
  ]);
  // Only those who write have one: nobody else's host is asked for it.
  const generationConfig = writes(parsePython(config)) ? await optionalText(folder, "generation_config.json") : undefined;
  /** @type {Uint8Array[]} */
  const weights = [];
  let before = 0;
  let reported = -Infinity;
  for (const part of parts) {
    const entry = await folder.find(part.name);
    if (!entry) throw folder.missing(part.name);
    const bytes = await readWhole({ ...entry, size: part.size }, (received) => {
      signal?.throwIfAborted();
      const now = performance.now();
      if (now - reported < REPORTS) return;
      reported = now;
      onProgress("download", (before + received) / total, { received: before + received, total });
    });
    if (bytes.length !== part.size) throw new Trouble("trouble.length", { file: part.name, size: part.size.toLocaleString("en"), received: bytes.length.toLocaleString("en") });
    weights.push(bytes);
    before += bytes.length;
  }
  onProgress("download", 1, { received: total, total });
  await folder.complete();
  return { name, config, generationConfig, tokenizer, tokenizerConfig, weights };
}

/** @typedef {import("./survey.js").Survey & { tokenizer: string[] }} Stated */

/**
 * What a model is and takes, and the files of its tokenizer, without its weights.
 * @param {ModelSource} source
 * @param {AbortSignal} [signal]
 * @returns {Promise<Stated>}
 */
export async function surveyModel(source, signal) {
  const folder = await openFolder(source, findShelf, signal);
  return { ...(await survey(folder)), tokenizer: await tokenizerFiles(folder) };
}

/** @typedef {{ name: string, config: any, tokenizer: any, tokenizerConfig?: any }} TokenizerFiles */

/**
 * What a tokenizer needs of a model's folder.
 * @param {ModelSource} source
 * @param {AbortSignal} [signal]
 * @returns {Promise<TokenizerFiles>}
 */
export async function readTokenizer(source, signal) {
  const folder = await openFolder(source, findShelf, signal);
  const [config, tokenizer, tokenizerConfig] = await Promise.all(["config.json", TOKENIZER, "tokenizer_config.json"].map((file) => optionalJson(folder, file)));
  if (!config) throw folder.missing("config.json");
  if (!tokenizer) throw folder.missing(TOKENIZER);
  return { name: folder.name, config, tokenizer, tokenizerConfig };
}
