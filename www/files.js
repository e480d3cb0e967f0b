// Reads a model's files, from an address or from File objects, with progress in bytes. Every refusal is one sentence that names the file.

/** @typedef {{ url: string } | { files: File[] }} ModelSource */
/** @typedef {{ name: string, config: string, tokenizer?: object, tokenizerConfig?: object, weights: Uint8Array[] }} ModelFiles */
/** @typedef {(stage: string, fraction: number) => void} OnProgress */
/** @typedef {{ name: string, size: number | undefined, body: () => Promise<ReadableStream<Uint8Array>> }} Entry */

/** What must lie in a model's folder. */
const NEEDED = "config.json, model.safetensors and, for text, tokenizer.json";

/**
 * @param {ModelSource} source
 * @param {OnProgress} onProgress stage "download", fraction of the weights' bytes
 * @returns {Promise<ModelFiles>}
 */
export async function readModel(source, onProgress) {
  const folder = "url" in source ? remoteFolder(source.url) : localFolder(source.files);
  const config = await readText(await required(folder, "config.json"));
  parseJson(config, "config.json");
  const tokenizer = await optionalJson(folder, "tokenizer.json");
  const tokenizerConfig = await optionalJson(folder, "tokenizer_config.json");
  const weights = await readWeights(folder, onProgress);
  return { name: folder.name, config, tokenizer, tokenizerConfig, weights };
}

/** @typedef {{ name: string, find: (file: string) => Promise<Entry | undefined>, missing: (file: string) => string }} Folder */

/**
 * @param {string} url absolute
 * @returns {Folder}
 */
function remoteFolder(url) {
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  return {
    name: decodeURIComponent(base.pathname.split("/").filter(Boolean).at(-1) ?? base.host),
    missing: (file) => `${file} was not found at ${base.href}: a model is a folder with ${NEEDED}.`,
    async find(file) {
      const address = new URL(file, base);
      const response = await fetch(address).catch(() => {
        throw new Error(`${file} could not be fetched from ${base.href}: check the address and that the server can be reached.`);
      });
      if (response.status === 404 || response.status === 410) return undefined;
      if (!response.ok) throw new Error(`${file} could not be fetched from ${base.href}: the server answered ${response.status}.`);
      const length = Number(response.headers.get("content-length"));
      const encoded = response.headers.get("content-encoding");
      return {
        name: file,
        size: length > 0 && !encoded ? length : undefined,
        body: async () => response.body ?? new Blob([]).stream(),
      };
    },
  };
}

/**
 * @param {File[]} files
 * @returns {Folder}
 */
function localFolder(files) {
  const path = files.find((file) => file.webkitRelativePath)?.webkitRelativePath;
  return {
    name: path?.split("/")[0] || "model",
    missing: (file) => `${file} is not among the chosen files: choose a folder with ${NEEDED}.`,
    async find(name) {
      const file = files.find((candidate) => candidate.name === name);
      return file && { name, size: file.size, body: async () => file.stream() };
    },
  };
}

/**
 * One file of weights, or the several that an index names.
 * @param {Folder} folder
 * @param {OnProgress} onProgress
 */
async function readWeights(folder, onProgress) {
  const single = await folder.find("model.safetensors");
  if (single) return [await readBytes(single, (fraction) => onProgress("download", fraction))];
  const index = await optionalJson(folder, "model.safetensors.index.json");
  if (!index) throw new Error(folder.missing("model.safetensors"));
  const names = [...new Set(Object.values(/** @type {any} */ (index).weight_map ?? {}))].map(String).sort();
  if (names.length === 0) throw new Error("model.safetensors.index.json names no files: its weight_map is missing or empty.");
  const parts = [];
  for (const [i, name] of names.entries()) {
    const entry = await required(folder, name);
    parts.push(await readBytes(entry, (fraction) => onProgress("download", (i + fraction) / names.length)));
  }
  return parts;
}

/**
 * @param {Folder} folder
 * @param {string} file
 */
async function required(folder, file) {
  const entry = await folder.find(file);
  if (!entry) throw new Error(folder.missing(file));
  return entry;
}

/**
 * @param {Folder} folder
 * @param {string} file
 * @returns {Promise<object | undefined>}
 */
async function optionalJson(folder, file) {
  const entry = await folder.find(file);
  return entry && parseJson(await readText(entry), file);
}

/**
 * @param {string} text
 * @param {string} file
 * @returns {object}
 */
function parseJson(text, file) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The sentence below covers both a parse error and a bare number or string.
  }
  throw new Error(`${file} does not hold a JSON object: its first characters are ${JSON.stringify(text.slice(0, 24))}.`);
}

/** More than this cannot be held beside its copy in a wasm memory of 4 GiB. */
const MOST_BYTES = 1.5e9;

/** @param {Entry} entry */
async function readText(entry) {
  return new TextDecoder().decode(await readBytes(entry, () => {}));
}

/**
 * @param {Entry} entry
 * @param {(fraction: number) => void} onFraction stays 0 where the size is unknown until the end
 */
async function readBytes(entry, onFraction) {
  if (entry.size && entry.size > MOST_BYTES) throw tooLarge(entry.name, entry.size);
  /** @type {Uint8Array[]} */
  const chunks = [];
  let received = 0;
  const reader = (await entry.body()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw new Error(`${entry.name} stopped arriving after ${received} bytes: ${error.message}.`);
    });
    if (done) break;
    chunks.push(value);
    received += value.length;
    if (received > MOST_BYTES) throw tooLarge(entry.name, received);
    if (entry.size) onFraction(Math.min(1, received / entry.size));
  }
  const bytes = new Uint8Array(received);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  onFraction(1);
  return bytes;
}

/**
 * @param {string} name
 * @param {number} size // bytes
 */
function tooLarge(name, size) {
  return new Error(`${name} is too large for a page: ${(size / 1e9).toFixed(1)} GB, and at most ${MOST_BYTES / 1e9} GB can be opened.`);
}
