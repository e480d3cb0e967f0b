// Reads a model's files, from an address or from File objects, with progress in bytes. Every refusal is one sentence that names the file.

import { findShelf, openShelf } from "./cache.js";
import { openFolder } from "./folder.js";
import { optionalJson, survey, TOKENIZER, tokenizerFiles } from "./survey.js";
import { readWeights } from "./transfer.js";

/** @typedef {import("./folder.js").ModelSource} ModelSource */
/** @typedef {import("./survey.js").Checks} Checks */
/** `config` and `generationConfig` are JSON. @typedef {{ name: string, config: string, generationConfig?: string, tokenizer?: object, tokenizerConfig?: object, weights: Uint8Array[] }} ModelFiles */
/** @typedef {{ received: number, total: number }} Bytes */
/** @typedef {(stage: string, fraction: number, bytes?: Bytes) => void} OnProgress */

/** Between two reports of progress: the eye sees no more. // ms */
const REPORTS = 50;

/**
 * @param {ModelSource} source
 * @param {OnProgress} [onProgress] stage "download", fraction of the weights' bytes
 * @param {AbortSignal} [signal]
 * @param {Checks} [checks] refuse a model before its weights are fetched; left out for a model that is known to run
 * @returns {Promise<ModelFiles>}
 */
export async function readModel(source, onProgress = () => {}, signal, checks) {
  // Whatever is still open when the reading ends, well or not, is closed.
  const ended = new AbortController();
  const end = () => ended.abort(signal?.reason);
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  /** @type {import("./folder.js").Folder | undefined} */
  let folder;
  try {
    folder = await openFolder(source, openShelf, ended.signal);
    const place = folder;
    const tokenizing = Promise.all([TOKENIZER, "tokenizer_config.json"].map(async (file) => (await optionalJson(place, file))?.value));
    const [{ name, config, generationConfig, parts, bytes: total }, [tokenizer, tokenizerConfig]] = await Promise.all([survey(folder, checks, true), tokenizing]);
    if (tokenizer) checks?.tokenizer(tokenizer, tokenizerConfig);
    /** @type {Uint8Array[]} */
    const weights = [];
    let before = 0;
    let reported = -Infinity;
    for (const part of parts) {
      const bytes = await readWeights(folder, part, (received) => {
        ended.signal.throwIfAborted();
        const now = performance.now();
        if (now - reported < REPORTS) return;
        reported = now;
        onProgress("download", (before + received) / total, { received: before + received, total });
      });
      weights.push(bytes);
      before += bytes.length;
    }
    onProgress("download", 1, { received: total, total });
    await folder.complete();
    return { name, config, generationConfig, tokenizer, tokenizerConfig, weights };
  } finally {
    signal?.removeEventListener("abort", end);
    ended.abort();
    folder?.close();
  }
}

/** @typedef {Omit<import("./survey.js").Survey, "parts" | "generationConfig"> & { parts: { name: string, size: number }[], tokenizer: string[] }} Stated */

/**
 * What a model is and takes, and the files of its tokenizer, without its weights.
 * @param {ModelSource} source
 * @param {AbortSignal} [signal]
 * @param {Checks} [checks]
 * @returns {Promise<Stated>}
 */
export async function surveyModel(source, signal, checks) {
  const folder = await openFolder(source, findShelf, signal);
  const { parts, generationConfig: _, ...stated } = await survey(folder, checks);
  return { ...stated, parts: parts.map(({ name, size }) => ({ name, size })), tokenizer: await tokenizerFiles(folder) };
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
  const [config, tokenizer, tokenizerConfig] = await Promise.all(["config.json", TOKENIZER, "tokenizer_config.json"].map(async (file) => (await optionalJson(folder, file))?.value));
  if (!config) throw folder.missing("config.json");
  if (!tokenizer) throw folder.missing(TOKENIZER);
  return { name: folder.name, config, tokenizer, tokenizerConfig };
}
