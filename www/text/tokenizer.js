// Hugging Face's JavaScript library, and where it reads a tokenizer.json otherwise than the reference (the `tokenizers` crate) does: brought in line here, each in one
// function, because a reader's model must get the tokens that it was trained on.

import {
  BertNormalizer,
  DigitsPreTokenizer,
  LowercaseNormalizer,
  MetaspaceDecoder,
  PrecompiledNormalizer,
  PunctuationPreTokenizer,
  SequenceDecoder,
  SequenceNormalizer,
  SequencePreTokenizer,
  SplitPreTokenizer,
  Tokenizer,
  Unigram,
  WhitespacePreTokenizer,
  WhitespaceSplitPreTokenizer,
} from "@huggingface/tokenizers";
import { Charsmap } from "./charsmap.js";
import { splitText } from "./splits.js";
import { Trouble } from "../trouble.js";

/**
 * @param {object} tokenizer the parsed tokenizer.json
 * @param {object} config the parsed tokenizer_config.json
 */
export function openTokenizer(tokenizer, config) {
  const opened = construct({ added_tokens: [], ...tokenizer, ...withoutNmt(tokenizer) }, { ...unknownOf(tokenizer), ...config });
  normalizeLikeReference(opened.normalizer);
  splitLikeReference(opened.pre_tokenizer);
  keepPairs(opened.post_processor);
  fallBackOnBytes(opened.model);
  keepFirstSpace(opened.decoder);
  return opened;
}

/**
 * The library's complaints name no file.
 * @param {object} tokenizer
 * @param {object} config
 */
