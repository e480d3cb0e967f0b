// Reads the goldens that `transformers` wrote (training/golden.py): safetensors files keyed by case and hook name.

import { readFileSync, readdirSync } from "node:fs";

/** @typedef {{ shape: number[], data: number[] }} Tensor */

const FOLDER = new URL("../../goldens/", import.meta.url);

/**
 * @param {string} name such as "t5-v1_0-relu"
 * @returns {Map<string, Tensor>}
 */
export function golden(name) {
  const bytes = readFileSync(new URL(`${name}.safetensors`, FOLDER));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString("utf8"));
  const body = bytes.subarray(8 + headerLength);
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  for (const [
    key,
    {
      dtype,
      shape,
      data_offsets: [start, end],
    },
  ] of Object.entries(header)) {
    if (key !== "__metadata__")
      tensors.set(key, { shape, data: numbers(dtype, Uint8Array.from(body.subarray(start, end)).buffer) });
  }
  return tensors;
}

/**
 * The files of the golden's checkpoint, as base64 for the way into a page.
 * @param {string} name
 * @returns {{ name: string, content: string }[]}
 */
export function checkpoint(name) {
  const folder = new URL(`models/${name}/`, FOLDER);
  return readdirSync(folder).map((file) => ({ name: file, content: readFileSync(new URL(file, folder)).toString("base64") }));
}

/**
 * @param {string} dtype
 * @param {ArrayBuffer} buffer
 * @returns {number[]}
 */
function numbers(dtype, buffer) {
  if (dtype === "F32") return Array.from(new Float32Array(buffer));
  if (dtype === "I32") return Array.from(new Int32Array(buffer));
  if (dtype === "U32") return Array.from(new Uint32Array(buffer));
  if (dtype === "I64") return Array.from(new BigInt64Array(buffer), Number);
  throw new Error(`golden: dtype ${dtype} is not read here`);
}
