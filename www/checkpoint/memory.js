// How much memory a model takes, said before it is fetched. One place for what the engine holds (src/web.rs, src/weights, src/device.rs, src/cpu).

import { Trouble } from "../trouble.js";

/** A WebAssembly memory's end. // bytes */
export const WASM = 4 * 2 ** 30;

/** One array in it cannot be longer: a file of weights is one. // bytes */
const MOST_FILE = 2 ** 31 - 1;

/** The engine itself, the tokenizer, the activations of a short text and its keys and values. Long texts take more; what they may take is the engine's to limit (src/generate/input.rs). // bytes */
const BASE = 64 * 2 ** 20;

const F32 = 4; // bytes

/** @typedef {{ parameters: number, largest: number, bytes: number }} Sizes numbers in all weights and in the largest of them; bytes of the files */

/**
 * `engine`: the most that lies in the WebAssembly memory at once. First the files' bytes beside their numbers in f32; then those numbers, which can
 * refill a GPU that was lost, beside the CPU's own copy, for which a tied table counts twice; and once more the largest tensor, which leaves a hole
 * where it was unpacked. `page`: with the files' bytes in JavaScript, and the copy of them that is made on the way in.
 * @param {Sizes} sizes
 * @returns {{ engine: number, page: number }} bytes
 */
export function memoryOf({ parameters, largest, bytes }) {
  const weights = F32 * parameters;
  const engine = BASE + 2 * F32 * largest + weights + Math.max(bytes, weights);
  const entering = BASE + 3 * bytes;
  return { engine, page: Math.max(engine + bytes, entering) };
}

/**
 * What there is: the end of a WebAssembly memory, and the device's memory, where the browser tells.
 * @param {{ deviceMemory?: number }} [navigator] GiB, rounded by the browser and never more than a few
 * @returns {{ engine: number, page: number }} bytes
 */
export function available({ deviceMemory } = /** @type {any} */ (globalThis.navigator ?? {})) {
  return { engine: WASM, page: deviceMemory ? deviceMemory * 2 ** 30 : Infinity };
}

/**
 * Refuses, with numbers, what does not fit.
 * @param {Sizes} sizes
 * @param {{ name: string, size: number }[]} files
 */
export function requireRoom(sizes, files, room = available()) {
  const large = files.find(({ size }) => size > MOST_FILE);
  if (large) throw new Trouble("trouble.file", { file: large.name, size: inWords(large.size), most: inWords(MOST_FILE) });
  const need = memoryOf(sizes);
  const [needed, there] = need.engine > room.engine ? [need.engine, room.engine] : [need.page, room.page];
  if (needed > there)
    throw new Trouble("trouble.memory", {
      parameters: sizes.parameters.toLocaleString("en"),
      needed: inWords(needed),
      available: inWords(there),
    });
}

/**
 * The same in both languages: "3.6 MB".
 * @param {number} bytes
 */
export function inWords(bytes) {
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 99.5e3) return `${(bytes / 1e6).toFixed(bytes >= 9.95e6 ? 0 : 1)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
