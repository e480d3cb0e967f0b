// What a tokenizer.json, and a text that a model reads, may hold at most, as natively (src/text/limits.rs): longer texts in the file come from damage.

import { shown, Trouble } from "../trouble.js";

/** The longest name, piece or pattern. // bytes */
const LONGEST = 10_000;

/** The longest compiled table of a SentencePiece normalisation, in base64. // bytes */
const LONGEST_TABLE = 4 * 2 ** 20;

/** The longest text that a model reads at once. // bytes */
const LONGEST_TEXT = 100_000;

/** The deepest nesting that the reference's own reader of JSON takes. // levels */
const DEEPEST = 127;

/** How much of a long text a sentence shows: it may be any kind of bytes. // characters */
const SHOWN = 40;

const ENCODER = new TextEncoder();

/**
 * Refuses a file that holds too long a text, or is nested too deeply.
 * @param {unknown} value of a tokenizer.json
 * @param {number} [depth] of what holds the value
 */
export function requireBounds(value, depth = 0) {
  if (typeof value === "string") requireShort(value, LONGEST);
  else if (typeof value === "object" && value !== null) {
    if (depth === DEEPEST) throw new Trouble("trouble.tokenizerDepth", { most: DEEPEST });
    if (Array.isArray(value)) return value.forEach((inner) => requireBounds(inner, depth + 1));
    for (const [name, inner] of Object.entries(value)) {
      requireShort(name, LONGEST);
      if (name === "precompiled_charsmap" && typeof inner === "string" && !/[^\0-\x7F]/.test(inner))
        requireShort(inner, LONGEST_TABLE);
      else requireBounds(inner, depth + 1);
    }
  }
}

/**
 * Refuses a text that is longer than a model reads at once.
 * @param {string} text
 */
export const requireReadable = (text) => requireShort(text, LONGEST_TEXT, "trouble.textLength");

/**
 * @param {string} text
 * @param {number} longest
 * @param {string} [trouble]
 */
function requireShort(text, longest, trouble = "trouble.tokenizerLength") {
  if (3 * text.length <= longest) return;
  const bytes = ENCODER.encode(text).length;
  if (bytes > longest)
    throw new Trouble(trouble, {
      bytes: bytes.toLocaleString("en"),
      start: shown(text, SHOWN),
      longest: longest.toLocaleString("en"),
    });
}
