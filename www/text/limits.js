// What a tokenizer.json may hold at most, as natively (src/text/limits.rs): longer texts in it come from damaged files.

import { shown, Trouble } from "../trouble.js";

/** The longest name, piece or pattern. // bytes */
const LONGEST = 10_000;

/** The longest compiled table of a SentencePiece normalisation, in base64. // bytes */
const LONGEST_TABLE = 4 * 2 ** 20;

/** How much of a long text a sentence shows: it may be any kind of bytes. // characters */
const SHOWN = 40;

const ENCODER = new TextEncoder();

/**
 * Refuses a file that holds too long a text.
 * @param {unknown} value of a tokenizer.json
 */
export function requireShortTexts(value) {
  if (typeof value === "string") requireShort(value, LONGEST);
  else if (Array.isArray(value)) value.forEach(requireShortTexts);
  else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      requireShort(name, LONGEST);
      if (name === "precompiled_charsmap" && typeof inner === "string" && !/[^\0-\x7F]/.test(inner)) requireShort(inner, LONGEST_TABLE);
      else requireShortTexts(inner);
    }
  }
}

/**
 * @param {string} text
 * @param {number} longest
 */
function requireShort(text, longest) {
  if (3 * text.length <= longest) return;
  const bytes = ENCODER.encode(text).length;
  if (bytes > longest) throw new Trouble("trouble.tokenizerLength", { bytes: bytes.toLocaleString("en"), start: shown(text, SHOWN), longest: longest.toLocaleString("en") });
}
