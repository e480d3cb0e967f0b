// Text ↔ tokens in the page, by Hugging Face's own JavaScript library. The native command uses the `tokenizers` crate; a test holds both to the same ids and text.

import { bytesOf } from "./bytes.js";
import { requireBounds, requireReadable } from "./limits.js";
import { published, tidied } from "./published.js";
import { openTokenizer } from "./tokenizer.js";

/** @typedef {import("../trace.js").Piece} Piece */

/** What the decoders write for bytes that form no character. */
const REPLACEMENT = "\uFFFD";
const LONGEST_CHARACTER = 4; // bytes

export class Text {
  #tokenizer;
  #byteLevel;
  #tidy;
  /** The id of the token that hides another; null where the model was not trained with one. @type {number | null} */
  mask;

  /** What the reader has to know of how the tokenizer was read. @type {import("../trouble.js").Trouble[]} */
  notices;

  /**
   * @param {object} tokenizer the parsed tokenizer.json
   * @param {object} [config] the parsed tokenizer_config.json
   * @param {Omit<import("./beside.js").Beside, "config">} [beside] the other files
   */
  constructor(tokenizer, config, beside = {}) {
    requireBounds(tokenizer);
    const { file, more, splitSpecial, tidy, masks, notices } = published(tokenizer, { ...beside, config });
    this.#tokenizer = openTokenizer(file, { more, splitSpecial });
    this.#byteLevel = usesByteLevel(file.decoder);
    this.#tidy = tidy;
    this.mask = masks.map((token) => this.#tokenizer.idOf(token)).find((id) => id !== undefined) ?? null;
    this.notices = notices;
  }

  /**
   * Ids of a text, special tokens included. An empty second text is none, as in `transformers`: a model was trained on pairs of texts, not on a text and an empty place.
   * @param {string} text
   * @param {string} [pair]
   * @returns {{ ids: number[], tokenTypeIds: number[] }}
   */
  encode(text, pair) {
    for (const read of [text, pair ?? ""]) requireReadable(read);
    const { ids, types } = this.#tokenizer.encode(pair ? [text, pair] : [text], { special: true });
    return { ids, tokenTypeIds: types };
  }

  /**
   * Ids of a text without special tokens.
   * @param {string} text
   */
  encodeBare(text) {
    requireReadable(text);
    return this.encodeData(text);
  }

  /**
   * The same for a text to train on, which may be of any length.
   * @param {string} text
   */
  encodeData(text) {
    return this.#tokenizer.encode([text], { special: false }).ids;
  }

  /**
   * The id of a token, by its exact spelling.
   * @param {string} token
   */
  idOf(token) {
    return this.#tokenizer.idOf(token);
  }

  /**
   * The text of ids, special tokens left out.
   * @param {number[]} ids
   */
  decode(ids) {
    const text = this.#tokenizer.decode(ids);
    return this.#tidy ? tidied(text) : text;
  }

  /**
   * The text of ids that more ids may follow: bytes at the end that do not yet form a character are held back. Where tokens stand for single bytes, one
   * that is left over spoils all bytes before it: then the text is that of the ids before it.
   * @param {number[]} ids
   */
  decodeComplete(ids) {
    let longest = "";
    for (let held = 0; held < LONGEST_CHARACTER && held <= ids.length; held++) {
      const text = this.decode(ids.slice(0, ids.length - held));
      let end = text.length;
      while (end > 0 && text[end - 1] === REPLACEMENT) end--;
      if (end > longest.length) longest = text.slice(0, end);
      if (end === text.length) break;
    }
    return longest;
  }

  /**
   * @param {number} id
   * @returns {Piece}
   */
  piece(id) {
    const added = this.#tokenizer.added(id);
    const token = this.#tokenizer.tokenOf(id);
    if (token === undefined) return { id, token: `#${id}`, special: false };
    const piece = { id, token: this.#byteLevel && !added ? readable(token) : token, special: added?.special ?? false };
    return id === this.#tokenizer.unknown ? { ...piece, unknown: true } : piece;
  }
}

/**
 * The text of a model's files, where they have a tokenizer.
 * @param {import("../checkpoint/files.js").TokenizerParts} parts
 */
export function textOf({ tokenizer, tokenizerConfig, tokenizerBeside }) {
  return tokenizer && new Text(tokenizer, tokenizerConfig, tokenizerBeside);
}

/**
 * A model without a tokenizer.json: ids only.
 */
export class NoText {
  /** @type {null} */
  mask = null;
  /** @type {import("../trouble.js").Trouble[]} */
  notices = [];

  /** @returns {{ ids: number[], tokenTypeIds: undefined }} */
  encode() {
    throw new Error("This model has no tokenizer.json: give ids instead of text.");
  }

  /** @returns {number[]} */
  encodeBare() {
    return this.encode().ids;
  }

  /** @returns {number[]} */
  encodeData() {
    return this.encode().ids;
  }

  /** @returns {number | undefined} */
  idOf() {
    return undefined;
  }

  decode() {
    return "";
  }

  decodeComplete() {
    return "";
  }

  /**
   * @param {number} id
   * @returns {Piece}
   */
  piece(id) {
    return { id, token: `#${id}`, special: false };
  }
}

/**
 * @param {{ type?: string, decoders?: { type: string }[] } | null | undefined} decoder the tokenizer.json's decoder
 */
function usesByteLevel(decoder) {
  return decoder?.type === "ByteLevel" || Boolean(decoder?.decoders?.some(({ type }) => type === "ByteLevel"));
}

/**
 * Byte-level tokenizers spell each byte as a printable character (GPT-2's table): a token that is whole characters is shown as text, with the
 * space that Unigram writes; a token that cuts a character keeps its bytes in view, as ⟨E4 BD⟩, rather than a replacement mark.
 * @param {string} token
 */
function readable(token) {
  const bytes = bytesOf(token);
  if (!bytes) return token;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replaceAll(" ", "▁");
  } catch {
    return `⟨${[...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}⟩`;
  }
}
