// A model's folder, at an address or among File objects: which files it has, their first bytes, their whole contents.

import { modelName } from "./hub.js";
import { inWords } from "./memory.js";
import { Trouble } from "../trouble.js";

/** @typedef {import("./cache.js").KeptFile} KeptFile */
/** `again`: it was fetched a moment ago, and what the browser still has of it will do. @typedef {{ url: string, again?: boolean } | { files: File[] }} ModelSource */
/** Where files from another host are kept, and looked for. @typedef {(folder: string) => Promise<import("./cache.js").Shelf | undefined>} Shelves */
/**
 * `open` begins at a byte; a host that cannot do so begins at 0 and says it in `from`.
 * @typedef {{ name: string, size: number | undefined, kept?: KeptFile, open: (from: number) => Promise<{ from: number, stream: ReadableStream<Uint8Array> }>,
 *   broken: (received: number) => Trouble }} Entry
 */
/**
 * `peek` reads the first `count` bytes of a large file, and its size where the host tells; `complete` says that all has been read.
 * @typedef {{ name: string, find: (file: string) => Promise<Entry | undefined>, peek: (file: string, count: number) => Promise<{ size: number | undefined, start: Uint8Array } | undefined>,
 *   has: (file: string) => Promise<boolean>, missing: (file: string) => Trouble, complete: () => Promise<void> }} Folder
 */

/** Ends of names of weights in formats that are not read. */
const OTHERS = /\.(gguf|ggml|onnx|h5|msgpack|npz|pth?|ckpt|bin)$/i;

/** No byte for so long, and the connection counts as broken. // ms */
const PATIENCE = 30_000;

/**
 * @param {ModelSource} source
 * @param {Shelves} shelves
 * @param {AbortSignal} [signal]
 * @returns {Promise<Folder>}
 */
export async function openFolder(source, shelves, signal) {
  return "url" in source ? remoteFolder(source, shelves, signal) : localFolder(source.files);
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {() => Error} late
 * @returns {Promise<T>}
 */
export function patiently(promise, late) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const tooLate = new Promise((_, reject) => (timer = setTimeout(() => reject(late()), PATIENCE)));
  return Promise.race([promise, /** @type {Promise<never>} */ (tooLate)]).finally(() => clearTimeout(timer));
}

/**
 * @param {{ url: string, again?: boolean }} source absolute
 * @param {Shelves} shelves
 * @param {AbortSignal} [signal]
 * @returns {Promise<Folder>}
 */
