// Hugging Face's JavaScript library, and where it reads a tokenizer.json otherwise than the reference (the `tokenizers` crate) does: brought in line here, each in one
// function, because a reader's model must get the tokens that it was trained on.

import {
  BertNormalizer,
  DigitsPreTokenizer,
  PrecompiledNormalizer,
  PunctuationPreTokenizer,
  SequenceNormalizer,
  SequencePreTokenizer,
  Tokenizer,
  WhitespacePreTokenizer,
  WhitespaceSplitPreTokenizer,
} from "@huggingface/tokenizers";
import { Charsmap } from "./charsmap.js";
import { Trouble } from "./trouble.js";

/**
 * @param {object} tokenizer the parsed tokenizer.json
 * @param {object} config the parsed tokenizer_config.json
 */
export function openTokenizer(tokenizer, config) {
  const opened = construct({ added_tokens: [], ...tokenizer }, { ...unknownOf(tokenizer), ...config });
  normalizeLikeReference(opened.normalizer);
  splitLikeReference(opened.pre_tokenizer);
  keepPairs(opened.post_processor);
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
 * Every "Precompiled" normaliser has its own table: the library's stand-in is the same for all of them. And Chinese characters beyond the first plane stand
 * alone for BERT as the others do: the library looks at halves of them.
 * @param {unknown} normalizer
 */
function normalizeLikeReference(normalizer) {
  if (normalizer instanceof SequenceNormalizer) normalizer.normalizers.forEach(normalizeLikeReference);
  if (normalizer instanceof PrecompiledNormalizer && normalizer.charsmap) {
    const charsmap = new Charsmap(/** @type {any} */ (normalizer.charsmap));
    normalizer.normalize = (text) => charsmap.normalize(text);
  }
  if (normalizer instanceof BertNormalizer) /** @type {any} */ (normalizer).tokenize_chinese_chars = (/** @type {string} */ text) => text.replace(CHINESE, " $& ");
}

/** The blocks that BERT's own tokenizer lists (Devlin et al. 2018, tokenization.py): CJK ideographs, no kana, no hangul. */
const CHINESE = /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

/**
 * White space, words and digits are Unicode's for the reference: for JavaScript a byte order mark is white space and U+0085 is none, é is no letter of a word, and ½
 * no number. Punctuation that is to stand alone does so mark by mark.
 * @param {import("@huggingface/tokenizers").PreTokenizer | null} splitter
 */
function splitLikeReference(splitter) {
  if (splitter instanceof SequencePreTokenizer) splitter.tokenizers.forEach(splitLikeReference);
  else if (splitter instanceof WhitespacePreTokenizer) matching(splitter, WORDS);
  else if (splitter instanceof WhitespaceSplitPreTokenizer) matching(splitter, /\P{White_Space}+/gu);
  else if (splitter instanceof DigitsPreTokenizer) splitter.pattern = splitter.config.individual_digits ? /\P{N}+|\p{N}/gu : /\P{N}+|\p{N}+/gu;
  else if (splitter instanceof PunctuationPreTokenizer) splitter.pattern = punctuation(/** @type {any} */ (splitter.config).behavior);
  else if (splitter) {
    const holder = /** @type {{ pattern?: RegExp | null }} */ (/** @type {unknown} */ (splitter));
    const { pattern } = holder;
    if (pattern) holder.pattern = new RegExp(pattern.source.replace(/\\([^])/g, (escape, letter) => SPACES[letter] ?? escape), pattern.flags);
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

/** @param {string} [behavior] */
function punctuation(behavior = "Isolated") {
  const mark = "\\p{P}!-\\/:-@\\[-`\\{-~";
  return new RegExp(`[^${mark}]+|[${mark}]${behavior === "Contiguous" ? "+" : ""}`, "gu");
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
