// Tokens as a reader can take them in: bytes that only together make a character stand under that character, and what a text costs is counted.

/** @typedef {import("../../trace.js").Piece} Piece */
/** `text` is missing where bytes make no character; `bytes` says that the pieces are bytes. @typedef {{ pieces: Piece[], text?: string, bytes: boolean }} Group */

/**
 * The bytes that a token's spelling stands for, where it is not text: ⟨E4 BD⟩ of byte-level vocabularies, <0xE4> of those that fall back on bytes.
 * @param {string} token
 */
export function bytesOf(token) {
  const spelled = token.match(/^⟨((?:[0-9A-F]{2} ?)+)⟩$/)?.[1] ?? token.match(/^<0x([0-9A-F]{2})>$/)?.[1];
  return spelled
    ?.trim()
    .split(" ")
    .map((byte) => Number.parseInt(byte, 16));
}

/**
 * @param {Piece[]} pieces
 * @returns {Group[]}
 */
export function groups(pieces) {
  /** @type {Group[]} */
  const found = [];
  /** @type {{ pieces: Piece[], bytes: number[] }} */
  let open = { pieces: [], bytes: [] };
  const close = () => {
    if (open.pieces.length) found.push({ pieces: open.pieces, bytes: true });
    open = { pieces: [], bytes: [] };
  };
  for (const piece of pieces) {
    const bytes = bytesOf(piece.token);
    if (!bytes) {
      close();
      found.push({ pieces: [piece], text: piece.token, bytes: false });
      continue;
    }
    open = { pieces: [...open.pieces, piece], bytes: [...open.bytes, ...bytes] };
    const text = decoded(open.bytes);
    if (text === undefined) continue;
    found.push({ pieces: open.pieces, text, bytes: true });
    open = { pieces: [], bytes: [] };
  }
  close();
  return found;
}

/** @param {number[]} bytes @returns {string | undefined} nothing where a character is not complete */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} text
 * @param {Piece[]} pieces without special tokens at the ends
 */
export function measure(text, pieces) {
  const characters = [...text].length;
  const bytes = new TextEncoder().encode(text).length;
  const unknown = pieces.filter(isUnknown).length;
  const tokens = pieces.length;
  return { tokens, unknown, perCharacter: characters / tokens, perByte: bytes / tokens, pairs: tokens * tokens };
}

/** @param {Piece} piece */
export function isUnknown({ token }) {
  return ["[UNK]", "<unk>"].includes(token);
}
