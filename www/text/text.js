// Text ↔ tokens in the page, by Hugging Face's own JavaScript library. The native command uses the `tokenizers` crate; a test holds both to the same ids and text.

import { openTokenizer } from "./tokenizer.js";

/** @typedef {import("../trace.js").Piece} Piece */

/** What the decoders write for bytes that form no character. */
const REPLACEMENT = "\uFFFD";

export class Text {
  #tokenizer;
  #byteLevel;
  #added;
  /** The id of the token that hides another; null where the model was not trained with one. @type {number | null} */
  mask;

  /**
   * @param {object} tokenizer the parsed tokenizer.json
   * @param {object} [config] the parsed tokenizer_config.json
   */
  constructor(tokenizer, config = {}) {
    this.#tokenizer = openTokenizer(tokenizer, config);
    this.#added = this.#tokenizer.get_added_tokens_decoder();
    this.#byteLevel = usesByteLevel(/** @type {any} */ (tokenizer).decoder);
    this.mask = this.#idOf(/** @type {any} */ (config).mask_token) ?? this.#idOf("[MASK]") ?? this.#idOf("<mask>") ?? null;
  }

  /**
   * Ids of a text, special tokens included.
   * @param {string} text
   * @param {string} [pair]
   * @returns {{ ids: number[], tokenTypeIds: number[] | undefined }}
   */
  encode(text, pair) {
    const encoding = this.#tokenizer.encode(text, { text_pair: pair ?? null, return_token_type_ids: true });
    return { ids: encoding.ids, tokenTypeIds: encoding.token_type_ids };
  }

  /**
   * Ids of a text without special tokens.
   * @param {string} text
   */
  encodeBare(text) {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * The text of ids, special tokens left out, spaced as the tokenizer.json says (no clean-up of English punctuation on top).
   * @param {number[]} ids
   */
  decode(ids) {
    if (ids.length === 0) return "";
    return this.#tokenizer.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }

  /**
   * The text of ids that more ids may follow: bytes at the end that do not yet form a character are held back.
   * @param {number[]} ids
   */
  decodeComplete(ids) {
    const text = this.decode(ids);
    let end = text.length;
    while (end > 0 && text[end - 1] === REPLACEMENT) end--;
    return text.slice(0, end);
  }

  /** @param {string | { content: string } | null | undefined} token as it stands in a tokenizer_config.json */
  #idOf(token) {
    const content = typeof token === "string" ? token : token?.content;
    return content === undefined ? undefined : this.#tokenizer.token_to_id(content);
  }

  /**
   * @param {number} id
   * @returns {Piece}
   */
  piece(id) {
    const added = this.#added.get(id);
    const token = this.#tokenizer.id_to_token(id);
    if (token === undefined) return { id, token: `#${id}`, special: false };
    return { id, token: this.#byteLevel && !added ? readable(token) : token, special: added?.special ?? false };
  }
}

/**
 * A model without a tokenizer.json: ids only.
 */
export class NoText {
  /** @type {null} */
  mask = null;

  /** @returns {{ ids: number[], tokenTypeIds: undefined }} */
  encode() {
    throw new Error("This model has no tokenizer.json: give ids instead of text.");
  }

  /** @returns {number[]} */
  encodeBare() {
    return this.encode().ids;
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
  const bytes = [...token].map((character) => BYTE_OF.get(character));
  if (bytes.includes(undefined)) return token;
  const known = Uint8Array.from(/** @type {number[]} */ (bytes));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(known).replaceAll(" ", "▁");
  } catch {
    return `⟨${[...known].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}⟩`;
  }
}

/**
 * A text in the spelling of byte-level tokenizers: one printable character for each of its bytes.
 * @param {string} text
 */
export function byteLevel(text) {
  return [...new TextEncoder().encode(text)].map((byte) => CHARACTERS[byte]).join("");
}

/** GPT-2's table: printable Latin-1 bytes stand for themselves, the other 68 follow from U+0100 on. */
const BYTE_OF = (() => {
  /** @type {Map<string, number>} */
  const table = new Map();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return table;
})();

/** The same table the other way round. */
const CHARACTERS = [...BYTE_OF].sort(([, a], [, b]) => a - b).map(([character]) => character);
