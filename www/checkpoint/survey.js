// What a model is and what it will take, from config.json and the beginnings of its safetensors files: read before the weights are fetched.

import { familyOf } from "./families.js";
import { parsePython } from "../json.js";
import { memoryOf, requireRoom } from "./memory.js";
import { Trouble } from "../trouble.js";
import { readWhole } from "./transfer.js";

/** @typedef {import("./folder.js").Folder} Folder */
/** @typedef {{ name: string, size: number }} Part a file of weights */
/**
 * `memory` is in bytes, at its highest.
 * @typedef {{ name: string, architecture: string, config: string, parts: Part[], parameters: number, bytes: number, memory: { engine: number, page: number } }} Survey
 */
/** @typedef {{ dtype: string, shape: number[], data_offsets: [number, number] }} Stored */

const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** Formats that are not read, in the order in which they are looked for. */
const OTHERS = ["pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack", "model.onnx"];

export const TOKENIZER = "tokenizer.json";

/** Tokenizers in their older forms. */
const OLD_TOKENIZERS = ["vocab.txt", "vocab.json", "merges.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model"];

/** Holds the table of contents of most models, so that one request is enough. // bytes */
const FIRST = 64 * 1024;

/** A table of contents longer than this is a damaged file's. // bytes */
const MOST_HEADER = 16 * 2 ** 20;

/**
 * @param {Folder} folder
 * @returns {Promise<Survey>}
 */
export async function survey(folder) {
  const config = await readText(folder, "config.json");
  const architecture = familyOf(parseJson(config, "config.json"));
  const tables = await readTables(folder);
  const parts = tables.map(({ name, size }) => ({ name, size }));
  const counts = tables.flatMap(({ tensors }) => tensors.filter(isWeight).map(({ shape }) => shape.reduce((product, n) => product * n, 1)));
  const sizes = {
    parameters: counts.reduce((sum, count) => sum + count, 0),
    largest: counts.reduce((most, count) => Math.max(most, count), 0),
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
  };
  requireRoom(sizes, parts);
  return { name: folder.name, architecture, config, parts, parameters: sizes.parameters, bytes: sizes.bytes, memory: memoryOf(sizes) };
}

/**
 * The files of a tokenizer: tokenizer.json, or what lies there in an older form that the page does not read.
 * @param {Folder} folder
 */
export async function tokenizerFiles(folder) {
  if (await folder.has(TOKENIZER)) return [TOKENIZER];
  const found = await Promise.all(OLD_TOKENIZERS.map((file) => folder.has(file)));
  return OLD_TOKENIZERS.filter((_, i) => found[i]);
}

/**
 * @param {Folder} folder
 * @param {string} file
 */
async function readText(folder, file) {
  const text = await optionalText(folder, file);
  if (text === undefined) throw folder.missing(file);
  return text;
}

/**
 * @param {Folder} folder
 * @param {string} file
 * @returns {Promise<string | undefined>}
 */
export async function optionalText(folder, file) {
  const entry = await folder.find(file);
  return entry && new TextDecoder().decode(await readWhole(entry));
}

/**
 * @param {Folder} folder
 * @param {string} file
 * @returns {Promise<object | undefined>}
 */
export async function optionalJson(folder, file) {
  const text = await optionalText(folder, file);
  return text === undefined ? undefined : parseJson(text, file);
}

/**
 * Of one file of weights, or of the several that an index names.
 * @param {Folder} folder
 */
async function readTables(folder) {
  const single = await folder.peek(WEIGHTS, FIRST);
  if (single) return [await readTable(folder, WEIGHTS, single)];
  const index = await optionalJson(folder, INDEX);
  if (!index) throw await withoutWeights(folder);
  const names = [...new Set(Object.values(/** @type {any} */ (index).weight_map ?? {}))].map(String).sort();
  if (names.length === 0) throw new Trouble("trouble.index", { file: INDEX });
  return Promise.all(names.map(async (name) => readTable(folder, name, await folder.peek(name, FIRST))));
}

/** @param {Folder} folder */
async function withoutWeights(folder) {
  for (const found of OTHERS) if (await folder.has(found)) return new Trouble("trouble.format", { found });
  return folder.missing(WEIGHTS);
}

/**
 * A file's table of contents: eight bytes of its length, then JSON.
 * @param {Folder} folder
 * @param {string} name
 * @param {Awaited<ReturnType<Folder["peek"]>>} peeked
 * @returns {Promise<Part & { tensors: Stored[] }>}
 */
async function readTable(folder, name, peeked) {
  if (!peeked) throw new Trouble("trouble.part", { file: name, index: INDEX });
  const { size = Infinity, start } = peeked;
  const length = start.length < 8 ? NaN : Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  const damaged = new Trouble("trouble.header", { file: name, size: (peeked.size ?? start.length).toLocaleString("en") });
  if (!(length <= Math.min(size - 8, MOST_HEADER))) throw damaged;
  const table = 8 + length > start.length ? await folder.peek(name, 8 + length) : peeked;
  try {
    const { __metadata__: _, ...stored } = JSON.parse(new TextDecoder().decode(table?.start.subarray(8, 8 + length)));
    const tensors = /** @type {Stored[]} */ (Object.values(stored));
    const whole = 8 + length + tensors.reduce((most, { data_offsets }) => Math.max(most, data_offsets[1]), 0);
    if (tensors.every(({ shape }) => Array.isArray(shape)) && (whole === size || size === Infinity)) return { name, size: whole, tensors };
  } catch {
    // The sentence below says it.
  }
  throw damaged;
}

/**
 * Whether a tensor becomes numbers of the model: old checkpoints also hold position ids (whole numbers) and masks (four axes).
 * @param {Stored} tensor
 */
function isWeight({ dtype, shape }) {
  return /^B?F\d+/.test(dtype) && shape.length <= 2;
}

/**
 * @param {string} text
 * @param {string} file
 * @returns {object}
 */
function parseJson(text, file) {
  try {
    const value = parsePython(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The sentence below covers both a parse error and a bare number or string.
  }
  throw new Trouble("trouble.json", { file, start: JSON.stringify(text.slice(0, 24)) });
}
