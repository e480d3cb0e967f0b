// GPT-2's table: byte-level tokenizers spell each byte of a text as one printable character. Printable Latin-1 bytes stand for themselves, the other 68 follow from
// U+0100 on.

/** @type {Map<string, number>} */
const BYTE_OF = new Map();
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  BYTE_OF.set(String.fromCodePoint(printable ? byte : next++), byte);
}

const CHARACTERS = [...BYTE_OF.keys()];
const ENCODER = new TextEncoder();

/**
 * A text in the spelling of byte-level tokenizers.
 * @param {string} text
 */
export function byteLevel(text) {
  return Array.from(ENCODER.encode(text), (byte) => CHARACTERS[byte]).join("");
}

/**
 * The bytes that a token spells; nothing where it holds a character that is not in the table.
 * @param {string} token
 */
export function bytesOf(token) {
  const bytes = Array.from(token, (character) => BYTE_OF.get(character));
  return bytes.includes(undefined) ? undefined : Uint8Array.from(/** @type {number[]} */ (bytes));
}

/**
 * The tokens that stand for a text's bytes where a vocabulary lacks the text itself ("byte fallback").
 * @param {string} text
 */
export function byteTokens(text) {
  return Array.from(ENCODER.encode(text), byteToken);
}

/** @param {number} byte */
export function byteToken(byte) {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}