async function remoteFolder({ url, again }, shelves, signal) {
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  const place = base.href;
  // What lies beside the page is kept by the browser itself.
  const shelf = base.origin === globalThis.location?.origin ? undefined : await shelves(place);

  /**
   * @param {string} file
   * @param {RequestInit} [how]
   */
  async function ask(file, how) {
    const unreachable = () => new Trouble("trouble.unreachable", { file, place });
    const response = await patiently(fetch(new URL(file, base), { ...how, signal, cache: again ? "force-cache" : "default" }), unreachable).catch((error) => {
      throw signal?.aborted ? signal.reason : error instanceof Trouble ? error : unreachable();
    });
    if (response.ok || [404, 410, 416].includes(response.status)) return response;
    throw new Trouble([401, 403].includes(response.status) ? "trouble.private" : "trouble.status", { file, place, status: response.status });
  }

  const kept = (/** @type {string} */ file) => shelf?.file(new URL(file, base).href);

  return {
    name: modelName(place),
    missing: (file) => new Trouble("trouble.missing", { file, place }),
    complete: async () => shelf?.complete(),
    has: async (file) => (await ask(file, { method: "HEAD" })).ok,
    async find(name) {
      const known = await kept(name);
      if (known?.absent) return undefined;
      const broken = (/** @type {number} */ received) => new Trouble("trouble.stopped", { file: name, received: inWords(received) });
      if (known && known.length > 0) return { name, size: known.size, kept: known, open: (from) => resume(name, from, known), broken };
      const response = await ask(name);
      if (!response.ok) return void (await known?.keepAbsent());
      const size = lengthOf(response);
      if (known) [known.size, known.tag] = [size, response.headers.get("etag") ?? ""];
      return { name, size, kept: known, open: async () => ({ from: 0, stream: bodyOf(response) }), broken };
    },
    async peek(name, count) {
      const known = await kept(name);
      if (known?.absent) return undefined;
      if (known?.size) for await (const piece of known.pieces()) return { size: known.size, start: piece.subarray(0, count) };
      const response = await ask(name, { headers: { Range: `bytes=0-${count - 1}` } });
      if (!response.ok) return response.status === 416 ? { size: 0, start: new Uint8Array() } : undefined;
      const start = await firstBytes(response, count).catch(() => {
        throw new Trouble("trouble.unreachable", { file: name, place });
      });
      // A host may hide the range's header, but not a length.
      const size = response.status === 206 ? (totalOf(response) ?? lengthOf(await ask(name, { method: "HEAD" }))) : lengthOf(response);
      return { size, start };
    },
  };

  /**
   * The rest of a file; the whole of it where the host cannot give parts or has another version by now.
   * @param {string} file
   * @param {number} from
   * @param {KeptFile} known
   */
  async function resume(file, from, known) {
    const response = await ask(file, { headers: { Range: `bytes=${from}-` } });
    const tag = response.headers.get("etag") ?? known.tag;
    const total = totalOf(response) ?? known.size;
    if (response.status === 206 && tag === known.tag && total === known.size) return { from, stream: bodyOf(response) };
    await response.body?.cancel();
    const whole = await ask(file);
    await known.forget();
    [known.size, known.tag] = [lengthOf(whole), whole.headers.get("etag") ?? ""];
    return { from: 0, stream: bodyOf(whole) };
  }
}

/**
 * @param {File[]} files
 * @returns {Folder}
 */
function localFolder(files) {
  // A folder may hold other models further down.
  const depth = (/** @type {File} */ file) => file.webkitRelativePath?.split("/").length ?? 0;
  const nearest = [...files].sort((a, b) => depth(a) - depth(b));
  const gone = (/** @type {string} */ file) => new Trouble("trouble.gone", { file });
  const file = (/** @type {string} */ name) => nearest.find((candidate) => candidate.name === name);
  const other = nearest.some(({ name }) => /\.safetensors$/i.test(name)) ? undefined : nearest.find(({ name }) => OTHERS.test(name));
  return {
    name: nearest[0]?.webkitRelativePath?.split("/")[0] || "model",
    missing: (file) => (other ? new Trouble("trouble.format", { found: other.name }) : new Trouble("trouble.unchosen", { file })),
    complete: async () => {},
    has: async (name) => file(name) !== undefined,
    async find(name) {
      const found = file(name);
      return found && { name, size: found.size, open: async () => ({ from: 0, stream: found.stream() }), broken: () => gone(name) };
    },
    async peek(name, count) {
      const found = file(name);
      if (!found) return undefined;
      const start = await found.slice(0, count).arrayBuffer().catch(() => {
        throw gone(name);
      });
      return { size: found.size, start: new Uint8Array(start) };
    },
  };
}

/** @param {Response} response */
function bodyOf(response) {
  return response.body ?? /** @type {ReadableStream<Uint8Array>} */ (new Blob([]).stream());
}

/**
 * The length of what was sent, where that is the file and not a packed form of it.
 * @param {Response} response
 */
function lengthOf({ headers }) {
  const length = Number(headers.get("content-length"));
  return length > 0 && !headers.get("content-encoding") ? length : undefined;
}

/**
 * The whole file's size, from the answer to a range.
 * @param {Response} response
 */
function totalOf({ headers }) {
  const total = headers.get("content-range")?.match(/\/(\d+)$/)?.[1];
  return total === undefined ? undefined : Number(total);
}

/**
 * @param {Response} response
 * @param {number} count
 */
async function firstBytes(response, count) {
  const start = new Uint8Array(count);
  let length = 0;
  const reader = bodyOf(response).getReader();
  while (length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    start.set(value.subarray(0, count - length), length);
    length += Math.min(value.length, count - length);
  }
  await reader.cancel();
  return start.subarray(0, length);
}
