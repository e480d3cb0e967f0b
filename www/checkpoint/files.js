// Reads a model's files, from an address or from File objects, with progress in bytes. Every refusal is one sentence that names the file.

import { findShelf, openShelf } from "./cache.js";
import { openFolder } from "./folder.js";
import { parsePython } from "../json.js";
import { optionalJson, survey, TOKENIZER, tokenizerFiles } from "./survey.js";
import { readWeights } from "./transfer.js";

/** @typedef {import("./folder.js").ModelSource} ModelSource */
/** @typedef {import("./survey.js").Checks} Checks */
/** `config` and `generationConfig` are JSON. @typedef {{ name: string, config: string, generationConfig?: string, weights: Uint8Array[] } & TokenizerParts} ModelFiles */
/**
 * `tokenizerBeside` are the other files that speak of the tokenizer: special_tokens_map.json, added_tokens.json, and what config.json says of it.
 * @typedef {{ tokenizer?: object, tokenizerConfig?: object, tokenizerBeside?: { special?: object, added?: object, model?: object } }} TokenizerParts
 */
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
    const [{ name, config, generationConfig, parts, bytes: total }, beside] = await Promise.all([
      survey(folder, checks, true),
      readTokenizerParts(folder, source),
    ]);
    const tokenizing = withModel(beside, parsePython(config));
    checks?.tokenizer(tokenizing);
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
    return { name, config, generationConfig, ...tokenizing, weights };
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

/** @typedef {{ name: string, config: any, tokenizer: any, tokenizerConfig?: any, tokenizerBeside?: any }} TokenizerFiles */

/**
 * What a tokenizer needs of a model's folder.
 * @param {ModelSource} source
 * @param {AbortSignal} [signal]
 * @returns {Promise<TokenizerFiles>}
 */
export async function readTokenizer(source, signal) {
  const folder = await openFolder(source, findShelf, signal);
  const [config, parts] = await Promise.all([optionalJson(folder, "config.json"), readTokenizerParts(folder, source)]);
  if (!config) throw folder.missing("config.json");
  if (!parts.tokenizer) throw folder.missing(TOKENIZER);
  return { name: folder.name, config: config.value, tokenizer: parts.tokenizer, ...withModel(parts, config.value) };
}

/** Classes that take tokenizer.json as it stands: what writes such a folder has put all tokens into that file. */
const PLAIN = /^(PreTrainedTokenizer|TokenizersBackend)/;

/**
 * The older files are read where newer ones leave a question open; nobody's host is asked for them in vain.
 * @param {import("./folder.js").Folder} folder
 * @param {ModelSource} source
 * @returns {Promise<TokenizerParts>}
 */
async function readTokenizerParts(folder, source) {
  const read = (/** @type {string[]} */ files) =>
    Promise.all(files.map(async (file) => (await optionalJson(folder, file))?.value));
  const [tokenizer, tokenizerConfig] = await read([TOKENIZER, "tokenizer_config.json"]);
  const { added_tokens_decoder: listed, tokenizer_class: name } = /** @type {any} */ (tokenizerConfig ?? {});
  if (!tokenizer || listed !== undefined || ("url" in source && PLAIN.test(name ?? ""))) return { tokenizer, tokenizerConfig };
  const [special, added] = await read(["special_tokens_map.json", "added_tokens.json"]);
  return { tokenizer, tokenizerConfig, tokenizerBeside: { special, added } };
}

/**
 * @param {TokenizerParts} parts
 * @param {any} config config.json
 * @returns {TokenizerParts}
 */
function withModel({ tokenizerBeside, ...parts }, { model_type, tokenizer_class }) {
  return { ...parts, tokenizerBeside: { ...tokenizerBeside, model: { model_type, tokenizer_class } } };
}
