// Tokenizers without their models: tokenizer.json and a few sizes of config.json, fetched once for a page.

import { SHIPPED } from "../../catalogue.js";
import { readTokenizer } from "../../checkpoint/files.js";
import { ask, liesElsewhere } from "../../engine/asking.js";
import { Text } from "../../text/text.js";
import { addressOf, permitted } from "../pool.js";

/** `open` reads a changed file as the tokenizer's own is read. @typedef {{ name: string, kind: string, vocabulary: number, share: number, file: any, text: Text, open: (file: any) => Text }} Tokenizer */

/** @type {Map<string, Promise<Tokenizer>>} */
const TOKENIZERS = new Map();

/**
 * @param {string} folder of a model, ending in "/"
 * @returns {Promise<Tokenizer>}
 */
export function tokenizerOf(folder) {
  const base = addressOf(folder);
  let tokenizer = TOKENIZERS.get(base);
  if (!tokenizer) {
    tokenizer = load(base);
    TOKENIZERS.set(base, tokenizer);
    tokenizer.catch(() => TOKENIZERS.delete(base));
  }
  return tokenizer;
}

/** @param {string} base */
async function load(base) {
  const source = await permitted(base);
  const {
    name,
    config,
    tokenizer: file,
    tokenizerConfig,
    tokenizerBeside,
  } = liesElsewhere(source) ? await ask("tokenizer", source, {}) : await readTokenizer(source);
  const width = config.embedding_size ?? config.hidden_size ?? config.n_embd ?? config.d_model;
  const { parameters } = SHIPPED.find((model) => model.name === name) ?? { parameters: NaN };
  const open = (/** @type {any} */ file) => new Text(file, tokenizerConfig, tokenizerBeside);
  const text = open(file);
  return {
    name,
    kind: kindOf(file),
    vocabulary: Object.keys(file.model.vocab).length,
    share: (config.vocab_size * width) / parameters,
    file,
    text,
    open,
  };
}

/**
 * The word for what a tokenizer.json does, as the locales have it.
 * @param {any} file
 */
export function kindOf({ model, pre_tokenizer: before, decoder }) {
  if (model.type === "WordLevel") return "characters";
  if (model.type !== "BPE") return model.type.toLowerCase();
  const bytes = JSON.stringify([before, decoder]).includes("ByteLevel");
  return bytes ? "bytes" : "bpe";
}
