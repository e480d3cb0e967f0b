// Words → ids ("model" of a tokenizer.json), by the library's models; what they leave out of the reference's rules is added here.

import { BPE, Unigram, WordPiece } from "@huggingface/tokenizers";
import { byteToken, byteTokens } from "./bytes.js";
import { kindOf } from "./class.js";
import { merge, symbolsOf } from "./merging.js";
import { made } from "./parts.js";

/** `tokens` are all entries by id, where a spelling may be there twice. @typedef {{ vocabulary: Map<string, number>, tokens?: string[], encode: (word: string) => string[], unknown?: number, byteFallback?: boolean }} Pieces */

/** The ids of words in a model's own vocabulary. */
export class Model {
  #pieces;
  /** @type {Map<number, string>} */
  #tokens;

  /** @param {any} config */
  constructor(config) {
    this.#pieces = made("model", MODELS, { ...config, type: kindOf(config) });
    const { vocabulary, tokens } = this.#pieces;
    this.#tokens = tokens ? new Map(tokens.entries()) : new Map(Array.from(vocabulary, ([token, id]) => [id, token]));
  }

  /** How many entries the vocabulary has; several may have one spelling. */
  get size() {
    return this.#pieces.tokens?.length ?? this.#pieces.vocabulary.size;
  }

  /** @param {string} token */
  idOf(token) {
    return this.#pieces.vocabulary.get(token);
  }

  /** The token that stands for whatever the vocabulary has none for, where there is one. */
  get unknown() {
    return this.#pieces.unknown;
  }

  /** @param {number} id */
  tokenOf(id) {
    return this.#tokens.get(id);
  }

  /**
   * Word by word, as the reference does: the library alone would join unknown pieces over the end of a word.
   * @param {string} word
   * @returns {(number | undefined)[]} undefined for what the vocabulary has no token for, not even one for what is unknown
   */
  encode(word) {
    const { vocabulary, encode, unknown, byteFallback } = this.#pieces;
    return encode(word).flatMap((piece) => {
      const known = vocabulary.get(piece);
      if (known !== undefined) return known;
      const bytes = byteFallback ? byteTokens(piece).map((byte) => vocabulary.get(byte)) : [undefined];
      return bytes.includes(undefined) ? unknown : bytes;
    });
  }
}

/** @type {Record<string, (config: any) => Pieces>} */
const MODELS = {
  BPE: bpe,
  Unigram: unigram,
  WordPiece: (config) => {
    const model = new WordPiece(config);
    return {
      vocabulary: model.tokens_to_ids,
      encode: (word) => model.encode([word]),
      unknown: model.tokens_to_ids.get(config.unk_token),
    };
  },
  WordLevel: ({ vocab, unk_token: unknown }) => {
    const vocabulary = new Map(Object.entries(vocab));
    return { vocabulary, encode: (word) => [word], unknown: vocabulary.get(unknown) };
  },
};

/**
 * The library merges after all characters of a word, as the reference does where each of them is known. It has no marks of continuation, and no rule for a
 * model that drops what it does not know, or has a part of the bytes: such words are merged in `merging.js`.
 * @param {any} config
 * @returns {Pieces}
 */
function bpe(config) {
  const model = new BPE(config);
  const { tokens_to_ids: vocabulary, bpe_ranks: ranks } = model;
  const {
    continuing_subword_prefix: prefix,
    end_of_word_suffix: suffix,
    unk_token: unknown,
    byte_fallback: byteFallback,
    ignore_merges: whole,
    fuse_unk: fuse,
  } = config;
  const rules = { vocabulary, ranks, prefix: prefix ?? "", suffix: suffix ?? "", unknown, byteFallback, fuse };
  const simple = unknown != null && (!byteFallback || ALL_BYTES.every((byte) => vocabulary.has(byte)));
  const encode = (/** @type {string} */ word) => {
    if (whole && vocabulary.has(word)) return [word];
    const symbols = prefix || !simple ? symbolsOf(word, rules) : [];
    return !prefix && symbols.every((symbol) => vocabulary.has(symbol)) ? model._call([word]) : merge(symbols, rules);
  };
  return { vocabulary, encode, unknown: vocabulary.get(unknown) };
}

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => byteToken(byte));

/**
 * Neighbours that are unknown become one piece, and the token for what is unknown belongs to them where it stands in a text. What that token is worth the
 * library forgets.
 * @param {any} config
 * @returns {Pieces}
 */
function unigram({ vocab, unk_id: unknownId, byte_fallback: byteFallback, ...config }) {
  const model = new Unigram({ vocab, unk_id: unknownId, ...config }, "");
  const { tokens_to_ids: vocabulary } = model;
  const [unknown, score] = vocab[unknownId] ?? [];
  if (unknown !== undefined) model.scores[unknownId] = score;
  const isUnknown = (/** @type {string | undefined} */ piece) =>
    piece !== undefined && (vocabulary.get(piece) ?? unknownId) === unknownId;
  const encode = (/** @type {string} */ word) => {
    /** @type {string[]} */
    const fused = [];
    model.encode([word]).forEach((piece, i, pieces) => {
      if (isUnknown(piece) && isUnknown(pieces[i - 1])) fused[fused.length - 1] += piece;
      else fused.push(piece);
    });
    return fused;
  };
  return { vocabulary, tokens: model.vocab, encode, unknown: unknown === undefined ? undefined : unknownId, byteFallback };
}
