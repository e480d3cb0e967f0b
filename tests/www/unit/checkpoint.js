// A small checkpoint for tests: real safetensors bytes, every number zero; and what is said of one that does not fit.

import assert from "node:assert/strict";
import { inEnglish } from "../../../www/sentence.js";

/** @typedef {{ dtype: string, shape: number[] }} Tensor */

/** @type {Record<string, number>} */
const WIDTH = { F32: 4, F16: 2, BF16: 2, I64: 8 };

/** @param {Record<string, Tensor>} tensors */
export function safetensors(tensors) {
  let at = 0;
  const table = Object.entries(tensors).map(([name, { dtype, shape }]) => {
    const begin = at;
    at += WIDTH[dtype] * shape.reduce((product, n) => product * n, 1);
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries([["__metadata__", { format: "pt" }], ...table])));
  const bytes = new Uint8Array(8 + header.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

/** @param {Record<string, string | Uint8Array>} contents */
export function chosen(contents) {
  return { files: Object.entries(contents).map(([name, content]) => new File([/** @type {BlobPart} */ (content)], name)) };
}

/**
 * For `assert.rejects` and `assert.throws`: whether an error, once in words, says this.
 * @param {RegExp} pattern
 */
export function says(pattern) {
  return (/** @type {unknown} */ error) => {
    assert.match(String(inEnglish(error)), pattern);
    return true;
  };
}
