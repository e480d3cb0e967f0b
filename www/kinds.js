// The three families of Transformers.

/** @typedef {"encoder" | "encoder-decoder" | "decoder"} Kind */

/** In the order in which the pages show them. @type {readonly Kind[]} */
export const KINDS = ["encoder", "encoder-decoder", "decoder"];

/** An encoder-decoder's own hue is that of what joins its two halves. @param {Kind} kind */
export function hueOf(kind) {
  return kind === "encoder-decoder" ? "cross" : kind;
}
