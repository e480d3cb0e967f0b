// A model's folder, at an address or among File objects: which files it has, their first bytes, their whole contents.

import { RemoteFolder } from "./remote.js";
import { Trouble } from "../trouble.js";
import { chunks, Incoming } from "./waiting.js";

/** @typedef {import("./cache.js").KeptFile} KeptFile */
/** @typedef {{ url: string } | { files: File[] }} ModelSource */
/** Where files from another host are kept, and looked for. @typedef {(folder: string) => Promise<import("./cache.js").Shelf | undefined>} Shelves */
/** `from`: where the bytes begin. @typedef {{ from: number, coming: AsyncGenerator<Uint8Array, void, void> }} Opened */
/**
 * A file that is there. `kept` is what an earlier visit left of it; `open` begins at a byte, or at 0 where the rest of what is kept cannot be had.
 * @typedef {{ name: string, kept?: KeptFile, open: (from: number) => Promise<Opened> }} Entry
 */
/**
 * The first bytes of a file, and more of them on request; `size` where it is known for certain. `entry` opens the same answer, where the whole was asked for.
 * @typedef {{ size: number | undefined, start: Uint8Array, more: (count: number) => Promise<Uint8Array>, entry?: Entry }} Peeked
 */
/**
 * `find` and `peek` give nothing for a file that is not there; a peek at the `whole` is one request for beginning and rest. `missing` is the error for a file that must be
 * there, `page` the one for a web page in the place of a file, where there is a host that could answer so. `complete` says that all has been read, `close` that nothing
 * more will be.
 * @typedef {{ name: string, find: (file: string) => Promise<Entry | undefined>, peek: (file: string, count: number, whole?: boolean) => Promise<Peeked | undefined>,
 *   has: (file: string) => Promise<boolean>, missing: (file: string) => Trouble, page?: (file: string) => Trouble, complete: () => Promise<void>, close: () => void }} Folder
 */

/** Ends of names of weights in formats that are not read. */
const OTHERS = /\.(gguf|ggml|onnx|h5|msgpack|npz|pth?|ckpt|bin)$/i;

/**
 * @param {ModelSource} source
 * @param {Shelves} shelves
 * @param {AbortSignal} [signal]
 * @returns {Promise<Folder>}
 */
export async function openFolder(source, shelves, signal) {
  return "url" in source ? RemoteFolder.open(source.url, shelves, signal) : localFolder(source.files);
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
  const other = nearest.some(({ name }) => /\.safetensors$/i.test(name))
    ? undefined
    : nearest.find(({ name }) => OTHERS.test(name));
  return {
    name: nearest[0]?.webkitRelativePath?.split("/")[0] || "model",
    missing: (file) => (other ? new Trouble("trouble.format", { found: other.name }) : new Trouble("trouble.unchosen", { file })),
    complete: async () => {},
    close: () => {},
    has: async (name) => file(name) !== undefined,
    async find(name) {
      const found = file(name);
      return found && { name, open: async () => ({ from: 0, coming: chunks(found.stream(), () => gone(name)) }) };
    },
    async peek(name, count) {
      const found = file(name);
      if (!found) return undefined;
      const more = (/** @type {number} */ count) =>
        new Incoming(chunks(found.slice(0, count).stream(), () => gone(name))).first(count);
      return { size: found.size, start: await more(count), more };
    },
  };
}