function construct(tokenizer, config) {
  try {
    return new Tokenizer(tokenizer, config);
  } catch (error) {
    throw new Trouble("trouble.tokenizer", { reason: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * What a "WordLevel" model writes for words that it does not have: the library looks for it in tokenizer_config.json, publishers put it here.
 * @param {{ model?: { unk_token?: string } }} tokenizer
 */
function unknownOf({ model }) {
  return model?.unk_token ? { unk_token: model.unk_token } : {};
}

/**
 * The library does not know "Nmt", which drops control characters and takes other white space for a space: that is two replacements.
 * @param {{ normalizer?: object | null }} tokenizer
 */
function withoutNmt({ normalizer }) {
  const replaced = (/** @type {any} */ part) => (part?.type === "Nmt" ? NMT : part?.normalizers ? { ...part, normalizers: part.normalizers.map(replaced) } : part);
  return normalizer ? { normalizer: replaced(normalizer) } : {};
}

const replacement = (/** @type {string} */ pattern, /** @type {string} */ content) => ({ type: "Replace", pattern: { Regex: pattern }, content });
const NMT = {
  type: "Sequence",
  normalizers: [
    replacement("[\\x01-\\x08\\x0B\\x0E-\\x1F\\x7F\\x8F\\x9F]", ""),
    replacement("[\\t\\n\\f\\r\\u1680\\u200B-\\u200F\\u2028\\u2029\\u2581\\uFEFF\\uFFFD]", " "),
  ],
};

/**
 * Every "Precompiled" normaliser has its own table: the library's stand-in is the same for all of them. And Chinese characters beyond the first plane stand
 * alone for BERT as the others do: the library looks at halves of them. A Σ becomes σ wherever it stands: JavaScript alone writes ς at the end of a word.
 * @param {unknown} normalizer
 */
function normalizeLikeReference(normalizer) {
  if (normalizer instanceof SequenceNormalizer) normalizer.normalizers.forEach(normalizeLikeReference);
  if (normalizer instanceof PrecompiledNormalizer && normalizer.charsmap) {
    const charsmap = new Charsmap(/** @type {any} */ (normalizer.charsmap));
    normalizer.normalize = (text) => charsmap.normalize(text);
  }
  if (normalizer instanceof LowercaseNormalizer || (normalizer instanceof BertNormalizer && /** @type {any} */ (normalizer.config).lowercase)) {
    const normalize = normalizer.normalize.bind(normalizer);
    normalizer.normalize = (text) => normalize(text.replaceAll("Σ", "σ"));
  }
  if (normalizer instanceof BertNormalizer) /** @type {any} */ (normalizer).tokenize_chinese_chars = (/** @type {string} */ text) => text.replace(CHINESE, " $& ");
}

/** The blocks that BERT's own tokenizer lists (Devlin et al. 2018, tokenization.py): CJK ideographs, no kana, no hangul. */
const CHINESE = /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

/**
 * White space, words and digits are Unicode's for the reference: for JavaScript a byte order mark is white space and U+0085 is none, é is no letter of a word, and ½
 * no number. What is cut at a pattern or at punctuation is cut as `splits.js` says.
 * @param {import("@huggingface/tokenizers").PreTokenizer | null} splitter
 */
function splitLikeReference(splitter) {
  if (splitter instanceof SequencePreTokenizer) splitter.tokenizers.forEach(splitLikeReference);
  else if (splitter instanceof WhitespacePreTokenizer) matching(splitter, WORDS);
  else if (splitter instanceof WhitespaceSplitPreTokenizer) matching(splitter, /\P{White_Space}+/gu);
  else if (splitter instanceof DigitsPreTokenizer) splitter.pattern = splitter.config.individual_digits ? /\P{N}+|\p{N}/gu : /\P{N}+|\p{N}+/gu;
  else if (splitter instanceof PunctuationPreTokenizer) cutting(splitter, PUNCTUATION);
  else if (splitter) {
    const holder = /** @type {{ pattern?: RegExp | null }} */ (/** @type {unknown} */ (splitter));
    const { pattern } = holder;
    if (pattern) holder.pattern = new RegExp(pattern.source.replace(/\\([^])/g, (escape, letter) => SPACES[letter] ?? escape), pattern.flags);
    if (splitter instanceof SplitPreTokenizer && holder.pattern) cutting(splitter, holder.pattern);
  }
}

/** @type {Record<string, string>} */
const SPACES = { s: "\\p{White_Space}", S: "\\P{White_Space}" };

const WORDS = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

/**
 * @param {{ pre_tokenize_text: (text: string, options?: any) => string[] }} splitter
 * @param {RegExp} pattern
 */
function matching(splitter, pattern) {
  splitter.pre_tokenize_text = (text) => text.match(pattern) ?? [];
}

const PUNCTUATION = /[\p{P}!-\/:-@\[-`\{-~]/gu;

/**
 * @param {SplitPreTokenizer | PunctuationPreTokenizer} splitter
 * @param {RegExp} pattern
 */
function cutting(splitter, pattern) {
  const { behavior = "Isolated", invert } = /** @type {{ behavior?: string, invert?: boolean }} */ (splitter.config);
  splitter.pre_tokenize_text = (text) => splitText(text, pattern, behavior, invert);
}

/**
 * A post-processor without a template ("ByteLevel") hands the pair on beside the text, and the library then drops it; the reference appends it.
 * @param {import("@huggingface/tokenizers").PostProcessor | null} processor
 */
function keepPairs(processor) {
  if (!processor) return;
  const process = processor.post_process.bind(processor);
  processor.post_process = (...given) => {
    const { tokens_pair: pair, ...processed } = process(...given);
    return pair?.length ? { ...processed, tokens: [...processed.tokens, ...pair] } : processed;
  };
}

/**
 * A Unigram model that has all bytes spells with them what it does not know: the library does so for BPE only.
 * @param {import("@huggingface/tokenizers").Model | null} model
 */
function fallBackOnBytes(model) {
  if (!(model instanceof Unigram) || !(/** @type {any} */ (model.config).byte_fallback)) return;
  const encode = model.encode.bind(model);
  const bytesOf = (/** @type {string} */ piece) => [...new TextEncoder().encode(piece)].map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  model.encode = (tokens) =>
    encode(tokens).flatMap((piece) => {
      const bytes = model.tokens_to_ids.has(piece) ? [] : bytesOf(piece);
      return bytes.length > 0 && bytes.every((byte) => model.tokens_to_ids.has(byte)) ? bytes : [piece];
    });
}

/**
 * Where no space is put before a text ("Metaspace" with the scheme "never"), none is taken away again: the library takes one in any case.
 * @param {import("@huggingface/tokenizers").Decoder | null} decoder
 */
function keepFirstSpace(decoder) {
  if (decoder instanceof SequenceDecoder) decoder.decoders.forEach(keepFirstSpace);
  if (!(decoder instanceof MetaspaceDecoder) || /** @type {any} */ (decoder.config).prepend_scheme !== "never") return;
  decoder.decode_chain = (tokens) => tokens.map((token) => token.replaceAll(decoder.replacement, " "));
}
