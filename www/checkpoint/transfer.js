// Reads a file whole: first what an earlier visit kept of it, then the rest from its host. Nothing is kept before it has been checked.

import { Trouble } from "../trouble.js";

/** @typedef {import("./folder.js").Entry} Entry */
/** @typedef {import("./folder.js").Folder} Folder */
/** A file of weights whose table of contents has been read: `head` is its beginning up to the numbers; `entry`, where the same answer brings the rest. @typedef {{ name: string, size: number, head: Uint8Array, entry?: Entry }} Part */

/**
 * A small file. What it holds is kept if `parse` takes it, and an earlier visit's is forgotten if not.
 * @template T
 * @param {Entry} entry
 * @param {(text: string) => T} parse
 * @returns {Promise<T>}
 */
export async function readSmall({ kept, open }, parse) {
  const found = kept?.whole ? await gather(kept.pieces()) : undefined;
  const bytes = found?.length === kept?.size && found ? found : await gather((await open(0)).coming);
  try {
    const value = parse(new TextDecoder().decode(bytes));
    if (bytes !== found) await kept?.grow(bytes, bytes.length);
    return value;
  } catch (error) {
    await kept?.forget();
    throw error;
  }
}

/**
 * A file of weights. Pieces are kept as they come, and forgotten if the whole is not as long as its table of contents says, or no longer the file of that table.
 * @param {Folder} folder
 * @param {Part} part
 * @param {(received: number) => void} onBytes
 * @returns {Promise<Uint8Array>}
 */
export async function readWeights(folder, { name, size, head, entry: held }, onBytes) {
  const bytes = new Uint8Array(size);
  let length = 0;
  const entry = held ?? (await folder.find(name));
  if (!entry) throw folder.missing(name);
  const { kept } = entry;
  const wrong = async (/** @type {Trouble} */ trouble) => {
    await kept?.forget();
    return trouble;
  };
  /** @param {AsyncGenerator<Uint8Array, void, void>} coming */
  async function take(coming) {
    for await (const chunk of coming) {
      if (length + chunk.length > size) throw await wrong(unlike(name, size, length + chunk.length));
      bytes.set(chunk, length);
      const before = length;
      length += chunk.length;
      if (before < head.length && !sameStart(bytes, head, length))
        throw await wrong(new Trouble("trouble.changed", { file: name }));
      onBytes(length);
      if (coming !== earlier) await kept?.grow(bytes.subarray(0, length), size);
    }
  }
  const earlier = kept?.pieces();
  if (earlier && kept?.size === size) await take(earlier);
  if (length === size && kept?.whole) return bytes;
  // A piece that is gone takes what follows it along.
  const { from, coming } = await entry.open(length === kept?.length ? length : 0);
  length = from;
  await take(coming);
  if (length < size) throw await wrong(unlike(name, size, length));
  return bytes;
}

/**
 * @param {string} file
 * @param {number} size as announced // bytes
 * @param {number} received // bytes
 */
function unlike(file, size, received) {
  return new Trouble("trouble.length", { file, size: size.toLocaleString("en"), received: received.toLocaleString("en") });
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} head
 * @param {number} length of what has come
 */
function sameStart(bytes, head, length) {
  const end = Math.min(length, head.length);
  for (let i = 0; i < end; i++) if (bytes[i] !== head[i]) return false;
  return true;
}

/** @param {AsyncGenerator<Uint8Array, void, void>} coming */
export async function gather(coming) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  for await (const part of coming) parts.push(/** @type {Uint8Array<ArrayBuffer>} */ (part));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
