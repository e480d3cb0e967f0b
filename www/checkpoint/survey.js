// What a model is and what it will take, from config.json and the beginnings of its safetensors files: read before the weights are fetched.

import { familyOf, writes } from "./families.js";
import { parsePython } from "../json.js";
import { memoryOf, requireRoom } from "./memory.js";
import { Trouble } from "../trouble.js";
import { readSmall } from "./transfer.js";

/** @typedef {import("./folder.js").Folder} Folder */
/** @typedef {import("./transfer.js").Part} Part */
/**
 * `memory` is in bytes, at its highest.
 * @typedef {{ name: string, architecture: string, config: string, generationConfig?: string, parts: Part[], parameters: number, bytes: number, memory: { engine: number, page: number } }} Survey
 */
/**
 * What the engine itself refuses: `model` by the configuration and the tables of contents, as far as they have been read; `tokenizer` by the tokenizer's files.
 * @typedef {{ model: (config: string, generationConfig: string | undefined, parts: Part[]) => Promise<void>, tokenizer: (parts: import("./files.js").TokenizerParts) => void }} Checks
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
 * @param {Checks} [checks]
 * @param {boolean} [whole] the weights will be read next: where they are one file, the request for its table of contents brings the rest as well
 * @returns {Promise<Survey>}
 */
export async function survey(folder, checks, whole = false) {
  const { text: config, value } = await requiredJson(folder, "config.json", familyOf);
  const architecture = familyOf(value);
  // Only those who write have one: nobody else's host is asked for it.
  const generating = writes(value) ? optionalJson(folder, "generation_config.json") : Promise.resolve(undefined);
  const checked = checks ? generating.then((generation) => checks.model(config, generation?.text, [])) : Promise.resolve();
  const [generation, tables] = await Promise.all([generating, checked.then(() => readTables(folder, whole))]);
  const parts = tables.map(({ tensors, ...part }) => part);
  const counts = tables.flatMap(({ tensors }) =>
    tensors.filter(isWeight).map(({ shape }) => shape.reduce((product, n) => product * n, 1)),
  );
  const sizes = {
    parameters: counts.reduce((sum, count) => sum + count, 0),
    largest: counts.reduce((most, count) => Math.max(most, count), 0),
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
  };
  requireRoom(sizes, parts);
  await checks?.model(config, generation?.text, parts);
  return {
    name: folder.name,
    architecture,
    config,
    generationConfig: generation?.text,
    parts,
    parameters: sizes.parameters,
    bytes: sizes.bytes,
    memory: memoryOf(sizes),
  };
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

/** The text of a JSON file, and what it says. @typedef {{ text: string, value: object }} Json */

/**
 * @param {Folder} folder
 * @param {string} file
 * @param {(value: object) => unknown} check throws at what the file may not say, which is then not kept
 * @returns {Promise<Json>}
 */
async function requiredJson(folder, file, check) {
  const found = await readJson(folder, file, check);
  if (!found) throw folder.missing(file);
  return found;
}

/**
 * Nothing where there is no such file. A page in its place is no file: a host without 404 sends one.
 * @param {Folder} folder
 * @param {string} file
 * @param {(value: object) => unknown} [check]
 * @returns {Promise<Json | undefined>}
 */
export async function optionalJson(folder, file, check) {
  try {
    return await readJson(folder, file, check);
  } catch (error) {
    if (error instanceof Trouble && error.key === "trouble.page") return undefined;
    throw error;
  }
}

/**
 * @param {Folder} folder
 * @param {string} file
 * @param {(value: object) => unknown} [check]
 * @returns {Promise<Json | undefined>}
 */
async function readJson(folder, file, check) {
  const entry = await folder.find(file);
  if (!entry) return undefined;
  return readSmall(entry, (text) => {
    if (folder.page && isMarkup(text)) throw folder.page(file);
    const value = parseJson(text, file);
    check?.(value);
    return { text, value };
  });
}

/** @param {string} text */
function isMarkup(text) {
  return /^\s*</.test(text);
}

/**
 * Of one file of weights, or of the several that an index names.
 * @param {Folder} folder
 * @param {boolean} whole
 */
async function readTables(folder, whole) {
  const single = await folder.peek(WEIGHTS, FIRST, whole);
  if (single) return [await readTable(folder, WEIGHTS, single)];
  const index = await optionalJson(folder, INDEX, partsOf);
  if (!index) throw await withoutWeights(folder);
  const names = partsOf(index.value);
  return Promise.all(names.map(async (name) => readTable(folder, name, await folder.peek(name, FIRST))));
}

/**
 * The files that an index names.
 * @param {any} index
 */
function partsOf({ weight_map: files }) {
  const names = [...new Set(Object.values(files ?? {}))].map(String).sort();
  if (names.length === 0) throw new Trouble("trouble.index", { file: INDEX });
  return names;
}

/** @param {Folder} folder */
async function withoutWeights(folder) {
  for (const found of OTHERS) if (await folder.has(found)) return new Trouble("trouble.format", { found });
  return folder.missing(WEIGHTS);
}

/**
 * A file's table of contents: eight bytes of its length, then JSON. The file's size follows from it: what a host says of it may be the size of a packed form.
 * @param {Folder} folder
 * @param {string} name
 * @param {Awaited<ReturnType<Folder["peek"]>>} peeked
 * @returns {Promise<Part & { tensors: Stored[] }>}
 */
async function readTable(folder, name, peeked) {
  if (!peeked) throw new Trouble("trouble.part", { file: name, index: INDEX });
  const { size = Infinity, start, entry } = peeked;
  const length = start.length < 8 ? NaN : Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length <= Math.min(size - 8, MOST_HEADER)) {
    const head = (8 + length > start.length ? await peeked.more(8 + length) : start).slice(0, 8 + length);
    try {
      const { __metadata__: _, ...stored } = JSON.parse(new TextDecoder().decode(head.subarray(8)));
      const tensors = /** @type {Stored[]} */ (Object.values(stored));
      const whole = 8 + length + tensors.reduce((most, { data_offsets }) => Math.max(most, data_offsets[1]), 0);
      if (tensors.every(({ shape }) => Array.isArray(shape)) && (whole === size || size === Infinity))
        return { name, size: whole, head, entry, tensors };
    } catch {
      // The sentence below says it.
    }
  }
  if (folder.page && isMarkup(new TextDecoder().decode(start.subarray(0, 64)))) throw folder.page(name);
  // Packed by gzip, and no header (Content-Encoding) tells the browser to unpack it.
  if (start[0] === 0x1f && start[1] === 0x8b) throw new Trouble("trouble.packed", { file: name });
  throw new Trouble("trouble.header", { file: name, size: (peeked.size ?? start.length).toLocaleString("en") });
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
