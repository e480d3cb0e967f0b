// Which class of `transformers` reads a tokenizer, by the rules of its `AutoTokenizer` (5.23, models/auto/tokenization_auto.py). Most classes build their stages
// anew around the vocabulary of tokenizer.json (rebuild.js).

/** @typedef {"AlbertTokenizer" | "BertTokenizer" | "GPT2Tokenizer" | "LlamaTokenizer" | "RobertaTokenizer" | "T5Tokenizer"} Class */

/** The kind of model that a class has, as tokenizer.json calls it. @type {Record<Class, string>} */
export const MODEL_OF = {
  AlbertTokenizer: "Unigram",
  BertTokenizer: "WordPiece",
  GPT2Tokenizer: "BPE",
  LlamaTokenizer: "BPE",
  RobertaTokenizer: "BPE",
  T5Tokenizer: "Unigram",
};

/** Other names of these classes. @type {Record<string, Class>} */
const ALIASES = {
  ElectraTokenizer: "BertTokenizer",
  MobileBertTokenizer: "BertTokenizer",
  LxmertTokenizer: "BertTokenizer",
  BartTokenizer: "RobertaTokenizer",
  LEDTokenizer: "RobertaTokenizer",
  LongformerTokenizer: "RobertaTokenizer",
  MvpTokenizer: "RobertaTokenizer",
};

/** Classes that take the stages of tokenizer.json as they stand. */
const PLAIN = ["PreTrainedTokenizer", "TokenizersBackend", "PythonBackend", "BloomTokenizer", "MT5Tokenizer"];

/** The class that goes with a `model_type`, where none is named. LLaMA's has none: such files differ too much. @type {Record<string, Class>} */
const OF_MODEL = {
  albert: "AlbertTokenizer",
  bert: "BertTokenizer",
  electra: "BertTokenizer",
  gpt2: "GPT2Tokenizer",
  roberta: "RobertaTokenizer",
  t5: "T5Tokenizer",
  mt5: "T5Tokenizer",
};

/**
 * The class that builds its own stages; nothing where tokenizer.json is read as it stands, because its class is `unknown` or asks for no more.
 * @param {{ tokenizer_class?: unknown }} config tokenizer_config.json
 * @param {{ model_type?: unknown, tokenizer_class?: unknown }} model config.json
 * @param {any} file tokenizer.json
 * @returns {{ built?: Class, unknown?: string }}
 */
export function classOf(config, model, file) {
  const named = [config.tokenizer_class, model.tokenizer_class].find((name) => typeof name === "string");
  if (typeof named !== "string") return { built: own(OF_MODEL, String(model.model_type)) };
  const name = named.replace(/Fast$/, "");
  // LLaMA 3 and its like name this class, but have bytes where the class has spaces marked.
  if (name === "LlamaTokenizer" && hasBytes(file)) return {};
  if (Object.hasOwn(MODEL_OF, name)) return { built: /** @type {Class} */ (name) };
  return own(ALIASES, name) ? { built: own(ALIASES, name) } : PLAIN.includes(name) ? {} : { unknown: named };
}

/**
 * The kind of a tokenizer.json's model. Early files do not name it.
 * @param {any} model
 * @returns {string}
 */
export function kindOf({ type, vocab, merges, max_input_chars_per_word: longest }) {
  if (type !== undefined && type !== null) return String(type);
  if (merges) return "BPE";
  if (Array.isArray(vocab)) return "Unigram";
  return longest === undefined ? "WordLevel" : "WordPiece";
}

/** @param {any} file */
function hasBytes({ normalizer, pre_tokenizer: splitter, post_processor: processor, decoder }) {
  return JSON.stringify([normalizer, splitter, processor, decoder]).includes('"ByteLevel"');
}

/**
 * @template T
 * @param {Record<string, T>} table
 * @param {string} name
 */
function own(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
